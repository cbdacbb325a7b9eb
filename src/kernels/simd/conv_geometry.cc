#include "kernels/simd/conv_geometry.h"

namespace litesmith::simd {
namespace {

Result<void> ExpectBias(PrepareContext& context, int64_t channels) {
  if (!context.has_input(2) || context.input(2).elements() == channels) return {};
  return context.Mismatch("{} biases for {} output channels", context.input(2).elements(), channels);
}

Result<ConvGeometry> PictureGeometry(PrepareContext& context, int64_t channels) {
  const TensorView &input = context.input(0), &weights = context.input(1);
  LS_RETURN_IF_FAILED(ExpectRank(context, input, 4, 4, "input"));
  LS_TRY(const Padding padding, PaddingOf(context));
  ConvGeometry geometry;
  LS_TRY(geometry.y,
         WindowOf(context, padding, input.dim(1), weights.dim(1), "stride_h", "dilation_h_factor", "height"));
  LS_TRY(geometry.x,
         WindowOf(context, padding, input.dim(2), weights.dim(2), "stride_w", "dilation_w_factor", "width"));
  geometry.batches = input.dim(0);
  geometry.depth = input.dim(3);
  geometry.channels = channels;
  if (weights.dim(3) != geometry.depth) {
    return context.Mismatch("an input of {} channels and weights for {}", geometry.depth, weights.dim(3));
  }
  LS_RETURN_IF_FAILED(ExpectBias(context, channels));
  geometry.output_dims = {geometry.batches, geometry.y.output, geometry.x.output, channels};
  return geometry;
}

}  // namespace

Result<ConvGeometry> Conv2DGeometry(PrepareContext& context) {
  LS_RETURN_IF_FAILED(ExpectRank(context, context.input(1), 4, 4, "weights"));
  return PictureGeometry(context, context.input(1).dim(0));
}

Result<ConvGeometry> DepthwiseGeometry(PrepareContext& context) {
  LS_RETURN_IF_FAILED(ExpectRank(context, context.input(1), 4, 4, "weights"));
  return PictureGeometry(context, context.input(1).dim(3));
}

Result<ConvGeometry> FullyConnectedGeometry(PrepareContext& context) {
  const TensorView &input = context.input(0), &weights = context.input(1);
  LS_RETURN_IF_FAILED(ExpectRank(context, weights, 2, 2, "weights"));
  LS_RETURN_IF_FAILED(
      context.Expect(context.attributes->Int("weights_format", 0) == 0, "weights in the shuffled format"));
  ConvGeometry geometry;
  geometry.channels = weights.dim(0);
  geometry.depth = weights.dim(1);
  if (geometry.depth < 1 || geometry.channels < 1 || input.elements() % geometry.depth != 0) {
    return context.Mismatch("an input of shape {} and weights of shape {}", ToText(input.dims),
                            ToText(weights.dims));
  }
  geometry.y.input = geometry.y.output = input.elements() / geometry.depth;
  geometry.x.input = geometry.x.output = 1;
  geometry.output_dims = {geometry.y.output, geometry.channels};
  if (context.attributes->Bool("keep_num_dims")) {
    if (input.rank() < 1 || input.dim(-1) != geometry.depth) {
      return context.Mismatch("it keeps the dimensions of its input, whose last one is not the weights' {}",
                              geometry.depth);
    }
    geometry.output_dims = input.dims;
    geometry.output_dims.back() = geometry.channels;
  }
  LS_RETURN_IF_FAILED(ExpectBias(context, geometry.channels));
  return geometry;
}

}  // namespace litesmith::simd
