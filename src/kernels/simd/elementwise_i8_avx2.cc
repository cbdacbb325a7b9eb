// Plain loops that the compiler turns into AVX2 instructions; without AVX2 they are merely slow.
#include "kernels/simd/elementwise_i8.h"

namespace litesmith::simd {
namespace {

template <class F>
void ForEachPair(const int8_t* a, const int8_t* b, int64_t b_step, int64_t count, int8_t* out, F function) {
  if (b_step == 0) {
    const int32_t fixed = *b;
    for (int64_t i = 0; i < count; ++i) out[i] = function(a[i], fixed);
  } else {
    for (int64_t i = 0; i < count; ++i) out[i] = function(a[i], b[i]);
  }
}

}  // namespace

void AddI8Avx2(const SumI8& sum, const int8_t* a, const int8_t* b, int64_t b_step, int64_t count,
               int8_t* out) {
  ForEachPair(a, b, b_step, count, out, [sum](int32_t x, int32_t y) {
    const int32_t level = ((x * sum.factor_a + y * sum.factor_b + sum.bias) >> sum.shift) + sum.zero_point;
    const int32_t raised = level < sum.low ? sum.low : level;
    return static_cast<int8_t>(raised > sum.high ? sum.high : raised);
  });
}

void MultiplyI8Avx2(const ProductI8& product, const int8_t* a, const int8_t* b, int64_t b_step, int64_t count,
                    int8_t* out) {
  const auto low = static_cast<float>(product.low - product.zero_point);
  const auto high = static_cast<float>(product.high - product.zero_point);
  ForEachPair(a, b, b_step, count, out, [product, low, high](int32_t x, int32_t y) {
    const float value = static_cast<float>((x - product.zero_a) * (y - product.zero_b)) * product.scale;
    const float raised = value < low ? low : value;
    const float cut = raised > high ? high : raised;
    return static_cast<int8_t>(static_cast<int32_t>(__builtin_nearbyintf(cut)) + product.zero_point);
  });
}

void QuantizeI8Avx2(const float* in, float inverse_scale, int32_t zero_point, int64_t count, int8_t* out) {
  const auto low = static_cast<float>(-128 - zero_point), high = static_cast<float>(127 - zero_point);
  for (int64_t i = 0; i < count; ++i) {
    const float value = in[i] * inverse_scale;
    const float lowered = value < high ? value : high;
    const float cut = lowered < low ? low : lowered;
    out[i] = static_cast<int8_t>(static_cast<int32_t>(__builtin_nearbyintf(cut)) + zero_point);
  }
}

void DequantizeI8Avx2(const int8_t* in, float scale, int32_t zero_point, int64_t count, float* out) {
  for (int64_t i = 0; i < count; ++i) out[i] = static_cast<float>(in[i] - zero_point) * scale;
}

}  // namespace litesmith::simd
