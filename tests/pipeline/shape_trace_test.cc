// Where an unknown dimension comes from, on graphs in text form.
#include "pipeline/shape_trace.h"

#include <gtest/gtest.h>

#include "ir/text.h"
#include "passes/infer_shapes.h"
#include "pipeline/shape_tries.h"
#include "tf/ops.h"

namespace litesmith::pipeline {
namespace {

class ShapeTraceTest : public testing::Test {
 protected:
  // What is unknown at the node whose name is "here".
  ShapeTrace Trace(std::string_view text) {
    const auto look_up = [](ir::Dialect, std::string_view name) -> const ir::OpDef* {
      return tf::FindOp(name);
    };
    auto module = ir::Parse(text, {}, look_up, findings_);
    EXPECT_TRUE(module.ok()) << (findings_.has_errors() ? findings_.findings()[0].cause : "");
    if (!module) return {};
    module_ = *std::move(module);
    EXPECT_TRUE(passes::InferShapes(*module_, context_).ok());
    for (const auto& function : module_->functions()) {
      for (const ir::Node& node : function->nodes()) {
        if (node.output_count() > 0 && node.output()->name == "here")
          return TraceUnknownShape(*module_, node);
      }
    }
    ADD_FAILURE() << "no value is named here";
    return {};
  }
  static std::vector<std::string> Ops(const std::vector<const ir::Node*>& way) {
    std::vector<std::string> ops;
    for (const ir::Node* node : way) ops.emplace_back(node->op_name());
    return ops;
  }

  std::unique_ptr<Host> host_ = MakeSystemHost();
  FindingList findings_;
  Context context_{*host_, findings_};
  std::unique_ptr<ir::Module> module_;
};

using Names = std::vector<std::string>;

TEST_F(ShapeTraceTest, ADimensionLeadsToTheAxisOfTheInputThatItWasComputedFrom) {
  const ShapeTrace trace = Trace(R"(func @main(%x "x": f32[?,4,?], %z "z": f32[?]) {
  %s = tf.Shape(%x) {out_type = type i32} : i32[3]
  %b = const i32[1] [2]
  %e = const i32[1] [3]
  %o = const i32[1] [1]
  %n = tf.StridedSlice(%s, %b, %e, %o) {shrink_axis_mask = 1} : i32[]
  %two = const i32[] [2]
  %m = tf.Mul(%n, %two) : i32[]
  %p = tf.Pack(%two, %m) {axis = 0, N = 2} : i32[2]
  %v = const f32[] [0]
  %f = tf.Fill(%p, %v) : f32[*] "here"
  return %f
})");
  ASSERT_EQ(trace.inputs.size(), 1u);
  EXPECT_EQ(trace.inputs[0].name, "x");
  EXPECT_EQ(trace.inputs[0].axes, (std::vector<int>{2}));
  EXPECT_EQ(trace.op, nullptr);
  EXPECT_EQ(Ops(trace.from_input), (Names{"Shape", "StridedSlice", "Mul", "Pack"}));
}

TEST_F(ShapeTraceTest, AnUnknownRankLeadsToTheInputThatHasNone) {
  const ShapeTrace trace = Trace(R"(func @main(%x "x": f32[*], %z "z": f32[2]) {
  %r = tf.Relu(%x) : f32[*]
  %y = tf.Tanh(%r) : f32[*] "here"
  return %y
})");
  ASSERT_EQ(trace.inputs.size(), 1u);
  EXPECT_EQ(trace.inputs[0].name, "x");
  EXPECT_FALSE(trace.inputs[0].shape.ranked());
  EXPECT_EQ(Ops(trace.from_input), (Names{"Relu"}));
}

TEST_F(ShapeTraceTest, WhatDependsOnTheDataLeadsToTheOpThatMakesIt) {
  const ShapeTrace trace = Trace(R"(func @main(%x "x": f32[8]) {
  %w = tf.Where(%x) : i64[?,1]
  %y = tf.Neg(%w) : i64[*] "here"
  return %y
})");
  EXPECT_TRUE(trace.inputs.empty());
  ASSERT_NE(trace.op, nullptr);
  EXPECT_EQ(trace.op->op_name(), "Where");
}

