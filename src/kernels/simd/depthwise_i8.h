// The inner loop of depthwise convolutions with int8 weights: all channels of one output pixel.
#pragma once

#include <cstdint>

namespace litesmith::simd {

// Channels that are computed side by side.
inline constexpr int kDepthwiseBlock = 16;

// Where the blocks of `channels` channels begin: every kDepthwiseBlock, the last one as far forward as needed
// for it to be whole.
inline int64_t DepthwiseBlockAt(int64_t block, int64_t channels) {
  const int64_t first = block * kDepthwiseBlock;
  return first + kDepthwiseBlock <= channels ? first : channels - kDepthwiseBlock;
}

struct DepthwisePixelI8 {
  // 2 * `pairs` pointers to `channels` levels each: the input pixels that the taps meet, levels of zero
  // outside the picture; one more tap of weight 0 where the taps are odd in number.
  const int8_t* const* taps;
  int64_t pairs;
  int64_t channels;  // at least kDepthwiseBlock
  // As PackDepthwiseWeightsI8 makes them.
  const int16_t* weights;
  const int32_t* start;  // [channels]: what the sums begin with
  const float* scale;    // [channels]
};

// Numbers that PackDepthwiseWeightsI8 writes.
int64_t PackedDepthwiseSizeI8(int64_t taps, int64_t channels);
// [blocks][pairs][2][kDepthwiseBlock] of weights [taps, channels]: two taps of each channel side by side, the
// channels in the order in which the unpacking instructions of AVX2 leave them.
void PackDepthwiseWeightsI8(const int8_t* weights, int64_t taps, int64_t channels, int64_t packed_channels,
                            int16_t* packed);

// round(sum * scale) + zero_point, halves to even, cut to [low, high] (tile_i8.h).
struct DepthwiseOutputI8 {
  int32_t zero_point, low, high;
  int8_t* output;
};
void ComputeDepthwiseI8Avx2(const DepthwisePixelI8& pixel, const DepthwiseOutputI8& output);

// sum * scale * row_scale + bias, cut to [low, high].
struct DepthwiseOutputF32 {
  float row_scale;
  const float* bias;  // [channels]
  float low, high;
  float* output;
};
void ComputeDepthwiseI8Avx2(const DepthwisePixelI8& pixel, const DepthwiseOutputF32& output);

}  // namespace litesmith::simd
