#include "tfl/dtypes.h"

#include <gtest/gtest.h>

#include "tfl/ops.h"

namespace litesmith::tfl {
namespace {

TEST(Dtypes, LettersFollowTheOperandsAndTheLastMayStandForAllOthers) {
  EXPECT_EQ(LetterOf("I - T T", 0), 'I');
  EXPECT_EQ(LetterOf("I - T T", 3), 'T');
  EXPECT_EQ(LetterOf("I - T T", 4), '-');
  EXPECT_EQ(LetterOf("T*", 7), 'T');
  EXPECT_EQ(LetterOf("", 0), '-');
}

TEST(Dtypes, ASetHoldsWholeNamesOnly) {
  EXPECT_TRUE(Holds("f32 i32", DType::kInt32));
  EXPECT_FALSE(Holds("f32 i32", DType::kInt8));
  EXPECT_FALSE(Holds("bf16", DType::kFloat16));
  EXPECT_FALSE(Holds("", DType::kFloat32));
}

TEST(Dtypes, EveryLineIsAboutAnOpAndDtypesThatExist) {
#define LS_TAKES(widening, ops, operands, results, values, indices)                    \
  for (std::string_view names : {std::string_view(ops)}) {                             \
    while (!names.empty()) {                                                           \
      const std::string_view name = names.substr(0, names.find(' '));                  \
      names.remove_prefix(std::min(name.size() + 1, names.size()));                    \
      EXPECT_NE(FindOp(name), nullptr) << name;                                        \
    }                                                                                  \
  }                                                                                    \
  for (std::string_view set : {std::string_view(values), std::string_view(indices)}) { \
    while (!set.empty()) {                                                             \
      const std::string_view name = set.substr(0, set.find(' '));                      \
      set.remove_prefix(std::min(name.size() + 1, set.size()));                        \
      const auto dtype = DTypeOfName(name);                                            \
      ASSERT_TRUE(dtype) << name << " of " << ops;                                     \
      EXPECT_TRUE(Holds(name, *dtype)) << name << " is no short name";                 \
    }                                                                                  \
  }
#include "tfl/dtypes.def"
#undef LS_TAKES
}

TEST(Dtypes, FloatsAreComputedInFloat32Everywhere) {
  for (const Op* op : AllOps()) {
    const Dtypes* dtypes = DtypesOf(*op);
    if (dtypes != nullptr && Holds(dtypes->values, DType::kFloat64)) {
      EXPECT_TRUE(Holds(dtypes->values, DType::kFloat32)) << op->name;
    }
  }
  EXPECT_EQ(DtypesOf(*FindOp("IF")), nullptr);
}

TEST(Runtimes, VersionsOfTensorFlowLiteAreTold) {
  for (const char* version : {"1.5", "1.15", "2.0", "2.9", "2.9.1", "1.13.1"})
    EXPECT_TRUE(IsRuntime(version)) << version;
  for (const char* version : {"", "2", "abc", "9.9", "1.16", "1.4", "2.", ".9", "2..9", "2.x", "2.9.1.1",
                              "3.0", "-2.9", "2.99999999999999999999"})
    EXPECT_FALSE(IsRuntime(version)) << version;
  EXPECT_TRUE(IsRuntime(NewestRuntime()));
}

}  // namespace
}  // namespace litesmith::tfl
