#include <gtest/gtest.h>

#include <set>

#include "tf/operands.h"
#include "tf/ops.h"

namespace litesmith::tf {
namespace {

TEST(Ops, AreFoundByTheirNames) {
  EXPECT_EQ(FindOp("Conv2D"), &Conv2D);
  EXPECT_EQ(FindOp("_FusedConv2D"), &FusedConv2D);
  EXPECT_EQ(FindOp("NoSuchOp"), nullptr);
  EXPECT_GT(AllOps().size(), 900u);
  std::set<std::string_view> names;
  for (const Op* op : AllOps()) EXPECT_TRUE(names.insert(op->name).second) << op->name;
}

// A table line with another number of types than outputs would shift all dtypes behind it.
TEST(Ops, HaveATypeForEachOutput) {
  const auto words = [](std::string_view text) {
    size_t count = text.empty() ? 0 : 1;
    for (char c : text) count += c == ' ';
    return count;
  };
  for (const Op* op : AllOps()) EXPECT_EQ(words(op->outputs), words(op->types)) << op->name;
}

TEST(Ops, CountOutputsFromTheirAttributes) {
  EXPECT_EQ(OutputCount(TopKV2, {}), 2u);
  EXPECT_EQ(OutputCount(NoOp, {}), 0u);
  EXPECT_EQ(OutputCount(Split, {{"num_split", int64_t{3}}}), 3u);
  EXPECT_EQ(OutputCount(IdentityN, {{"T", std::vector<DType>{DType::kInt32, DType::kFloat32}}}), 2u);
  EXPECT_EQ(OutputCount(Split, {}), 0u);
  EXPECT_EQ(OutputCount(Split, {{"num_split", int64_t{-4}}}), 0u);
  EXPECT_EQ(OutputCount(Split, {{"num_split", int64_t{1} << 60}}), 0u);
}

TEST(Ops, TellHowManyOperandsTheyTakeAtLeast) {
  EXPECT_EQ(LeastOperands(Conv2D), 2u);
  EXPECT_EQ(LeastOperands(Placeholder), 0u);
  EXPECT_EQ(LeastOperands(ConcatV2), 1u);  // the axis: values are a list
  EXPECT_EQ(OperandTypes(ConcatV2, {{"N", int64_t{2}}, {"T", DType::kInt8}}),
            (std::vector<DType>{DType::kInt8, DType::kInt8, DType::kInt32}));
  EXPECT_EQ(OperandTypes(ConcatV2, {{"T", DType::kInt8}}), std::nullopt);
  EXPECT_EQ(OperandTypes(IdentityN, {{"T", std::vector<DType>{DType::kBool}}}),
            std::vector<DType>{DType::kBool});
  // A name that is none would protect no op.
  const std::string_view listed[] = {
#define LS_OPERANDS(operands, names) names,
#include "tf/operand_counts.def"
#undef LS_OPERANDS
  };
  for (std::string_view names : listed) {
    while (!names.empty()) {
      const std::string_view name = names.substr(0, names.find(' '));
      EXPECT_NE(FindOp(name), nullptr) << name;
      names.remove_prefix(std::min(name.size() + 1, names.size()));
    }
  }
}

TEST(Ops, FindOutputsByTheNameOfTheirArgument) {
  const Attributes attributes = {{"num_sparse", int64_t{2}},
                                 {"sparse_types", std::vector<DType>{DType::kInt64, DType::kString}},
                                 {"Tdense", std::vector<DType>{DType::kFloat32}}};
  const auto shapes = FindOutput(ParseExampleV2, attributes, "sparse_shapes");
  ASSERT_TRUE(shapes);
  EXPECT_EQ(shapes->first, 4u);
  EXPECT_EQ(shapes->count, 2u);
  EXPECT_FALSE(FindOutput(ParseExampleV2, attributes, "values"));
  EXPECT_EQ(FindOutput(FusedBatchNormV3, {}, "batch_variance")->first, 2u);
}

TEST(Ops, TellTheDtypesOfTheirOutputs) {
  EXPECT_EQ(OutputTypes(TopKV2, {{"T", DType::kFloat16}}), (std::vector{DType::kFloat16, DType::kInt32}));
  EXPECT_EQ(OutputTypes(Shape, {}), std::vector{DType::kInt32});
  EXPECT_EQ(OutputTypes(Shape, {{"out_type", DType::kInt64}}), std::vector{DType::kInt64});
  EXPECT_EQ(OutputTypes(Relu, {}), std::vector{DType::kInvalid});
  EXPECT_EQ(OutputTypes(IdentityN, {{"T", std::vector<DType>{DType::kInt32, DType::kString}}}),
            (std::vector{DType::kInt32, DType::kString}));
}

TEST(Ops, ThatWriteOrDrawAreNotPure) {
  for (const Op* op : {&AssignVariableOp, &SaveV2, &PrintV2, &Assert, &ResourceScatterAdd}) {
    EXPECT_TRUE(op->Has(ir::kSideEffect)) << op->name;
  }
  for (const Op* op : {&RandomUniform, &ReadVariableOp, &RandomStandardNormal, &Placeholder, &Multinomial}) {
    EXPECT_TRUE(op->Has(ir::kNotPure)) << op->name;
    EXPECT_FALSE(op->Has(ir::kSideEffect)) << op->name;
  }
  for (const Op* op : {&Conv2D, &TensorListStack, &StatelessRandomUniformV2})
    EXPECT_EQ(op->traits, ir::kNone) << op->name;
  for (const Op* op : {&While, &StatelessIf, &PartitionedCall, &Case})
    EXPECT_TRUE(op->Has(ir::kCalls)) << op->name;
  EXPECT_TRUE(AddV2.Has(ir::kCommutative));
  EXPECT_FALSE(Sub.Has(ir::kCommutative));
}

}  // namespace
}  // namespace litesmith::tf
