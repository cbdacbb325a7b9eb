#include "passes/passes.h"
#include "text_pass.h"

namespace litesmith::passes {
namespace {

// tf.nn.gelu of TensorFlow 2.4, Keras 3, and the approximate form; x is a sum with a bias each time.
TEST(FuseGelu, EveryWayOfWritingItBecomesTheOp) {
  const char* kHead = R"(func @main(%a: f32[2,3]) {
  %b = const f32[3] [1, 2, 3]
  %x = tf.AddV2(%a, %b) : f32[2,3]
  %half = const f32[] [0.5]
  %one = const f32[] [1]
  %root = const f32[] [1.4142135]
  %inverse = const f32[] [0.70710677]
  %three = const f32[] [3]
  %k = const f32[] [0.044715]
  %p = const f32[] [0.7978846]
)";
  const char* kExact[] = {R"(  %1 = tf.Mul(%half, %x) : f32[2,3]
  %2 = tf.RealDiv(%x, %root) : f32[2,3]
  %3 = tf.Erf(%2) : f32[2,3]
  %4 = tf.AddV2(%one, %3) : f32[2,3]
  %y = tf.Mul(%1, %4) : f32[2,3]
  return %y
})",
                          R"(  %1 = tf.Mul(%half, %x) : f32[2,3]
  %2 = tf.Neg(%x) : f32[2,3]
  %3 = tf.Mul(%2, %inverse) : f32[2,3]
  %4 = tf.Erfc(%3) : f32[2,3]
  %y = tf.Mul(%1, %4) : f32[2,3]
  return %y
})"};
  for (const char* body : kExact) {
    const std::string text = After(FuseGelu, std::string(kHead) + body);
    EXPECT_NE(text.find("tfl.GELU"), std::string::npos) << text;
    EXPECT_NE(text.find("approximate = false"), std::string::npos) << text;
    EXPECT_EQ(text.find("tf.Mul"), std::string::npos) << text;
  }
  const std::string approximate = After(FuseGelu, std::string(kHead) + R"(  %1 = tf.Pow(%x, %three) : f32[2,3]
  %2 = tf.Mul(%1, %k) : f32[2,3]
  %3 = tf.AddV2(%x, %2) : f32[2,3]
  %4 = tf.Mul(%3, %p) : f32[2,3]
  %5 = tf.Tanh(%4) : f32[2,3]
  %6 = tf.AddV2(%5, %one) : f32[2,3]
  %7 = tf.Mul(%half, %x) : f32[2,3]
  %y = tf.Mul(%7, %6) : f32[2,3]
  return %y
})");
  EXPECT_NE(approximate.find("approximate = true"), std::string::npos) << approximate;
  const std::string other = After(FuseGelu, std::string(kHead) + R"(  %1 = tf.Mul(%half, %x) : f32[2,3]
  %2 = tf.Erf(%x) : f32[2,3]
  %3 = tf.AddV2(%one, %2) : f32[2,3]
  %y = tf.Mul(%1, %3) : f32[2,3]
  return %y
})");
  EXPECT_EQ(other.find("tfl.GELU"), std::string::npos) << "erf(x) is not erf(x / sqrt 2): " << other;
}

