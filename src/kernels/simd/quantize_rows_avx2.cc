// Mostly plain loops that the compiler turns into AVX2 instructions; the order of comparisons of floats it
// keeps, so those are written out.
#include "kernels/simd/quantize_rows.h"

#include <cmath>

#include "base/check.h"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace litesmith::simd {

#if defined(__AVX2__)
ValueRange RangeOfAvx2(const float* values, int64_t count) {
  __m256 low = _mm256_setzero_ps(), high = low;
  int64_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m256 value = _mm256_loadu_ps(values + i);
    low = _mm256_min_ps(value, low);  // the second operand where a NaN meets it
    high = _mm256_max_ps(value, high);
  }
  alignas(32) float lows[8], highs[8];
  _mm256_store_ps(lows, low);
  _mm256_store_ps(highs, high);
  ValueRange range{0, 0};
  for (; i < count; ++i) {
    range.low = values[i] < range.low ? values[i] : range.low;
    range.high = values[i] > range.high ? values[i] : range.high;
  }
  for (int lane = 0; lane < 8; ++lane) {
    range.low = lows[lane] < range.low ? lows[lane] : range.low;
    range.high = highs[lane] > range.high ? highs[lane] : range.high;
  }
  return range;
}
#else
ValueRange RangeOfAvx2(const float*, int64_t) {
  LS_CHECK(false, "built without AVX2");
  return {};
}
#endif

DynamicScale DynamicScaleOf(ValueRange range) {
  const float inverse = range.low == range.high ? 1.0f : 255.0f / (range.high - range.low);
  const float low = range.low * inverse, high = range.high * inverse;
  float zero = (-128 + low) + (127 + high) > 0 ? -128 - low : 127 - high;
  if (!(zero > -128)) zero = -128;  // NaN, too: ranges without end
  if (zero > 127) zero = 127;
  return {1.0f / inverse, inverse, static_cast<int32_t>(std::lrint(zero))};
}

void QuantizeWideAvx2(const float* values, const DynamicScale& scale, int64_t count, int16_t* out) {
  const auto low = static_cast<float>(-128 - scale.zero_point);
  const auto high = static_cast<float>(127 - scale.zero_point);
  const float inverse = scale.inverse;
  for (int64_t i = 0; i < count; ++i) {
    const float value = values[i] * inverse;
    const float lowered = value < high ? value : high;
    const float cut = lowered < low ? low : lowered;
    out[i] = static_cast<int16_t>(static_cast<int32_t>(__builtin_nearbyintf(cut)));
  }
}

void QuantizeHybridAvx2(const float* values, float inverse, int32_t zero_point, int64_t count, int8_t* out) {
  const auto low = static_cast<float>(-128 - zero_point), high = static_cast<float>(127 - zero_point);
  for (int64_t i = 0; i < count; ++i) {
    const float value = values[i] * inverse;
    const float moved = value < 0 ? value - 0.5f : value + 0.5f;
    const float lowered = moved < high ? moved : high;
    const float cut = lowered < low ? low : lowered;
    out[i] = static_cast<int8_t>(static_cast<int32_t>(cut) + zero_point);
  }
}

void WidenAvx2(const int8_t* values, int32_t zero_point, int64_t count, int16_t* out) {
  const auto zero = static_cast<int16_t>(zero_point);
  for (int64_t i = 0; i < count; ++i) out[i] = static_cast<int16_t>(values[i] - zero);
}

}  // namespace litesmith::simd
