// Fixed-point arithmetic of quantized kernels: real = scale * (q - zero_point). A kernel's accumulator is
// brought to the scale of its output by a real factor s_in * s_weight / s_out; devices without floating point
// need it as an integer multiplier and a shift, and results only agree from runtime to runtime if all round
// the same way. What is here is the arithmetic of TensorFlow Lite's reference kernels in their default build
// (rounding twice).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace litesmith {

// factor = value / 2^31 * 2^shift with 2^30 <= value < 2^31, or value 0 for factors below 2^-32.
struct FixedMultiplier {
  int32_t value = 0;
  int shift = 0;
};

// `factor` must be finite and not negative; factors of 2^30 and more saturate (no sound model has them).
inline FixedMultiplier ToFixed(double factor) {
  FixedMultiplier result;
  if (!(factor > 0) || !std::isfinite(factor)) return result;
  const double mantissa = std::frexp(factor, &result.shift);  // in [0.5, 1)
  int64_t value = std::llround(mantissa * 2147483648.0);
  if (value == int64_t{1} << 31) {
    value /= 2;
    ++result.shift;
  }
  if (result.shift < -31) return {};
  if (result.shift > 30) return {std::numeric_limits<int32_t>::max(), 30};
  result.value = static_cast<int32_t>(value);
  return result;
}
// The same for factors of either sign (LEAKY_RELU and PRELU with negative slopes).
inline FixedMultiplier ToFixedSigned(double factor) {
  FixedMultiplier result = ToFixed(std::abs(factor));
  if (factor < 0) result.value = -result.value;
  return result;
}

// a * b / 2^31 rounded to nearest, halves upwards; the one overflow, (-2^31)^2, saturates.
inline int32_t RoundingDoublingHighMul(int32_t a, int32_t b) {
  if (a == b && a == std::numeric_limits<int32_t>::min()) return std::numeric_limits<int32_t>::max();
  const int64_t product = static_cast<int64_t>(a) * b;
  const int64_t nudge = product >= 0 ? (int64_t{1} << 30) : 1 - (int64_t{1} << 30);
  return static_cast<int32_t>((product + nudge) / (int64_t{1} << 31));
}
inline int16_t RoundingDoublingHighMul(int16_t a, int16_t b) {
  if (a == b && a == std::numeric_limits<int16_t>::min()) return std::numeric_limits<int16_t>::max();
  const int32_t product = static_cast<int32_t>(a) * b;
  const int32_t nudge = product >= 0 ? (1 << 14) : 1 - (1 << 14);
  return static_cast<int16_t>((product + nudge) / (1 << 15));
}

// x / 2^exponent rounded to nearest, halves away from zero; 0 <= exponent <= 31.
inline int32_t RoundingShiftRight(int32_t x, int exponent) {
  const int64_t mask = (int64_t{1} << exponent) - 1;
  const int64_t remainder = x & mask;
  const int64_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return static_cast<int32_t>((static_cast<int64_t>(x) >> exponent) + (remainder > threshold ? 1 : 0));
}

// x * 2^shift, wrapping as two's complement does: callers' numbers fit, those of damaged files need not.
inline int32_t WrappingShiftLeft(int32_t x, int shift) {
  return static_cast<int32_t>(static_cast<uint32_t>(x) << shift);
}

// x * factor for a 32-bit accumulator: rounds once in the product and once more in the shift.
inline int32_t Scale(int32_t x, FixedMultiplier factor) {
  const int left = factor.shift > 0 ? factor.shift : 0;
  const int right = factor.shift > 0 ? 0 : -factor.shift;
  return RoundingShiftRight(RoundingDoublingHighMul(WrappingShiftLeft(x, left), factor.value), right);
}

// x * factor for the 64-bit accumulators of 16-bit activations: the multiplier is cut to 15 bits and rounding
// happens once, upwards at halves. Results outside int32 are cut to it.
inline int32_t ScaleWide(int64_t x, FixedMultiplier factor) {
  const int32_t reduced = factor.value < 0x7fff0000 ? (factor.value + (1 << 15)) >> 16 : 0x7fff;
  const int shift = 15 - std::min(factor.shift, 14);
  const int64_t product = static_cast<int64_t>(
      static_cast<uint64_t>(x) * static_cast<uint64_t>(int64_t{reduced}) + (uint64_t{1} << (shift - 1)));
  return static_cast<int32_t>(std::clamp<int64_t>(product >> shift, std::numeric_limits<int32_t>::min(),
                                                  std::numeric_limits<int32_t>::max()));
}

