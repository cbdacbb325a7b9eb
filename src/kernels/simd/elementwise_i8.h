// The inner loops of int8 ops that work element by element. All give what XNNPACK's kernels give, which the
// official runtime takes over by default; where a formula is not obvious its source in XNNPACK is named.
#pragma once

#include <array>
#include <cstdint>

namespace litesmith::simd {

// out = ((a * factor_a + b * factor_b + bias) >> shift) + zero_point, cut to [low, high]: the scales of the
// inputs over that of the output as integers of at most 21 bits with a common exponent, and one rounding
// upwards at halves, which the bias holds (xnn_init_qs8_add_minmax_scalar_params in microparams-init.c).
struct SumI8 {
  int32_t factor_a, factor_b, bias;
  int shift;
  int32_t zero_point, low, high;
  // Scales within [2^-10, 2^8) of the output's. A difference has `sign` -1.
  static SumI8 Of(float a_over_out, int32_t zero_a, float b_over_out, int32_t zero_b, int sign);
};
// b advances by `b_step`, 0 or 1.
void AddI8Avx2(const SumI8& sum, const int8_t* a, const int8_t* b, int64_t b_step, int64_t count,
               int8_t* out);

// out = round((a - zero_a) * (b - zero_b) * scale) + zero_point, halves to even, cut to [low, high]
// (qs8-vmul/scalar.c.in).
struct ProductI8 {
  int32_t zero_a, zero_b;
  float scale;
  int32_t zero_point, low, high;
};
void MultiplyI8Avx2(const ProductI8& product, const int8_t* a, const int8_t* b, int64_t b_step, int64_t count,
                    int8_t* out);

// out = round(x * inverse_scale) + zero_point, halves to even, cut to int8; NaN gives the highest number, as
// the comparison in f32-qs8-vcvt makes it.
void QuantizeI8Avx2(const float* in, float inverse_scale, int32_t zero_point, int64_t count, int8_t* out);
// out = (q - zero_point) * scale.
void DequantizeI8Avx2(const int8_t* in, float scale, int32_t zero_point, int64_t count, float* out);
// out = table[in]; the index is the input's bits.
void LookUpI8(const std::array<int8_t, 256>& table, const int8_t* in, int64_t count, int8_t* out);

}  // namespace litesmith::simd
