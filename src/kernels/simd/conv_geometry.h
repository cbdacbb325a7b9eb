// What the fast convolutions and matrix products have in common: where input and output pixels lie.
#pragma once

#include <vector>

#include "kernels/reference/window.h"

namespace litesmith::simd {

struct ConvGeometry {
  Window y, x;
  int64_t batches = 1, depth = 0, channels = 0;  // `depth`: channels of the input
  Dims output_dims;

  int64_t taps() const { return y.size * x.size; }
  int64_t input_pixels() const { return batches * y.input * x.input; }
  int64_t pixels() const { return batches * y.output * x.output; }
  // Output pixels are input pixels.
  bool pointwise() const { return taps() == 1 && y.stride == 1 && x.stride == 1; }
};

// Checks the shapes of input, weights and bias against each other. CONV_2D of one group: weights [channels,
// y, x, depth].
Result<ConvGeometry> Conv2DGeometry(PrepareContext& context);
// DEPTHWISE_CONV_2D with one output channel an input channel: weights [1, y, x, channels].
Result<ConvGeometry> DepthwiseGeometry(PrepareContext& context);
// FULLY_CONNECTED: a convolution of 1 by 1 over a column of pixels, one a row; weights [channels, depth].
Result<ConvGeometry> FullyConnectedGeometry(PrepareContext& context);

// For the output pixels [first, last), tile by tile and tap by tap, `tile_rows` pointers each to the input
// pixels that the tap meets, `stride` numbers apart; `outside` where that is beside the picture. What the
// last tile has too much repeats the last pixel.
template <class T>
std::vector<const T*> GatherRows(const ConvGeometry& geometry, const T* input, int64_t stride,
                                 const T* outside, int64_t first, int64_t last, int tile_rows) {
  const Window &y = geometry.y, &x = geometry.x;
  const int64_t taps = geometry.taps(), tiles = (last - first + tile_rows - 1) / tile_rows;
  std::vector<const T*> rows(static_cast<size_t>(tiles * taps * tile_rows));
  int64_t ox = first % x.output, oy = first / x.output % y.output, batch = first / (x.output * y.output);
  for (int64_t i = 0; i < tiles * tile_rows; ++i) {
    const T** place = &rows[static_cast<size_t>(i / tile_rows * taps * tile_rows + i % tile_rows)];
    for (int64_t fy = 0; fy < y.size; ++fy) {
      const int64_t iy = y.origin(oy) + fy * y.dilation;
      for (int64_t fx = 0; fx < x.size; ++fx, place += tile_rows) {
        const int64_t ix = x.origin(ox) + fx * x.dilation;
        const bool inside = iy >= 0 && iy < y.input && ix >= 0 && ix < x.input;
        *place = inside ? input + ((batch * y.input + iy) * x.input + ix) * stride : outside;
      }
    }
    if (first + i + 1 >= last) continue;
    if (++ox < x.output) continue;
    ox = 0;
    if (++oy < y.output) continue;
    oy = 0;
    ++batch;
  }
  return rows;
}

}  // namespace litesmith::simd
