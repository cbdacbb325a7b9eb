#include "kernels/simd/depthwise_i8.h"

// Plain loops that the compiler turns into AVX2 instructions; without AVX2 they are merely slow.
namespace litesmith::simd {

void AddTapI8Avx2(const int8_t* input, int32_t zero, const int8_t* weights, int64_t channels, int32_t* sums) {
  const auto offset = static_cast<int16_t>(zero);
  for (int64_t c = 0; c < channels; ++c) {
    sums[c] += static_cast<int32_t>(static_cast<int16_t>(input[c] - offset)) * weights[c];
  }
}

void RescaleI8Avx2(const int32_t* sums, const float* scale, float low, float high, int32_t zero_point,
                   int64_t channels, int8_t* output) {
  for (int64_t c = 0; c < channels; ++c) {
    const float value = static_cast<float>(sums[c]) * scale[c];
    const float raised = value < low ? low : value;
    const float cut = raised > high ? high : raised;
    output[c] = static_cast<int8_t>(static_cast<int32_t>(__builtin_nearbyintf(cut)) + zero_point);
  }
}

}  // namespace litesmith::simd