TEST_F(ShapeTraceTest, AnOpThatNobodyKnowsIsWhereTheUnknownEnters) {
  const ShapeTrace trace = Trace(R"(func @main(%x "x": f32[8]) {
  %w = tf.MyOp(%x) : f32[*]
  %r = tf.Relu(%w) : f32[*]
  %y = tf.Neg(%r) : f32[*] "here"
  return %y
})");
  EXPECT_TRUE(trace.inputs.empty());
  ASSERT_NE(trace.op, nullptr);
  EXPECT_EQ(trace.op->op_name(), "MyOp");
  EXPECT_EQ(Ops(trace.from_op), (Names{"Relu"}));
}

TEST_F(ShapeTraceTest, ASizeThatWasComputedInFloatsStillLeadsToTheInput) {
  const ShapeTrace trace = Trace(R"(func @main(%x "x": f32[?,4]) {
  %s = tf.Shape(%x) {out_type = type i32} : i32[2]
  %f = tf.Cast(%s) {DstT = type f32} : f32[2]
  %r = tf.Sqrt(%f) : f32[2]
  %i = tf.Cast(%r) {DstT = type i32} : i32[2]
  %v = const f32[] [0]
  %y = tf.Fill(%i, %v) : f32[*] "here"
  return %y
})");
  ASSERT_EQ(trace.inputs.size(), 1u);
  EXPECT_EQ(trace.inputs[0].axes, (std::vector<int>{0}));
}

TEST_F(ShapeTraceTest, InsideALoopItLeadsToWhatTheCallerGives) {
  const ShapeTrace trace = Trace(R"(func @main(%i "i": i32[], %x "x": f32[*]) {
  %a, %b = tf.While(%i, %x) {cond = @cond, body = @body} : i32[], f32[*]
  return %b
}
func @cond(%i: i32[], %x: f32[*]) {
  %n = const i32[] [3]
  %c = tf.Less(%i, %n) : bool[]
  return %c
}
func @body(%i: i32[], %x: f32[*]) {
  %y = tf.Relu(%x) : f32[*] "here"
  return %i, %y
})");
  ASSERT_EQ(trace.inputs.size(), 1u);
  EXPECT_EQ(trace.inputs[0].name, "x");
}

TEST(ShapesToTry, OneDimensionAloneComesFirst) {
  const std::vector<OpenInput> inputs = {{"image", {Dim(), Dim(), Dim(), Dim(3)}, {1, 2}}};
  const std::vector<InputShapes> singles = SinglesToTry(inputs);
  ASSERT_EQ(singles.size(), 2u);
  EXPECT_EQ(OptionText(singles[0]), "--input-shape image=?,?,224,3");
  EXPECT_EQ(OptionText(singles[1]), "--input-shape image=?,224,?,3");
}

TEST(ShapesToTry, SizesNeverRepeat) {
  const std::vector<InputShapes> tries = SizesToTry({{"image", {Dim(), Dim(), Dim(), Dim(3)}, {0, 1, 2}}});
  ASSERT_GE(tries.size(), 3u);
  EXPECT_EQ(OptionText(tries[0]), "--input-shape image=1,224,224,3");
  for (size_t i = 0; i < tries.size(); ++i) {
    for (size_t j = 0; j < i; ++j) EXPECT_NE(tries[i], tries[j]);
  }
}

TEST(ShapesToTry, AnUnknownRankIsTriedInSeveral) {
  std::vector<size_t> ranks;
  for (const InputShapes& shapes : SizesToTry({{"x", Shape(), {}}})) ranks.push_back(shapes.at("x").size());
  for (const size_t rank : {1, 2, 3, 4})
    EXPECT_TRUE(std::count(ranks.begin(), ranks.end(), rank) > 0) << rank;
}

}  // namespace
}  // namespace litesmith::pipeline
