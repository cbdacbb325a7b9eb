// Integer arithmetic that wraps around as two's complement does, which is what TensorFlow Lite's integer
// kernels do on overflow and what signed arithmetic in C++ does not promise. Floats pass through.
#pragma once

#include <complex>
#include <type_traits>

#include "tensor/half.h"

namespace litesmith {

template <class T>
using Unsigned = std::make_unsigned_t<T>;

template <class T>
T WrappingAdd(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(
        static_cast<Unsigned<T>>(static_cast<Unsigned<T>>(a) + static_cast<Unsigned<T>>(b)));
  } else {
    return static_cast<T>(a + b);
  }
}
template <class T>
T WrappingSub(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(
        static_cast<Unsigned<T>>(static_cast<Unsigned<T>>(a) - static_cast<Unsigned<T>>(b)));
  } else {
    return static_cast<T>(a - b);
  }
}
template <class T>
T WrappingMul(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    // 16-bit factors would be promoted to int, whose product can overflow.
    using Wide = std::common_type_t<unsigned, Unsigned<T>>;
    return static_cast<T>(static_cast<Wide>(a) * static_cast<Wide>(b));
  } else {
    return static_cast<T>(a * b);
  }
}
inline Half WrappingAdd(Half a, Half b) { return Half(static_cast<float>(a) + static_cast<float>(b)); }
inline Half WrappingSub(Half a, Half b) { return Half(static_cast<float>(a) - static_cast<float>(b)); }
inline Half WrappingMul(Half a, Half b) { return Half(static_cast<float>(a) * static_cast<float>(b)); }

template <class T>
T WrappingNegate(T a) {
  return WrappingSub(T{}, a);
}

}  // namespace litesmith
