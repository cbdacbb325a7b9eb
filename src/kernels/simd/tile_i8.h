// The inner loop of int8 convolutions, on activations widened to 16 bits with their zero point taken off.
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
  const int32_t* bias;            // [kPanelChannelsI8]
  const float* scale;             // [kPanelChannelsI8]: input scale * weight scale / output scale
  int32_t zero_point, low, high;  // of the output
  int8_t* output;
  int64_t output_stride;
  int pixels, channels;
};

// round(sum * scale) + zero point, halves to even, cut to [low, high]: the rescaling of XNNPACK's fp32
// kernels, which the official runtime uses by default. Products of two 8-bit numbers summed in 32 bits do not
// overflow below 2^17 terms.
void ComputeTileI8Avx2(const TileI8& tile);

}  // namespace litesmith::simd
