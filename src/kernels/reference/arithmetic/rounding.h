// Rounding and conversion of floats, with every case defined.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace litesmith::arithmetic {

// What a float becomes when it does not fit into the integer.
enum class OutOfRange {
  kWrapAsX86,  // what cvttss2si and the usual narrowing after it give: TensorFlow's casts on x86
  kSaturate,   // the nearest number of the type; NaN gives 0: TensorFlow Lite's casts
};

// Towards zero into Int, if that holds; `otherwise` where it does not and for NaN.
template <class Int, class Float>
constexpr Int TruncateOr(Float value, Int otherwise) {
  // The limits as powers of two, which every float type holds exactly.
  constexpr Float kEnd = static_cast<Float>(uint64_t{1} << (std::numeric_limits<Int>::digits - 1)) * Float{2};
  constexpr Float kBegin = std::is_signed_v<Int> ? -kEnd : Float{0};
  const bool fits =
      std::is_signed_v<Int> ? value >= kBegin && value < kEnd : value > Float{-1} && value < kEnd;
  return fits ? static_cast<Int>(value) : otherwise;
}

template <OutOfRange policy, class Int, class Float>
constexpr Int TruncateTo(Float value) {
  if constexpr (policy == OutOfRange::kSaturate) {
    if (value != value) return 0;
    return TruncateOr<Int>(value,
                           value < 0 ? std::numeric_limits<Int>::min() : std::numeric_limits<Int>::max());
  } else if constexpr (std::is_same_v<Int, uint64_t>) {
    // Compilers subtract 2^63 from what is not less, convert as signed, and flip the top bit back.
    constexpr Float kHalf = 9223372036854775808.0;
    constexpr int64_t kLowest = std::numeric_limits<int64_t>::min();
    if (value >= kHalf) {
      return static_cast<uint64_t>(TruncateOr<int64_t>(value - kHalf, kLowest)) ^ (uint64_t{1} << 63);
    }
    return static_cast<uint64_t>(TruncateOr<int64_t>(value, kLowest));
  } else if constexpr (std::is_same_v<Int, uint32_t> || std::is_same_v<Int, int64_t>) {
    return static_cast<Int>(TruncateOr<int64_t>(value, std::numeric_limits<int64_t>::min()));
  } else {
    return static_cast<Int>(TruncateOr<int32_t>(value, std::numeric_limits<int32_t>::min()));
  }
}

// To the nearest integer, halves to the even one, whatever the floating-point environment says.
template <class Float>
Float RoundHalfToEven(Float value) {
  const Float rounded = std::round(value);  // halves away from zero
  if (std::abs(value - std::trunc(value)) != Float{0.5}) return rounded;
  return Float{2} * std::round(value / Float{2});
}

// Floor of the quotient in the type itself (TensorFlow's FloorDiv); a template parameter of `double` gives
// what TensorFlow Lite computes for float32.
template <class Wide, class Float>
Float FloorDivideReal(Float a, Float b) {
  return static_cast<Float>(std::floor(static_cast<Wide>(a) / static_cast<Wide>(b)));
}
// Remainder with the sign of `b`.
template <class Float>
Float FloorRemainderReal(Float a, Float b) {
  const Float remainder = std::fmod(a, b);
  return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
}

}  // namespace litesmith::arithmetic
