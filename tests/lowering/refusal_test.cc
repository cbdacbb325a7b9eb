// Variants without a form are refused with a finding, before anything is written.
#include "one_op.h"

namespace litesmith::lowering {
namespace {

TEST_F(LoweringTest, AnOpThatNobodyKnowsIsNamed) {
  Load("(%x: f32[2]) { %y = tf.MyOwnOp(%x) : f32[2] return %y }");
  EXPECT_EQ(Refusal(), "LS0101");
}

TEST_F(LoweringTest, AnUnknownOpThatIsAskedForStaysAsACustomOp) {
  Load("(%x: f32[2]) { %y = tf.MyOwnOp(%x) {rate = 0.5f} : f32[2] return %y }");
  ASSERT_TRUE(LowerModule(*module_, {false, {"MyOwnOp"}}, context_)) << Causes();
  const ir::Node* node = main().result(0)->node();
  EXPECT_EQ(node->op_name(), "MyOwnOp");
  EXPECT_EQ(node->op().dialect, ir::Dialect::kTfl);
}

TEST_F(LoweringTest, AKnownOpThatIsAskedForStaysAsACustomOpToo) {
  Load("(%x: f32[2]) { %y = tf.Erfc(%x) : f32[*] return %y }");
  ASSERT_TRUE(LowerModule(*module_, {.custom_ops = {"Erfc"}}, context_)) << Causes();
  EXPECT_EQ(main().first()->op_name(), "Erfc");
  EXPECT_TRUE(main().first()->op().Has(ir::kUnknownOp));
}

TEST_F(LoweringTest, AllRefusalsAreReportedAtOnce) {
  Load("(%x: f32[2]) { %y = tf.MyOwnOp(%x) : f32[2] %z = tf.MyOtherOp(%y) : f32[2] return %z }");
  EXPECT_FALSE(LowerModule(*module_, {}, context_));
  EXPECT_EQ(findings_.findings().size(), 2u);
}

TEST_F(LoweringTest, AFusedOpOfUnknownStepsIsRefusedWithTheSteps) {
  Load(R"((%x: f32[1,4], %w: f32[4,3]) {
  %y = tf.FusedMatMul(%x, %w) {fused_ops = ["Swirl"]} : f32[1,3]
  return %y
})");
  EXPECT_EQ(Refusal(), "LS0202");
  EXPECT_NE(Causes().find("Swirl"), std::string::npos);
}

TEST_F(LoweringTest, PoolingOverChannelsIsRefused) {
  Load(R"((%x: f32[1,4,4,4]) {
  %y = tf.MaxPool(%x) {ksize = [1, 1, 1, 2], strides = [1, 1, 1, 2], padding = "VALID"} : f32[*]
  return %y
})");
  EXPECT_EQ(Refusal(), "LS0202");
}

TEST_F(LoweringTest, ScatteredUpdatesThatMayMeetInOnePlaceAreRefused) {
  Load(R"((%x: f32[4,3], %u: f32[200,3], %i: i32[200,1]) {
  %y = tf.TensorScatterUpdate(%x, %i, %u) : f32[*]
  return %y
})");
  EXPECT_EQ(Refusal(), "LS0202");
}

TEST_F(LoweringTest, AnAxisThatIsComputedIsRefused) {
  Load(R"((%x: f32[3,2], %a: i32[]) {
  %i = const i32[1] [0]
  %y = tf.GatherV2(%x, %i, %a) {batch_dims = 0} : f32[*]
  return %y
})");
  EXPECT_EQ(Refusal(), "LS0202");
}

TEST_F(LoweringTest, WhatFillsATableGoesWithTheTable) {
  Load(R"((%k: i64[3]) {
  %t = tf.HashTableV2() {key_dtype = type i64, value_dtype = type f32, shared_name = "t", table_keys = tensor i64[2] [1, 2], table_values = tensor f32[2] [0.5, 0.25]} : resource[]
  %keys = const i64[2] [1, 2]
  %values = const f32[2] [0.5, 0.25]
  tf.LookupTableImportV2(%t, %keys, %values) {Tin = type i64, Tout = type f32}
  %d = const f32[] [-1]
  %y = tf.LookupTableFindV2(%t, %k, %d) {Tin = type i64, Tout = type f32} : f32[3]
  return %y
})");
  const auto found = Lowered({Tensor::Of<int64_t>({3}, {2, 7, 1})});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].ToDouble(), (std::vector<double>{0.25, -1, 0.5}));
}

}  // namespace
}  // namespace litesmith::lowering
