#include "passes/passes.h"
#include "text_pass.h"

namespace litesmith::passes {
namespace {

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
