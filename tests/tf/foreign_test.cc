#include "tf/foreign.h"

#include <gtest/gtest.h>

#include <string>

#include "tf/glob.h"
#include "tf/ops.h"

namespace litesmith::tf {
namespace {

TEST(LibraryOf, NamesTellTheLibrary) {
  EXPECT_EQ(LibraryOf("Addons>Resampler")->package, "tensorflow_addons");
  EXPECT_EQ(LibraryOf("TFText>FastBertNormalize")->package, "tensorflow_text");
  EXPECT_EQ(LibraryOf("SimpleMLLoadModelFromPathWithHandle")->package, "tensorflow_decision_forests");
  EXPECT_EQ(LibraryOf("MyBoxRefine"), nullptr);
}

TEST(LibraryOf, TensorFlowsOwnOpsBelongToNoLibrary) {
  for (const Op* op : AllOps()) EXPECT_EQ(LibraryOf(op->name), nullptr) << op->name;
}

TEST(Matches, StarsStandForAnything) {
  EXPECT_TRUE(Matches("Decode*", "DecodeJpeg"));
  EXPECT_TRUE(Matches("*Grad", "ReluGrad"));
  EXPECT_TRUE(Matches("a*b*c", "aXbYbZc"));
  EXPECT_TRUE(Matches("*", ""));
  EXPECT_FALSE(Matches("a*b", "ac"));
  EXPECT_FALSE(Matches("", "a"));
  EXPECT_TRUE(MatchesAny("x  y*", "yes"));
  EXPECT_FALSE(MatchesAny("x y*", "no"));
}

TEST(Matches, ManyStarsTakeNoMoreThanAProductOfLengths) {
  const std::string pattern(200, '*'), name(20000, 'a');
  EXPECT_FALSE(Matches(pattern + "b", name));
}

}  // namespace
}  // namespace litesmith::tf
