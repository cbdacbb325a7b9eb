#include "pipeline/verify.h"

#include <cmath>

#include "verifying.h"

namespace litesmith::pipeline {
namespace {

class VerifyTest : public testing::Test, public Verifying {
 protected:
  // What the source's first result is for these inputs, computed by the evaluator alone.
  Tensor ResultOf(std::string_view source) {
    const auto verified = Compare(source, Convert(source));
    EXPECT_TRUE(verified && !verified->first_difference && !verified->tensors.empty()) << Said();
    return {};
  }
};

constexpr std::string_view kLayers = R"(func @main(%x "x": f32[1,4] "x:0") -> ("y") {
  %k = const f32[4] [1, 2, 3, 4]
  %a = tf.Mul(%x, %k) : f32[1,4] "scaled"
  %b = tf.Exp(%a) : f32[1,4] "grown"
  %y = tf.Sub(%b, %k) : f32[1,4] "y"
  return %y
}
)";

TEST_F(VerifyTest, TensorsAreComparedLayerByLayerInTheSourcesOrder) {
  const auto verified = Compare(kLayers, Convert(kLayers));
  ASSERT_TRUE(verified.has_value()) << Said();
  ASSERT_EQ(verified->tensors.size(), 3u);
  EXPECT_EQ(verified->tensors[0].source, "scaled");
  EXPECT_EQ(verified->tensors[1].file, "grown");
  EXPECT_TRUE(verified->tensors[2].is_output);
  EXPECT_EQ(verified->tensors[0].deviation.different, 0);
  EXPECT_EQ(Find(Code::kNotVerified), nullptr) << Said();
}

TEST_F(VerifyTest, WhatComesBehindADifferenceIsNotBlamed) {
  const auto file = Convert(kLayers);
  for (ir::Node& node : file->functions()[0]->nodes()) {
    if (!node.Is(tfl::MUL)) continue;
    node.SetOperand(1, ir::Builder(node).Constant(Tensor::Of<float>({4}, {1, 2, 3, 5})));
  }
  const auto verified = Compare(kLayers, file);
  ASSERT_TRUE(verified && verified->first_difference) << Said();
  EXPECT_EQ(verified->first_difference->op, "Mul");
  EXPECT_FALSE(verified->tensors[2].agrees) << "it is listed all the same";
}

TEST_F(VerifyTest, ExpectedResultsCountAsTheSources) {
  options.inputs = {{"x", Tensor::Of<float>({1, 4}, {0, 0, 0, 0})}};
  options.expected = {{"y", Tensor::Of<float>({1, 4}, {0, -1, -2, -3})}};
  const auto same = Compare(kLayers, Convert(kLayers));
  ASSERT_TRUE(same && !same->first_difference) << Said();
  options.expected = {{"y", Tensor::Of<float>({1, 4}, {0, -1, -2, -4})}};
  const auto other = Compare(kLayers, Convert(kLayers));
  ASSERT_TRUE(other && other->first_difference) << Said();
  EXPECT_EQ(other->tensors.back().deviation.max_error, 1);
}

TEST_F(VerifyTest, ExpectedResultsOfNoOutputAreRefusedAndNotCalledEqual) {
  options.expected = {{"input1", Tensor::Of<float>({1, 4}, {0, -1, -2, -3})}};
  EXPECT_FALSE(Compare(kLayers, Convert(kLayers)).has_value());
  EXPECT_EQ(findings.findings().back().code, Code::kInputUnknown);
}

TEST_F(VerifyTest, GivenInputsMustFit) {
  options.inputs = {{"z", Tensor::Of<float>({1, 4}, {0, 0, 0, 0})}};
  EXPECT_FALSE(Compare(kLayers, Convert(kLayers)).has_value());
  EXPECT_NE(Find(Code::kInputUnknown), nullptr) << Said();
  options.inputs = {{"x", Tensor::Of<float>({1, 3}, {0, 0, 0})}};
  EXPECT_FALSE(Compare(kLayers, Convert(kLayers)).has_value());
  EXPECT_NE(Find(Code::kInputShape), nullptr) << Said();
}

TEST_F(VerifyTest, AFileOfAnotherModelIsToldAsOne) {
  const auto file = Convert(R"(func @main(%x "x": f32[1,4] "x:0") -> ("other") {
  %k = const f32[4] [1, 2, 3, 4]
  %y = tf.Mul(%x, %k) : f32[1,4] "other"
  return %y, %y
}
)");
  EXPECT_TRUE(Compare(kLayers, file).has_value());
  const Finding* finding = Find(Code::kNotVerified);
  ASSERT_NE(finding, nullptr) << Said();
  EXPECT_EQ(finding->severity, Severity::kError);
}

TEST_F(VerifyTest, LoopsAndListsAreEvaluatedByTheSourcesRules) {
  ResultOf(R"(func @main(%x "x": f32[3,2] "x:0", %n "n": i32[] "n:0") -> ("y") {
  %zero = const i32[] [0]
  %i, %end, %doubled = tf.While(%zero, %n, %x) {cond = @more, body = @twice} : i32[] "i", i32[] "n_out", f32[3,2] "doubled"
  %y = tf.Neg(%doubled) : f32[3,2] "y"
  return %y
}
func @more(%i: i32[], %n: i32[], %v: f32[3,2]) {
  %less = tf.Less(%i, %n) : bool[]
  return %less
}
func @twice(%i: i32[], %n: i32[], %v: f32[3,2]) {
  %one = const i32[] [1]
  %next = tf.AddV2(%i, %one) : i32[]
  %sum = tf.AddV2(%v, %v) : f32[3,2]
  return %next, %n, %sum
}
)");
}

