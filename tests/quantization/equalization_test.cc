#include "quantization/equalization.h"

#include <gtest/gtest.h>

#include "quantizing.h"

namespace litesmith::quantization {
namespace {

class EqualizationTest : public QuantizationTest {
 protected:
  // What of `module` is scaled after `input` was seen; null where nothing is.
  std::shared_ptr<const ir::Module> EqualizeBy(const std::shared_ptr<ir::Module>& module,
                                               const Tensor& input) {
    const ChannelClasses classes(*module);
    ChannelRanges ranges(classes);
    runtime::Options options;
    options.observer = [&](const ir::Value& value, const TensorView& view) { ranges.Add(value, view); };
    auto interpreter = runtime::Interpreter::Create(module, "", options, context_);
    EXPECT_TRUE(interpreter.ok()) << Said();
    if (!interpreter) return nullptr;
    EXPECT_TRUE((*interpreter)->SetInput(0, input).ok()) << Said();
    EXPECT_TRUE((*interpreter)->Invoke().ok()) << Said();
    auto equalized = Equalize(*module, classes, ranges);
    if (equalized != nullptr) {
      EXPECT_EQ(ir::Verify(*equalized), std::nullopt);
    }
    return equalized;
  }

  // Of the channels of a value of the first function: the narrowest range over the widest.
  double Evenness(const std::shared_ptr<const ir::Module>& module, std::string_view name,
                  const Tensor& input) {
    std::vector<float> most;
    runtime::Options options;
    options.observer = [&](const ir::Value& value, const TensorView& view) {
      if (value.name != name) return;
      most.assign(static_cast<size_t>(view.dim(-1)), 0.0f);
      const auto values = view.as<float>();
      for (size_t i = 0; i < values.size(); ++i) {
        float& own = most[i % most.size()];
        own = std::max(own, std::fabs(values[i]));
      }
    };
    auto interpreter = runtime::Interpreter::Create(module, "", options, context_);
    EXPECT_TRUE(interpreter.ok() && (*interpreter)->SetInput(0, input).ok() && (*interpreter)->Invoke().ok());
    if (most.empty()) return 0;
    return static_cast<double>(*std::min_element(most.begin(), most.end()) /
                               *std::max_element(most.begin(), most.end()));
  }
};

// Channels of %d differ by a factor of 100; %a and %b meet in a sum.
constexpr std::string_view kBlock = R"(
signature "s" @main
func @main(%x "x": f32[1,48,48,2] "x") -> ("y") {
  %w = const f32[3,1,1,2] [0.5, -0.6, 0.5, -0.4, 1.0, 2.0]
  %c = const f32[3] [0.001, 0.1, -0.2]
  %a = tfl.CONV_2D(%x, %w, %c) {padding = 1, stride_w = 1, stride_h = 1} : f32[1,48,48,3] "a"
  %v = const f32[3,1,1,3] random(2)
  %b = tfl.CONV_2D(%a, %v, _) {padding = 1, stride_w = 1, stride_h = 1, fused_activation_function = 1} : f32[1,48,48,3] "b"
  %s = tfl.ADD(%a, %b) {} : f32[1,48,48,3] "s"
  %k = const f32[1,1,1,3] [0.01, 0.1, 1.0]
  %z = const f32[3] [0.001, -0.01, 0.1]
  %d = tfl.DEPTHWISE_CONV_2D(%s, %k, %z) {padding = 0, stride_w = 1, stride_h = 1, depth_multiplier = 1} : f32[1,48,48,3] "d"
  %u = const f32[2,1,1,3] random(4)
  %y = tfl.CONV_2D(%d, %u, _) {padding = 1, stride_w = 1, stride_h = 1} : f32[1,48,48,2] "y"
  return %y
}
)";
constexpr std::string_view kBound = "fused_activation_function = 3, ";  // RELU6

TEST_F(EqualizationTest, NarrowChannelsBecomeWiderAndResultsStay) {
  const auto module = Parse(kBlock);
  const Tensor input = RandomTensor({1, 48, 48, 2}, 1);
  const auto equalized = EqualizeBy(module, input);
  ASSERT_NE(equalized, nullptr);
  EXPECT_GT(Evenness(equalized, "d", input), 3 * Evenness(module, "d", input));
  EXPECT_LT(ErrorOn(module, equalized, {RandomTensor({1, 48, 48, 2}, 9)}), 1e-5);
}

TEST_F(EqualizationTest, WhatABoundedActivationMakesIsLeft) {
  std::string text(kBlock);
  text.replace(text.find("stride_h = 1}"), 13,
               "stride_h = 1, fused_activation_function = 3}");  // RELU6 on %a
  const auto module = Parse(text);
  const ChannelClasses classes(*module);
  EXPECT_FALSE(classes.IsFree(*Named(*module, "a")));
  EXPECT_FALSE(classes.IsFree(*Named(*module, "s"))) << "its summand cannot be scaled";
  EXPECT_TRUE(classes.IsFree(*Named(*module, "d")));
}

TEST_F(EqualizationTest, InputsAndResultsOfTheModelAreLeft) {
  const auto module = Parse(kBlock);
  const ChannelClasses classes(*module);
  EXPECT_TRUE(classes.IsFree(*Named(*module, "a")));
  EXPECT_FALSE(classes.IsFree(*Named(*module, "y")));
  EXPECT_FALSE(classes.IsFree(*module->functions()[0]->parameter(0)));
}

TEST_F(EqualizationTest, WeightsThatOpsShareStayShared) {
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": f32[600,4] "x") -> ("y") {
  %w = const f32[3,4] [0.01, 0.02, 0.01, 0.0, 1.0, 2.0, -1.0, 0.5, 0.1, -0.1, 0.2, 0.1]
  %a = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[600,3] "a"
  %n = tfl.RELU6(%x) {} : f32[600,4] "n"
  %b = tfl.FULLY_CONNECTED(%n, %w, _) {} : f32[600,3] "b"
  %v = const f32[2,3] random(2)
  %u = const f32[2,3] random(3)
  %p = tfl.FULLY_CONNECTED(%a, %v, _) {} : f32[600,2] "p"
  %q = tfl.FULLY_CONNECTED(%b, %u, _) {} : f32[600,2] "q"
  %y = tfl.ADD(%p, %q) {} : f32[600,2] "y"
  return %y
}
)");
  const Tensor input = RandomTensor({600, 4}, 1);
  const auto equalized = EqualizeBy(module, input);
  ASSERT_NE(equalized, nullptr);
  const auto nodes = NodesOf(*equalized, tfl::FULLY_CONNECTED);
  EXPECT_EQ(nodes[0]->constant_operand(1)->bytes().data(), nodes[1]->constant_operand(1)->bytes().data());
  EXPECT_LT(ErrorOn(module, equalized, {RandomTensor({600, 4}, 9)}), 1e-5);
}

