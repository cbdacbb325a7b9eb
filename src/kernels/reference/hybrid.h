// "Hybrid" kernels: float activations, integer weights. The activations are quantized to int8 at each
// inference, a row (a batch entry) at a time.
#pragma once

#include <cstdint>
#include <span>

namespace litesmith {

struct RowScale {
  float scale = 1;
  int32_t zero_point = 0;
};

// q = round(x / s), s = max|x| / 127, within [-127, 127]; a row of zeros gives zeros and scale 1.
RowScale QuantizeRowSymmetric(std::span<const float> row, int8_t* out);
// s = span / 255, and of the zero points that map the ends of the range the one with the smaller rounding
// error; scale 1 for low = high = 0. The range holds 0; `span` is high - low, in the caller's precision.
RowScale AsymmetricScale(double low, double high, double span);
// q = round(x / s) + z over the range of the row extended to hold 0, within [-128, 127].
RowScale QuantizeRowAsymmetric(std::span<const float> row, int8_t* out);

}  // namespace litesmith
