// Float activations quantized during inference, for products with int8 weights.
#pragma once

#include <cstdint>

namespace litesmith::simd {

// x = scale * (q - zero_point).
struct DynamicScale {
  float scale, inverse;
  int32_t zero_point;
};

// The range of the numbers, extended to hold 0. NaN counts as nothing.
struct ValueRange {
  float low, high;
};
ValueRange RangeOfAvx2(const float* values, int64_t count);

// What XNNPACK takes for a range (xnn_qd8_asymmetric_quantization_params in quantization.h): 255 steps over
// it, and of the zero points that map its ends the one with the smaller error.
DynamicScale DynamicScaleOf(ValueRange range);

// out = round(x * inverse) + zero_point, halves to even, within int8, less the zero point.
void QuantizeWideAvx2(const float* values, const DynamicScale& scale, int64_t count, int16_t* out);

// out = round(x * inverse) + zero_point, halves away from zero, within int8: what the official runtime's own
// kernels do (NeonAsymmetricQuantizeFloats in neon_tensor_utils.cc, which x86 runs by way of SSE).
void QuantizeHybridAvx2(const float* values, float inverse, int32_t zero_point, int64_t count, int8_t* out);

// out = q - zero_point.
void WidenAvx2(const int8_t* values, int32_t zero_point, int64_t count, int16_t* out);

}  // namespace litesmith::simd
