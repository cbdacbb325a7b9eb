// The inner loops of depthwise convolutions in float32, channels last, one output channel an input channel.
#pragma once

#include <cstdint>

namespace litesmith::simd {

// A run of output pixels in one row, all of whose taps lie inside the picture.
struct DepthwiseRunF32 {
  const float* input;     // the first tap of the first pixel
  int64_t row_stride;     // numbers from one tap to the one below it
  int64_t column_stride;  // numbers from one tap to the next
  int64_t pixel_stride;   // numbers from one output pixel's first tap to the next one's
  int64_t height, width;  // of the filter
  const float* weights;   // [height, width, channels]
  const float* bias;
  float low, high;
  float* output;
  int64_t channels, pixels;
};

void ComputeDepthwiseRunF32Avx2(const DepthwiseRunF32& run);

}  // namespace litesmith::simd
