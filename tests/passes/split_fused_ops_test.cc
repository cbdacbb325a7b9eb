#include "passes/passes.h"
#include "text_pass.h"

namespace litesmith::passes {
namespace {

TEST(SplitFusedOps, EachStepIsAnOpWithItsOwnOperands) {
  ExpectText(R"(func @main(%0: f32[1,4,4,2], %1: f32[1,1,2,3], %2: f32[3], %3: f32[3]) {
  %4 = tf.Conv2D(%0, %1) {T = type f32, data_format = "NHWC", padding = "SAME", strides = [1, 2, 2, 1]} : f32[1,2,2,3]
  %5 = tf.BiasAdd(%4, %2) {T = type f32, data_format = "NHWC"} : f32[1,2,2,3]
  %6 = tf.Prelu(%5, %3) {T = type f32} : f32[1,2,2,3] "y:0"
  return %6
}
)",
             After(SplitFusedOps, R"(func @main(%x: f32[1,4,4,2], %w: f32[1,1,2,3], %b: f32[3], %a: f32[3]) {
  %y = tf.FusedConv2D(%x, %w, %b, %a) {T = type f32, data_format = "NHWC", epsilon = 0.0f, fused_ops = ["BiasAdd", "Prelu"], num_args = 2, padding = "SAME", strides = [1, 2, 2, 1]} : f32[1,2,2,3] "y:0"
  return %y
}
)"));
}

TEST(SplitFusedOps, KeepsTheAttributesOfEachStep) {
  const std::string depthwise =
      After(SplitFusedOps, R"(func @main(%x: f32[1,2,4,4], %w: f32[1,1,2,1], %b: f32[2]) {
  %y = tf.FusedDepthwiseConv2dNative(%x, %w, %b) {T = type f32, data_format = "NCHW", fused_ops = ["BiasAdd", "LeakyRelu"], leakyrelu_alpha = 0.125f, padding = "VALID", strides = [1, 1, 1, 1]} : f32[1,2,4,4]
  return %y
}
)");
  EXPECT_NE(depthwise.find("tf.BiasAdd(%3, %2) {T = type f32, data_format = \"NCHW\"}"), std::string::npos)
      << depthwise;
  EXPECT_NE(depthwise.find("alpha = 0.125f"), std::string::npos) << depthwise;
  const std::string product = After(SplitFusedOps, R"(func @main(%x: f32[2,3], %w: f32[4,3], %b: f32[4]) {
  %y = tf.FusedMatMul(%x, %w, %b) {T = type f32, fused_ops = ["BiasAdd", "Relu"], transpose_a = false, transpose_b = true} : f32[2,4]
  return %y
}
)");
  EXPECT_NE(product.find("tf.MatMul(%0, %1) {T = type f32, transpose_a = false, transpose_b = true}"),
            std::string::npos)
      << product;
}

TEST(SplitFusedOps, ABatchNormTakesItsFourOperandsAndItsEpsilon) {
  const std::string after = After(
      SplitFusedOps,
      R"(func @main(%x: f32[1,4,4,2], %w: f32[1,1,2,3], %s: f32[3], %o: f32[3], %m: f32[3], %v: f32[3]) {
  %y = tf.FusedConv2D(%x, %w, %s, %o, %m, %v) {T = type f32, epsilon = 0.5f, fused_ops = ["FusedBatchNorm", "Relu"], padding = "SAME", strides = [1, 1, 1, 1]} : f32[1,4,4,3]
  return %y
}
)");
  EXPECT_NE(after.find("tf.FusedBatchNormV3(%6, %2, %3, %4, %5)"), std::string::npos) << after;
  EXPECT_NE(after.find("epsilon = 0.5f, is_training = false"), std::string::npos) << after;
}

TEST(SplitFusedOps, LeavesWhatItDoesNotKnowToTheLowering) {
  for (const char* steps : {R"(["BiasAdd", "Swirl"])", R"(["BiasAdd", "Prelu"])", R"(["Relu"])", "[]"}) {
    const std::string before = fmt::format(R"(func @main(%x: f32[1,4], %w: f32[4,3], %b: f32[3]) {{
  %0 = tf.FusedMatMul(%x, %w, %b) {{T = type f32, fused_ops = {}}} : f32[1,3]
  return %0
}}
)",
                                           steps);
    EXPECT_NE(After(SplitFusedOps, before).find("tf.FusedMatMul"), std::string::npos) << steps;
  }
}

}  // namespace
}  // namespace litesmith::passes