// Keras' PReLU, by absolute value, and by extremes; each with the slope's constant for negative numbers.
TEST(FusePiecewise, EveryWayOfWritingPreluBecomesTheOp) {
  const char* kHead = R"(func @main(%a: f32[2,3]) {
  %b = const f32[3] [1, 2, 3]
  %x = tf.AddV2(%a, %b) : f32[2,3]
  %zero = const f32[] [0]
  %half = const f32[] [0.5]
)";
  const char* kKeras = R"(  %minus = const f32[3] [-0.25, -0.5, 0.125]
  %1 = tf.Relu(%x) : f32[2,3]
  %2 = tf.Neg(%x) : f32[2,3]
  %3 = tf.Relu(%2) : f32[2,3]
  %4 = tf.Mul(%minus, %3) : f32[2,3]
  %y = tf.AddV2(%1, %4) : f32[2,3]
  return %y
})";
  const char* kAbsolute = R"(  %slope = const f32[1,3] [0.25, 0.5, -0.125]
  %1 = tf.Relu(%x) : f32[2,3]
  %2 = tf.Abs(%x) : f32[2,3]
  %3 = tf.Sub(%x, %2) : f32[2,3]
  %4 = tf.Mul(%3, %half) : f32[2,3]
  %5 = tf.Mul(%slope, %4) : f32[2,3]
  %y = tf.AddV2(%1, %5) : f32[2,3]
  return %y
})";
  const char* kExtremes = R"(  %slope = const f32[3] [0.25, 0.5, -0.125]
  %1 = tf.Maximum(%x, %zero) : f32[2,3]
  %2 = tf.Minimum(%x, %zero) : f32[2,3]
  %3 = tf.Mul(%slope, %2) : f32[2,3]
  %y = tf.AddV2(%1, %3) : f32[2,3]
  return %y
})";
  for (const char* body : {kKeras, kAbsolute, kExtremes}) {
    const std::string text = After(FusePiecewise, std::string(kHead) + body);
    EXPECT_NE(text.find("tfl.PRELU"), std::string::npos) << text;
    EXPECT_NE(text.find("const f32[3] [0.25, 0.5, -0.125]"), std::string::npos) << text;
    EXPECT_EQ(text.find("tf.Mul"), std::string::npos) << text;
  }
}

TEST(FusePiecewise, HardSwishAndLeakySlopesAreFound) {
  const char* kHead = R"(func @main(%a: f32[2,3]) {
  %b = const f32[3] [1, 2, 3]
  %x = tf.AddV2(%a, %b) : f32[2,3]
  %three = const f32[] [3]
  %sixth = const f32[] [0.16666667]
  %six = const f32[] [6]
  %slope = const f32[] [0.2]
)";
  const char* kSwish[] = {R"(  %1 = tf.AddV2(%x, %three) : f32[2,3]
  %2 = tf.Relu6(%1) : f32[2,3]
  %3 = tf.Mul(%2, %sixth) : f32[2,3]
  %y = tf.Mul(%x, %3) : f32[2,3]
  return %y
})",
                          R"(  %1 = tf.AddV2(%x, %three) : f32[2,3]
  %2 = tf.Relu6(%1) : f32[2,3]
  %3 = tf.Mul(%x, %2) : f32[2,3]
  %y = tf.RealDiv(%3, %six) : f32[2,3]
  return %y
})"};
  for (const char* body : kSwish) {
    const std::string text = After(FusePiecewise, std::string(kHead) + body);
    EXPECT_NE(text.find("tfl.HARD_SWISH"), std::string::npos) << text;
    EXPECT_EQ(text.find("tf.Mul"), std::string::npos) << text;
  }
  const std::string leaky = After(FusePiecewise, std::string(kHead) + R"(  %1 = tf.Mul(%x, %slope) : f32[2,3]
  %y = tf.Maximum(%x, %1) : f32[2,3]
  return %y
})");
  EXPECT_NE(leaky.find("tfl.LEAKY_RELU"), std::string::npos) << leaky;
  EXPECT_NE(leaky.find("alpha = 0.2"), std::string::npos) << leaky;
}