// A float as an integer: nearest, halves away from zero, out of range cut, NaN as 0.
inline int32_t RoundToInt32(double value) {
  if (std::isnan(value)) return 0;
  return static_cast<int32_t>(std::round(std::clamp(value, -2147483648.0, 2147483647.0)));
}

// The integer that stands for `value`: round(value / scale) + zero_point, cut to T.
template <class T>
T QuantizeValue(float value, float scale, int32_t zero_point) {
  const int64_t q = static_cast<int64_t>(RoundToInt32(value / scale)) + zero_point;
  return static_cast<T>(std::clamp<int64_t>(q, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
}

// An 8-bit kernel as a table of its 256 results; the index is the input's bits.
template <class T>
class Table8 {
 public:
  Table8() = default;
  // q -> round(function(s_in * (q - z_in)) * (1 / s_out)) + z_out, all in float32.
  template <class F>
  Table8(float input_scale, int32_t input_zero, float output_scale, int32_t output_zero, F&& function) {
    const float inverse = 1 / output_scale;
    for (int q = std::numeric_limits<T>::min(); q <= std::numeric_limits<T>::max(); ++q) {
      const float real = input_scale * static_cast<float>(q - input_zero);
      const float rescaled = std::round(static_cast<float>(function(real)) * inverse);
      values_[static_cast<uint8_t>(q)] = static_cast<T>(
          std::clamp(RoundToInt32(rescaled + static_cast<float>(output_zero)),
                     int32_t{std::numeric_limits<T>::min()}, int32_t{std::numeric_limits<T>::max()}));
    }
  }
  // Of a kernel in integers: function(q) for each q.
  template <class F>
  static Table8 Of(F&& function) {
    Table8 table;
    for (int q = std::numeric_limits<T>::min(); q <= std::numeric_limits<T>::max(); ++q)
      table.values_[static_cast<uint8_t>(q)] = function(static_cast<T>(q));
    return table;
  }
  T operator[](T q) const { return values_[static_cast<uint8_t>(q)]; }

 private:
  std::array<T, 256> values_{};
};

// A 16-bit kernel as 512 straight pieces; each starts at a sample moved by half the error in the piece's
// middle.
class Table16 {
 public:
  Table16() = default;
  // Real is float in most ops, double where SOFTMAX fills its tables.
  template <class Real, class F>
  static Table16 Of(Real input_scale, int32_t input_zero, Real output_scale, int32_t output_zero,
                    F&& function) {
    Table16 table;
    constexpr int kLow = -32768, kHigh = 32767;
    const Real input_low = input_scale * static_cast<Real>(kLow - input_zero);
    const Real input_high = input_scale * static_cast<Real>(kHigh - input_zero);
    const Real output_low = output_scale * static_cast<Real>(kLow - output_zero);
    const Real output_high = output_scale * static_cast<Real>(kHigh - output_zero);
    const Real step = (input_high - input_low) / kPieces;
    const Real inverse = Real{65536} / (output_high - output_low);
    const auto cut = [](Real value) {
      if (std::isnan(value)) return int16_t{0};
      return static_cast<int16_t>(std::clamp(value, static_cast<Real>(kLow), static_cast<Real>(kHigh)));
    };
    for (int i = 0; i < kPieces; ++i) {
      const Real here = input_low + static_cast<Real>(i) * step;
      const Real value = function(here);
      const Real middle = function(here + step / 2);
      const Real next = function(input_low + static_cast<Real>(i + 1) * step);
      const Real sample = std::round(value * inverse);
      const Real straight = std::round((next * inverse + sample) / 2);
      const Real bias = std::round((straight - std::round(middle * inverse)) / 2);
      table.values_[static_cast<size_t>(i)] = cut(sample - bias);
    }
    table.values_[kPieces] = cut(std::round(function(input_high) * inverse));
    return table;
  }

  int16_t operator[](int16_t q) const {
    const int index = 256 + (q >> 7);
    const int offset = q & 0x7f;
    const int base = values_[static_cast<size_t>(index)];
    const int slope = values_[static_cast<size_t>(index) + 1] - base;
    return static_cast<int16_t>(base + ((slope * offset + 64) >> 7));
  }

 private:
  static constexpr int kPieces = 512;
  std::array<int16_t, kPieces + 1> values_{};
};

}  // namespace litesmith
