// The inner loop of float convolutions and matrix products: a tile of output pixels times a panel of output
// channels.
#pragma once

#include <cstdint>

namespace litesmith::simd {

inline constexpr int kTileRows =
    6;  // output pixels: with 2 registers of 8 channels each 12 sums, 2 weights, 1 input
inline constexpr int kPanelChannels = 16;  // output channels

struct TileF32 {
  // For each tap, kTileRows pointers to `depth` numbers: the input pixels that the tap meets, zeros outside
  // the picture.
  const float* const* rows;
  int64_t taps, depth;
  // [taps][depth][kPanelChannels] and [kPanelChannels].
  const float* weights;
  const float* bias;
  float low, high;        // of the activation
  float* output;          // of the first pixel
  int64_t output_stride;  // numbers from one pixel to the next
  int pixels, channels;   // how many of the tile are stored
};

// sum over taps and depth of row * weight, plus bias, clamped. The sums run in the order of the weights in
// memory.
void ComputeTileF32Avx2(const TileF32& tile);

}  // namespace litesmith::simd
