#include "one_op.h"

namespace litesmith::lowering {
namespace {
// The table: convolutions, pooling, products, resizing.
class WindowOps : public LowersAs {};

TEST_P(WindowOps, ComputeTheSameAfterLowering) { ExpectSameResults(); }

const OneOp kWindowOps[] = {
    {"MaxPool3D", R"((%x: f32[2,5,6,7,3]) {
  %y = tf.MaxPool3D(%x) {ksize = [1, 2, 3, 3, 1], strides = [1, 2, 2, 1, 1], padding = "SAME"} : f32[*]
  return %y
})"},
    {"AvgPool3DSame", R"((%x: f32[2,5,6,7,3]) {
  %y = tf.AvgPool3D(%x) {ksize = [1, 2, 3, 3, 1], strides = [1, 2, 2, 2, 1], padding = "SAME"} : f32[*]
  return %y
})"},
    {"AvgPool3DValid", R"((%x: f32[2,5,6,7,3]) {
  %y = tf.AvgPool3D(%x) {ksize = [1, 3, 2, 2, 1], strides = [1, 1, 2, 2, 1], padding = "VALID"} : f32[*]
  return %y
})"},
    {"ExtractImagePatches", R"((%x: f32[2,6,7,3]) {
  %y = tf.ExtractImagePatches(%x) {ksizes = [1, 2, 3, 1], strides = [1, 2, 1, 1], rates = [1, 1, 2, 1], padding = "SAME"} : f32[*]
  return %y
})"},
    {"Conv3DOfStrides", R"((%x: f32[1,4,6,7,3]) {
  %w = const f32[2,3,3,3,4] random(3)
  %y = tf.Conv3D(%x, %w) {strides = [1, 1, 2, 2, 1], padding = "SAME", dilations = [1, 1, 1, 1, 1]} : f32[*]
  return %y
})"},
    {"Conv3DDilated", R"((%x: f32[1,5,6,7,3]) {
  %w = const f32[2,3,3,3,4] random(3)
  %y = tf.Conv3D(%x, %w) {strides = [1, 1, 1, 1, 1], padding = "VALID", dilations = [1, 2, 1, 2, 1]} : f32[*]
  return %y
})"},
    {"Conv3DTransposed", R"((%x: f32[1,2,3,3,4]) {
  %s = const i32[5] [1, 4, 6, 6, 3]
  %w = const f32[2,3,3,3,4] random(3)
  %y = tf.Conv3DBackpropInputV2(%s, %w, %x) {strides = [1, 2, 2, 2, 1], padding = "SAME", dilations = [1, 1, 1, 1, 1]} : f32[*]
  return %y
})"},
    {"RealTransformOfRows", R"((%x: f32[2,3,9]) {
  %n = const i32[1] [8]
  %c = tf.RFFT(%x, %n) {Treal = type f32, Tcomplex = type c64} : c64[*]
  %r = tf.Real(%c) {T = type c64, Tout = type f32} : f32[*]
  %i = tf.Imag(%c) {T = type c64, Tout = type f32} : f32[*]
  %a = tf.ComplexAbs(%c) {T = type c64, Tout = type f32} : f32[*]
  return %r, %i, %a
})"},
    {"RealTransformOfPictures", R"((%x: f32[2,4,8]) {
  %n = const i32[2] [4, 8]
  %c = tf.RFFT2D(%x, %n) {Treal = type f32, Tcomplex = type c64} : c64[*]
  %a = tf.ComplexAbs(%c) {T = type c64, Tout = type f32} : f32[*]
  return %a
})"},
    {"Conv2DSame", R"((%x: f32[1,6,7,3]) {
  %w = const f32[3,3,3,4] random(3)
  %y = tf.Conv2D(%x, %w) {strides = [1, 1, 1, 1], padding = "SAME", dilations = [1, 1, 1, 1]} : f32[*]
  return %y
})"},
    {"Conv2DSameOfStrideTwo", R"((%x: f32[1,6,7,3]) {
  %w = const f32[3,3,3,4] random(3)
  %y = tf.Conv2D(%x, %w) {strides = [1, 2, 2, 1], padding = "SAME", dilations = [1, 1, 1, 1]} : f32[*]
  return %y
})"},
    {"Conv2DValid", R"((%x: f32[1,6,7,3]) {
  %w = const f32[3,3,3,4] random(3)
  %y = tf.Conv2D(%x, %w) {strides = [1, 1, 2, 1], padding = "VALID", dilations = [1, 1, 1, 1]} : f32[*]
  return %y
})"},
    {"Conv2DDilated", R"((%x: f32[1,6,7,3]) {
  %w = const f32[3,3,3,4] random(3)
  %y = tf.Conv2D(%x, %w) {strides = [1, 1, 1, 1], padding = "VALID", dilations = [1, 2, 2, 1]} : f32[*]
  return %y
})"},
    {"Conv2DExplicitPadding", R"((%x: f32[1,6,7,3]) {
  %w = const f32[3,3,3,4] random(3)
  %y = tf.Conv2D(%x, %w) {strides = [1, 2, 2, 1], padding = "EXPLICIT", dilations = [1, 1, 1, 1], explicit_paddings = [0, 0, 1, 0, 0, 2, 0, 0]} : f32[*]
  return %y
})"},
    {"Conv2DWithChannelsSecond", R"((%x: f32[1,3,6,7]) {
  %w = const f32[3,3,3,4] random(3)
  %y = tf.Conv2D(%x, %w) {strides = [1, 1, 2, 2], padding = "SAME", dilations = [1, 1, 1, 1], data_format = "NCHW"} : f32[*]
  return %y
})"},
    {"Conv2DInGroups", R"((%x: f32[1,5,5,4]) {
  %w = const f32[3,3,2,6] random(3)
  %y = tf.Conv2D(%x, %w) {strides = [1, 1, 1, 1], padding = "SAME", dilations = [1, 1, 1, 1]} : f32[*]
  return %y
})"},
    {"DepthwiseSame", R"((%x: f32[1,6,7,3]) {
  %w = const f32[3,3,3,1] random(3)
  %y = tf.DepthwiseConv2dNative(%x, %w) {strides = [1, 1, 1, 1], padding = "SAME", dilations = [1, 1, 1, 1]} : f32[*]
  return %y
})"},
    {"DepthwiseWithAMultiplier", R"((%x: f32[1,6,7,3]) {
  %w = const f32[3,3,3,2] random(3)
  %y = tf.DepthwiseConv2dNative(%x, %w) {strides = [1, 2, 2, 1], padding = "VALID", dilations = [1, 1, 1, 1]} : f32[*]
  return %y
})"},
    {"DepthwiseDilated", R"((%x: f32[1,6,7,3]) {
  %w = const f32[3,3,3,1] random(3)
  %y = tf.DepthwiseConv2dNative(%x, %w) {strides = [1, 1, 1, 1], padding = "SAME", dilations = [1, 2, 2, 1]} : f32[*]
  return %y
})"},
    {"AvgPoolSame", R"((%x: f32[1,5,6,3]) {
  %y = tf.AvgPool(%x) {ksize = [1, 3, 2, 1], strides = [1, 2, 1, 1], padding = "SAME"} : f32[*]
  return %y
})"},
    {"AvgPoolValid", R"((%x: f32[1,5,6,3]) {
  %y = tf.AvgPool(%x) {ksize = [1, 3, 2, 1], strides = [1, 2, 1, 1], padding = "VALID"} : f32[*]
  return %y
})"},
    {"MaxPoolSame", R"((%x: f32[1,5,6,3]) {
  %y = tf.MaxPool(%x) {ksize = [1, 3, 2, 1], strides = [1, 2, 1, 1], padding = "SAME"} : f32[*]
  return %y
})"},
    {"MaxPoolValid", R"((%x: f32[1,5,6,3]) {
  %y = tf.MaxPool(%x) {ksize = [1, 3, 2, 1], strides = [1, 2, 1, 1], padding = "VALID"} : f32[*]
  return %y
})"},
    {"MaxPoolExplicitPadding", R"((%x: f32[1,5,6,3]) {
  %y = tf.MaxPool(%x) {ksize = [1, 3, 3, 1], strides = [1, 2, 2, 1], padding = "EXPLICIT", explicit_paddings = [0, 0, 1, 1, 1, 1, 0, 0]} : f32[*]
  return %y
})",
     -5, -1},
    {"TransposedConvolution", R"((%x: f32[1,3,4,5]) {
  %s = const i32[4] [1, 6, 8, 2]
  %w = const f32[3,3,2,5] random(4)
  %y = tf.Conv2DBackpropInput(%s, %w, %x) {strides = [1, 2, 2, 1], padding = "SAME", dilations = [1, 1, 1, 1]} : f32[*]
  return %y
})"},
    {"MatMulWeights", R"((%x: f32[3,2]) {
  %w = const f32[2,4] random(6)
  %y = tf.MatMul(%x, %w) {transpose_a = false, transpose_b = false} : f32[*]
  return %y
})"},
    {"MatMulOfTwo", R"((%x: f32[3,2], %w: f32[2,4]) {
  %y = tf.MatMul(%x, %w) {transpose_a = false, transpose_b = false} : f32[*]
  return %y
})"},
    {"MatMulAWeights", R"((%x: f32[2,3]) {
  %w = const f32[2,4] random(6)
  %y = tf.MatMul(%x, %w) {transpose_a = true, transpose_b = false} : f32[*]
  return %y
})"},
    {"MatMulAOfTwo", R"((%x: f32[2,3], %w: f32[2,4]) {
  %y = tf.MatMul(%x, %w) {transpose_a = true, transpose_b = false} : f32[*]
  return %y
})"},
    {"MatMulBWeights", R"((%x: f32[3,2]) {
  %w = const f32[4,2] random(6)
  %y = tf.MatMul(%x, %w) {transpose_a = false, transpose_b = true} : f32[*]
  return %y
})"},
    {"MatMulBOfTwo", R"((%x: f32[3,2], %w: f32[4,2]) {
  %y = tf.MatMul(%x, %w) {transpose_a = false, transpose_b = true} : f32[*]
  return %y
})"},
    {"BatchMatMulBroadcasts", R"((%x: f32[2,1,3,4], %w: f32[5,4,2]) {
  %y = tf.BatchMatMulV2(%x, %w) {adj_x = false, adj_y = false} : f32[*]
  return %y
})"},
    {"BatchMatMulAdjoint", R"((%x: f32[2,4,3], %w: f32[2,5,4]) {
  %y = tf.BatchMatMulV2(%x, %w) {adj_x = true, adj_y = true} : f32[*]
  return %y
})"},
    {"ResizeBilinear", R"((%x: f32[1,3,4,2]) {
  %s = const i32[2] [5, 7]
  %y = tf.ResizeBilinear(%x, %s) {align_corners = false, half_pixel_centers = false} : f32[*]
  return %y
})"},
    {"ResizeNearestNeighbor", R"((%x: f32[1,3,4,2]) {
  %s = const i32[2] [5, 7]
  %y = tf.ResizeNearestNeighbor(%x, %s) {align_corners = false, half_pixel_centers = false} : f32[*]
  return %y
})"},
    {"ResizeBilinearAligned", R"((%x: f32[1,3,4,2]) {
  %s = const i32[2] [5, 7]
  %y = tf.ResizeBilinear(%x, %s) {align_corners = true, half_pixel_centers = false} : f32[*]
  return %y
})"},
    {"ResizeNearestNeighborAligned", R"((%x: f32[1,3,4,2]) {
  %s = const i32[2] [5, 7]
  %y = tf.ResizeNearestNeighbor(%x, %s) {align_corners = true, half_pixel_centers = false} : f32[*]
  return %y
})"},
    {"ResizeBilinearHalfPixel", R"((%x: f32[1,3,4,2]) {
  %s = const i32[2] [5, 7]
  %y = tf.ResizeBilinear(%x, %s) {align_corners = false, half_pixel_centers = true} : f32[*]
  return %y
})"},
    {"ResizeNearestNeighborHalfPixel", R"((%x: f32[1,3,4,2]) {
  %s = const i32[2] [5, 7]
  %y = tf.ResizeNearestNeighbor(%x, %s) {align_corners = false, half_pixel_centers = true} : f32[*]
  return %y
})"},
    {"ResizeBilinearOfBytes", R"((%x: u8[1,3,4,2]) {
  %s = const i32[2] [5, 7]
  %y = tf.ResizeBilinear(%x, %s) {align_corners = false, half_pixel_centers = false} : f32[*]
  return %y
})",
     0, 255},
};

INSTANTIATE_TEST_SUITE_P(Table, WindowOps, testing::ValuesIn(kWindowOps), NameOfOp);

}  // namespace
}  // namespace litesmith::lowering