TEST_F(EqualizationTest, ChannelsThatAreJoinedKeepTheirPlaces) {
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": f32[4000,4] "x") -> ("y") {
  %w = const f32[2,4] [0.01, 0.02, 0.01, 0.0, 1.0, 2.0, -1.0, 0.5]
  %v = const f32[1,4] [0.02, -0.01, 0.03, 0.01]
  %a = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[4000,2] "a"
  %b = tfl.FULLY_CONNECTED(%x, %v, _) {} : f32[4000,1] "b"
  %j = tfl.CONCATENATION(%a, %b) {axis = -1} : f32[4000,3] "j"
  %u = const f32[2,3] random(3)
  %y = tfl.FULLY_CONNECTED(%j, %u, _) {} : f32[4000,2] "y"
  return %y
}
)");
  const Tensor input = RandomTensor({4000, 4}, 1);
  const auto equalized = EqualizeBy(module, input);
  ASSERT_NE(equalized, nullptr);
  EXPECT_GT(Evenness(equalized, "j", input), 2 * Evenness(module, "j", input));
  EXPECT_LT(ErrorOn(module, equalized, {RandomTensor({4000, 4}, 9)}), 1e-5);
}

TEST_F(EqualizationTest, WhatAnOpMovesOfAConstantIsLeft) {
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": f32[6,4] "x") -> ("y") {
  %w = const f32[3,4] random(1)
  %a = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[6,3] "a"
  %c = const f32[1,3] [1, 2, 3]
  %m = const i32[2] [6, 1]
  %t = tfl.TILE(%c, %m) {} : f32[6,3] "t"
  %s = tfl.ADD(%a, %t) {} : f32[6,3] "s"
  %u = const f32[2,3] random(3)
  %y = tfl.FULLY_CONNECTED(%s, %u, _) {} : f32[6,2] "y"
  return %y
}
)");
  const ChannelClasses classes(*module);
  EXPECT_FALSE(classes.IsFree(*Named(*module, "t"))) << "nobody would scale the constant";
  EXPECT_FALSE(classes.IsFree(*Named(*module, "a"))) << "its summand cannot be scaled";
}

