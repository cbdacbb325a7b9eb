// What convolutions with int8 weights share: which nodes they take, and their scales.
#pragma once

#include <vector>

#include "kernels/reference/checks.h"

namespace litesmith::simd {

struct RescalingI8 {
  std::vector<float> scale;  // by output channel: input scale * weight scale / output scale
  int32_t input_zero = 0, zero_point = 0, low = -128, high = 127;
};

// So many products of a level less its zero point (at most 255 either way) and a weight fit a 32-bit sum.
inline constexpr int64_t kMaxTermsI8 = int64_t{1} << 16;

// int8 weights that never change with zero point 0 and scales per tensor or per output channel, and either
// int8 in and out with an int32 bias or float32 in and out with a float32 bias; or no bias.
bool SupportsI8Weights(const KernelContext& context, int64_t channels);

// The weights' scale of each output channel.
Result<std::vector<float>> WeightScales(PrepareContext& context, int64_t channels);
// Of int8 outputs.
Result<RescalingI8> PrepareRescaling(PrepareContext& context, int64_t channels);

}  // namespace litesmith::simd