TEST(FusePiecewise, WhatComputesSomethingElseStays) {
  for (const char* body : {R"(  %1 = tf.Relu6(%x) : f32[2,3]
  %y = tf.Mul(%x, %1) : f32[2,3]
)",
                           R"(  %1 = tf.Relu(%x) : f32[2,3]
  %2 = tf.Mul(%c, %1) : f32[2,3]
  %y = tf.AddV2(%x, %2) : f32[2,3]
)",
                           R"(  %1 = tf.Relu(%x) : f32[2,3]
  %2 = tf.Mul(%x, %c) : f32[2,3]
  %3 = tf.Mul(%2, %c) : f32[2,3]
  %y = tf.AddV2(%1, %3) : f32[2,3]
)"}) {
    const std::string text = After(FusePiecewise, std::string(R"(func @main(%a: f32[2,3]) {
  %c = const f32[3] [1, 2, 3]
  %x = tf.AddV2(%a, %c) : f32[2,3]
)") + body + "  return %y\n}");
    EXPECT_EQ(text.find("tfl."), std::string::npos) << text;
  }
}

TEST(FuseBias, ASumWithAConstantPerChannelBecomesTheBias) {
  const std::string after = After(FuseBias, R"(func @main(%x: f32[1,2,2,1]) {
  %w = const f32[2,1,1,1] [1, 2]
  %b = const f32[2] [1, 0]
  %c = tfl.CONV_2D(%x, %w, %b) {fused_activation_function = 0, padding = 0, stride_h = 1, stride_w = 1} : f32[1,2,2,2]
  %k = const f32[2] [5, 6]
  %y = tfl.ADD(%c, %k) {fused_activation_function = 0} : f32[1,2,2,2]
  return %y
}
)");
  EXPECT_NE(after.find("const f32[2] [6, 6]"), std::string::npos) << after;
  EXPECT_EQ(after.find("tfl.ADD"), std::string::npos) << after;
}

TEST(FuseActivation, AClipWrittenAsMinimumAndMaximumIsAnActivation) {
  const std::string after = After(FuseActivation, R"(func @main(%x: f32[4], %z: f32[4]) {
  %s = tfl.ADD(%x, %z) {fused_activation_function = 0} : f32[4]
  %low = const f32[] [0]
  %high = const f32[] [6]
  %a = tfl.MAXIMUM(%s, %low) : f32[4]
  %b = tfl.MINIMUM(%a, %high) : f32[4]
  return %b
}
)");
  EXPECT_NE(after.find("fused_activation_function = 3"), std::string::npos) << after;
  EXPECT_EQ(after.find("MINIMUM"), std::string::npos) << after;
}

TEST(FuseActivation, AProducerWithAnotherReaderKeepsItsValue) {
  const std::string after = After(FuseActivation, R"(func @main(%x: f32[4], %z: f32[4]) {
  %s = tfl.ADD(%x, %z) {fused_activation_function = 0} : f32[4]
  %r = tfl.RELU(%s) : f32[4]
  return %r, %s
}
)");
  EXPECT_NE(after.find("tfl.RELU"), std::string::npos) << after;
}

constexpr std::string_view kPadded = R"(func @main(%x: f32[1,8,8,1]) {{
  %p = const i32[4,2] [0, 0, {0}, {1}, {0}, {1}, 0, 0]
  %q = tfl.PAD(%x, %p) : f32[1,?,?,1]
  %w = const f32[1,3,3,1] splat(1)
  %y = tfl.CONV_2D(%q, %w, _) {{dilation_h_factor = 1, dilation_w_factor = 1, fused_activation_function = 0, padding = 1, stride_h = 2, stride_w = 2}} : f32[1,4,4,1]
  return %y
}}
)";

TEST(FusePadding, ZerosWhereSamePaddingHasThemBecomeSamePadding) {
  const std::string after =
      After(FusePadding, fmt::format(kPadded, 0, 1));  // 8 in steps of 2: one zero behind
  EXPECT_EQ(after.find("tfl.PAD"), std::string::npos) << after;
  EXPECT_NE(after.find("padding = 0"), std::string::npos) << after;
}

TEST(FusePadding, ZerosInFrontStayAPad) {
  const std::string after = After(FusePadding, fmt::format(kPadded, 1, 0));
  EXPECT_NE(after.find("tfl.PAD"), std::string::npos) << after;
}

}  // namespace
}  // namespace litesmith::passes
