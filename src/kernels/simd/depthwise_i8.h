// The inner loops of depthwise convolutions in int8.
#pragma once

#include <cstdint>

namespace litesmith::simd {

// sums[c] += (input[c] - zero) * weights[c]
void AddTapI8Avx2(const int8_t* input, int32_t zero, const int8_t* weights, int64_t channels, int32_t* sums);

// round(sums[c] * scale[c] cut to [low, high]) + zero_point, halves to even (tile_i8.h).
void RescaleI8Avx2(const int32_t* sums, const float* scale, float low, float high, int32_t zero_point,
                   int64_t channels, int8_t* output);

}  // namespace litesmith::simd