TEST_F(VerifyTest, ALoopWithoutEndIsNoHang) {
  constexpr std::string_view kEndless = R"(func @main(%x "x": f32[] "x:0") -> ("y", "z") {
  %f = tf.While(%x) {cond = @always, body = @same} : f32[] "f"
  %z = tf.Neg(%x) : f32[] "z"
  return %f, %z
}
func @always(%v: f32[]) {
  %true = const bool[] [true]
  return %true
}
func @same(%v: f32[]) {
  return %v
}
)";
  constexpr std::string_view kFile = R"(func @main(%x "x": f32[] "x:0") -> ("y", "z") {
  %y = tfl.EXP(%x) : f32[] "f"
  %z = tfl.NEG(%x) : f32[] "z"
  return %y, %z
}
)";
  context.limits.max_loop_steps = 1000;
  const auto verified = Compare(kEndless, Parse(kFile));
  ASSERT_TRUE(verified.has_value()) << Said();
  EXPECT_EQ(verified->tensors.size(), 1u) << "what does not depend on the loop is compared";
  ASSERT_NE(Find(Code::kNotVerified), nullptr);
}

TEST_F(VerifyTest, RandomOpsAreToldAsNotCompared) {
  constexpr std::string_view kRandom = R"(func @main(%x "x": f32[2] "x:0") -> ("y", "z") {
  %shape = const i32[1] [2]
  %r = tf.RandomUniform(%shape) {dtype = type f32} : f32[2] "noise"
  %y = tf.AddV2(%x, %r) : f32[2] "y"
  %z = tf.Neg(%x) : f32[2] "z"
  return %y, %z
}
)";
  const auto verified = Compare(kRandom, Parse(R"(func @main(%x "x": f32[2] "x:0") -> ("y", "z") {
  %y = tfl.EXP(%x) : f32[2] "y"
  %z = tfl.NEG(%x) : f32[2] "z"
  return %y, %z
}
)"));
  ASSERT_TRUE(verified && !verified->first_difference) << Said();
  const Finding* finding = Find(Code::kNotVerified);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->severity, Severity::kNote);
  EXPECT_NE(finding->cause.find("RandomUniform 'noise'"), std::string::npos) << finding->cause;
}

TEST_F(VerifyTest, QuantizedTensorsAreComparedAsTheNumbersTheyStandFor) {
  constexpr std::string_view kSource = R"(func @main(%x "x": f32[1,4] "x:0") -> ("y") {
  %y = tf.Relu(%x) : f32[1,4] "y"
  return %y
}
)";
  constexpr std::string_view kFile = R"(func @main(%x "x": i8[1,4]<0.0078125:0> "x:0") -> ("y") {
  %y = tfl.RELU(%x) : i8[1,4]<0.0078125:0> "y"
  return %y
}
)";
  options.inputs = {{"x", Tensor::Of<float>({1, 4}, {-0.5f, 0.251f, 0.5f, 0.75f})}};
  const auto verified = Compare(kSource, Parse(kFile));
  ASSERT_TRUE(verified && !verified->first_difference) << Said();
  EXPECT_EQ(verified->precision, Precision::kInt8);
  EXPECT_NEAR(verified->tensors[0].deviation.max_error, 0.251 - 0.25, 1e-6);
}

TEST(Deviation, IsMeasuredInMaximumRmsAndDecibels) {
  const Tensor source = Tensor::Of<float>({4}, {10, 0, 0, 0}), file = Tensor::Of<float>({4}, {9, 0, 0, 0});
  const auto deviation = Compare(source, file, nullptr);
  ASSERT_TRUE(deviation.has_value());
  EXPECT_EQ(deviation->max_error, 1);
  EXPECT_EQ(deviation->rms_error, 0.5);
  EXPECT_NEAR(deviation->snr_db, 20, 1e-9);
  EXPECT_EQ(deviation->different, 1);
}

TEST(Deviation, WhatIsNotFiniteMustBeTheSame) {
  const float nan = std::nanf(""), inf = INFINITY;
  EXPECT_EQ(
      Compare(Tensor::Of<float>({2}, {nan, inf}), Tensor::Of<float>({2}, {nan, inf}), nullptr)->different, 0);
  const auto other = Compare(Tensor::Of<float>({2}, {nan, inf}), Tensor::Of<float>({2}, {0, -inf}), nullptr);
  EXPECT_EQ(other->different, 2);
  EXPECT_FALSE(other->Agrees(Precision::kInt8));
}

TEST(Deviation, DimensionsOfOneMayBeAnywhereOthersNot) {
  const Tensor a = Tensor::Zeros(DType::kFloat32, {1, 2, 3});
  EXPECT_TRUE(Compare(a, Tensor::Zeros(DType::kFloat32, {2, 3, 1}), nullptr).has_value());
  EXPECT_FALSE(Compare(a, Tensor::Zeros(DType::kFloat32, {1, 3, 2}), nullptr).has_value());
}

}  // namespace
}  // namespace litesmith::pipeline
