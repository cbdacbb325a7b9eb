// The inner loop of int8 convolutions and matrix products, on activations widened to 16 bits with their zero
// point taken off.
#pragma once

#include <cstdint>

namespace litesmith::simd {

inline constexpr int kTileRowsI8 = 6;
inline constexpr int kPanelChannelsI8 = 16;

struct TileI8 {
  // For each tap, kTileRowsI8 pointers to 2 * `pairs` numbers; zeros outside the picture.
  const int16_t* const* rows;
  int64_t taps, pairs;
  // [taps][pairs][kPanelChannelsI8][2]: two neighbouring input channels of each output channel side by side.
  const int16_t* weights;
  const int32_t* start;   // [kPanelChannelsI8]: what the sums begin with, the bias of int8 outputs
  const float* scale;     // [kPanelChannelsI8]
  int64_t output_stride;  // numbers from one pixel to the next
  int pixels, channels;   // how many of the tile are stored
};

// round(sum * scale) + zero_point, halves to even, cut to [low, high]: the rescaling of XNNPACK's fp32
// kernels, which the official runtime uses by default; `scale` is input scale * weight scale / output scale.
// Products of two 8-bit numbers summed in 32 bits do not overflow below 2^15 terms.
struct OutputI8 {
  int32_t zero_point, low, high;
  int8_t* first;
};
void ComputeTileI8Avx2(const TileI8& tile, const OutputI8& output);

// sum * row scale * scale + bias, cut to [low, high]: inputs that were quantized during inference.
struct OutputF32 {
  const float* row_scale;  // [pixels]
  const float* bias;       // [kPanelChannelsI8]
  float low, high;
  float* first;
};
void ComputeTileI8Avx2(const TileI8& tile, const OutputF32& output);

}  // namespace litesmith::simd
