#include "kernels/reference/hybrid.h"

#include <algorithm>
#include <cmath>

#include "kernels/reference/quantized_arithmetic.h"

namespace litesmith {

RowScale QuantizeRowSymmetric(std::span<const float> row, int8_t* out) {
  float largest = 0;
  for (float value : row) largest = std::max(largest, std::abs(value));
  if (largest == 0) {
    std::fill_n(out, row.size(), int8_t{0});
    return {};
  }
  const float inverse = 127 / largest;
  for (size_t i = 0; i < row.size(); ++i) {
    out[i] = static_cast<int8_t>(std::clamp(RoundToInt32(row[i] * inverse), -127, 127));
  }
  return {largest / 127, 0};
}

RowScale AsymmetricScale(double low, double high, double span) {
  if (low == high) return {};
  const double scale = span / 255;
  const double from_low = -128 - low / scale, from_high = 127 - high / scale;
  const double low_error = 128 + std::abs(low / scale), high_error = 127 + std::abs(high / scale);
  const int32_t zero = std::clamp(RoundToInt32(low_error < high_error ? from_low : from_high), -128, 127);
  return {static_cast<float>(scale), zero};
}

RowScale QuantizeRowAsymmetric(std::span<const float> row, int8_t* out) {
  double low = 0, high = 0;
  for (float value : row) {
    low = std::min(low, static_cast<double>(value));
    high = std::max(high, static_cast<double>(value));
  }
  const RowScale scale = AsymmetricScale(low, high, high - low);
  const float inverse = 1.0f / scale.scale;
  for (size_t i = 0; i < row.size(); ++i) {
    const float moved = static_cast<float>(scale.zero_point) + row[i] * inverse;
    out[i] = static_cast<int8_t>(std::clamp(RoundToInt32(moved), -128, 127));
  }
  return scale;
}

}  // namespace litesmith
