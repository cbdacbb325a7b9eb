// Resizings that TensorFlow Lite lacks are products with matrices.
#include "verifying.h"

namespace litesmith::pipeline {
namespace {

class ResizeTest : public testing::Test,
                   protected Verifying,
                   public testing::WithParamInterface<const char*> {};

TEST_P(ResizeTest, BecomesProductsThatGiveTheSamePictures) {
  const std::string text = std::string("func @main(%x \"x\": f32[2,7,5,3] \"x\") -> (\"y\") {\n") +
                           GetParam() + " : f32[2,9,4,3] \"y\"\n  return %y\n}\n";
  const auto file = Convert(text);
  ASSERT_NE(file, nullptr);
  int products = 0;
  for (const ir::Node& node : file->functions()[0]->nodes()) products += node.Is(tfl::BATCH_MATMUL);
  EXPECT_EQ(products, 2);
  const auto verified = Compare(text, file);
  ASSERT_TRUE(verified.has_value()) << Said();
  EXPECT_FALSE(verified->first_difference.has_value()) << Said();
}

INSTANTIATE_TEST_SUITE_P(Kinds, ResizeTest,
                         testing::Values(R"(  %s = const i32[2] [9, 4]
  %y = tf.ResizeBicubic(%x, %s) {T = type f32, align_corners = false, half_pixel_centers = true})",
                                         R"(  %s = const i32[2] [9, 4]
  %y = tf.ResizeBicubic(%x, %s) {T = type f32, align_corners = true, half_pixel_centers = false})",
                                         R"(  %s = const i32[2] [9, 4]
  %y = tf.ResizeArea(%x, %s) {T = type f32, align_corners = false})",
                                         R"(  %s = const i32[2] [9, 4]
  %f = const f32[2] [1.2857143, 0.8]
  %t = const f32[2] [0, 0.25]
  %y = tf.ScaleAndTranslate(%x, %s, %f, %t) {T = type f32, antialias = true, kernel_type = "lanczos3"})"));

}  // namespace
}  // namespace litesmith::pipeline