TEST_F(EqualizationTest, SlopesThatAnOpMakesAreLeft) {
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": f32[6,4] "x") -> ("y") {
  %w = const f32[3,4] random(1)
  %a = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[6,3] "a"
  %v = const f32[3,4] random(2)
  %b = tfl.FULLY_CONNECTED(%x, %v, _) {} : f32[6,3] "slopes"
  %p = tfl.PRELU(%a, %b) {} : f32[6,3] "p"
  %u = const f32[2,3] random(3)
  %y = tfl.FULLY_CONNECTED(%p, %u, _) {} : f32[6,2] "y"
  return %y
}
)");
  const ChannelClasses classes(*module);
  EXPECT_TRUE(classes.IsFree(*Named(*module, "p")));
  EXPECT_FALSE(classes.IsFree(*Named(*module, "slopes")));
}

TEST_F(EqualizationTest, WeightsThatShareBytesKeepTheirOwnDimensions) {
  const Tensor weights = Tensor::Of<float>({3, 2}, {0.01f, 0.02f, 0.5f, -0.4f, 1, 2});
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": f32[4000,2] "x") -> ("y") {
  %w = const f32[3,2] #0
  %a = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[4000,3] "a"
  %u = const f32[2,3] random(2)
  %p = tfl.FULLY_CONNECTED(%a, %u, _) {} : f32[4000,2] "p"
  %n = const i32[4] [1, 4000, 1, 2]
  %r = tfl.RESHAPE(%x, %n) {} : f32[1,4000,1,2] "r"
  %f = const f32[3,1,1,2] #1
  %b = tfl.CONV_2D(%r, %f, _) {padding = 1, stride_w = 1, stride_h = 1} : f32[1,4000,1,3] "b"
  %v = const f32[2,3] random(3)
  %q = tfl.FULLY_CONNECTED(%b, %v, _) {} : f32[4000,2] "q"
  %y = tfl.ADD(%p, %q) {} : f32[4000,2] "y"
  return %y
}
)",
                            {weights, weights.Reshaped({3, 1, 1, 2})});
  const auto equalized = EqualizeBy(module, RandomTensor({4000, 2}, 1));
  ASSERT_NE(equalized, nullptr);
  EXPECT_EQ(NodesOf(*equalized, tfl::CONV_2D)[0]->constant_operand(1)->dims(), (Dims{3, 1, 1, 2}));
  EXPECT_LT(ErrorOn(module, equalized, {RandomTensor({4000, 2}, 9)}), 1e-5);
}

TEST_F(EqualizationTest, FewNumbersAreNoReason) {
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": f32[4,4] "x") -> ("y") {
  %w = const f32[2,4] [0.01, 0.02, 0.01, 0.0, 1.0, 2.0, -1.0, 0.5]
  %a = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[4,2] "a"
  %u = const f32[2,2] random(3)
  %y = tfl.FULLY_CONNECTED(%a, %u, _) {} : f32[4,2] "y"
  return %y
}
)");
  const Tensor input = RandomTensor({4, 4}, 1);
  const auto equalized = EqualizeBy(module, input);
  if (equalized == nullptr) return;
  EXPECT_LT(Evenness(equalized, "a", input), 1.1 * Evenness(module, "a", input));
}

TEST_F(EqualizationTest, IntegersOfAModelWithNarrowChannelsAreCloser) {
  // %a's channels differ by a factor of 100, and the next layer weighs the narrow one most.
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": f32[100,8] "x") -> ("y") {
  %w = const f32[2,8] [0.01, 0.02, -0.01, 0.01, 0.02, 0.01, -0.02, 0.01, 1, 2, -1, 1, 2, 1, -2, 1]
  %a = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[100,2] "a"
  %v = const f32[2,2] [100, 0.001, 50, -0.001]
  %b = tfl.FULLY_CONNECTED(%a, %v, _) {} : f32[100,2] "b"
  %u = const f32[2,2] [1, 0.5, -0.5, 1]
  %y = tfl.FULLY_CONNECTED(%b, %u, _) {} : f32[100,2] "y"
  return %y
}
)");
  Options options;
  options.mode = Mode::kInt8;
  const Quantized quantized = QuantizeWith(module, options, ArraySamples::Random({100, 8}, 16));
  ASSERT_NE(quantized.module, nullptr) << Said();
  // 0.7 without: the narrow channel would have two or three steps.
  EXPECT_LT(ErrorOn(module, quantized.module, {RandomTensor({100, 8}, 77)}), 0.35);
}

}  // namespace
}  // namespace litesmith::quantization
