// Scalar arithmetic of integers without undefined behaviour: what overflows wraps, as compiled code on x86
// does.
#pragma once

#include <limits>
#include <type_traits>

namespace litesmith::arithmetic {

// The unsigned type in which T is computed: at least unsigned int, since smaller types are promoted to signed
// int, whose products overflow.
template <class T>
using Wrapping = std::make_unsigned_t<std::common_type_t<T, int>>;

template <class T>
constexpr T WrapAdd(T a, T b) {
  return static_cast<T>(static_cast<Wrapping<T>>(a) + static_cast<Wrapping<T>>(b));
}
template <class T>
constexpr T WrapSub(T a, T b) {
  return static_cast<T>(static_cast<Wrapping<T>>(a) - static_cast<Wrapping<T>>(b));
}
template <class T>
constexpr T WrapMul(T a, T b) {
  return static_cast<T>(static_cast<Wrapping<T>>(a) * static_cast<Wrapping<T>>(b));
}
template <class T>
constexpr T WrapNegate(T a) {
  return WrapSub(T{0}, a);
}

// Quotient towards zero; the lowest number divided by -1 stays the lowest. `b` is not 0.
template <class T>
constexpr T TruncateDivide(T a, T b) {
  if constexpr (std::is_signed_v<T>) {
    if (b == T{-1}) return WrapNegate(a);
  }
  return static_cast<T>(a / b);
}
// Remainder with the sign of `a`. `b` is not 0.
template <class T>
constexpr T TruncateRemainder(T a, T b) {
  if constexpr (std::is_signed_v<T>) {
    if (b == T{-1}) return 0;
  }
  return static_cast<T>(a % b);
}
// Quotient towards minus infinity. `b` is not 0.
template <class T>
constexpr T FloorDivide(T a, T b) {
  const T quotient = TruncateDivide(a, b);
  if constexpr (std::is_signed_v<T>) {
    const bool inexact = TruncateRemainder(a, b) != 0;
    return static_cast<T>(inexact && (a < 0) != (b < 0) ? quotient - 1 : quotient);
  }
  return quotient;
}
// Remainder with the sign of `b`. `b` is not 0.
template <class T>
constexpr T FloorRemainder(T a, T b) {
  const T remainder = TruncateRemainder(a, b);
  if constexpr (std::is_signed_v<T>) {
    return static_cast<T>(remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder);
  }
  return remainder;
}

// `base` to the power of `exponent` >= 0, wrapping, by repeated squaring.
template <class T>
constexpr T IntegerPower(T base, T exponent) {
  T result = 1;
  while (exponent > 0) {
    if (exponent & 1) result = WrapMul(result, base);
    exponent = static_cast<T>(exponent >> 1);
    if (exponent > 0) base = WrapMul(base, base);
  }
  return result;
}

// Shifts by less than 0 count as 0, by the width or more as the width minus one (TensorFlow's rule; what C++
// leaves undefined). The right shift keeps the sign.
template <class T>
constexpr int ClampShift(T count) {
  constexpr int kBits = std::numeric_limits<std::make_unsigned_t<T>>::digits;
  if constexpr (std::is_signed_v<T>) {
    if (count < 0) return 0;
  }
  return count > static_cast<T>(kBits - 1) ? kBits - 1 : static_cast<int>(count);
}
template <class T>
constexpr T ShiftLeft(T value, T count) {
  return static_cast<T>(static_cast<Wrapping<T>>(value) << ClampShift(count));
}
template <class T>
constexpr T ShiftRight(T value, T count) {
  return static_cast<T>(value >> ClampShift(count));
}

}  // namespace litesmith::arithmetic
