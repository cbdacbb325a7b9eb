// Choosing a template's instance by dtype.
#pragma once

#include <complex>
#include <cstdint>
#include <type_traits>

#include "tensor/dtype.h"

namespace litesmith::evaluate {

template <class... T>
struct Types {};

template <class... A, class... B>
Types<A..., B...> Joined(Types<A...>, Types<B...>);
template <class A, class B>
using Join = decltype(Joined(A{}, B{}));

// The 16-bit floats are not among them: they are computed as float32 (operands.h) and rounded once.
using Floats = Types<float, double>;
using SignedIntegers = Types<int8_t, int16_t, int32_t, int64_t>;
using UnsignedIntegers = Types<uint8_t, uint16_t, uint32_t, uint64_t>;
using Integers = Join<SignedIntegers, UnsignedIntegers>;
using Complexes = Types<std::complex<float>, std::complex<double>>;
using Reals = Join<Floats, Integers>;
using Numbers = Join<Reals, Complexes>;
using Bools = Types<bool>;
using Everything = Join<Numbers, Bools>;

template <class T>
inline constexpr bool kIsComplex = false;
template <class T>
inline constexpr bool kIsComplex<std::complex<T>> = true;

// Calls f(std::type_identity<T>{}) for the T of `dtype`; false when the list has none.
template <class... T, class F>
bool Dispatch(Types<T...>, DType dtype, F&& f) {
  return ((kDTypeOf<T> == dtype ? (f(std::type_identity<T>{}), true) : false) || ...);
}

}  // namespace litesmith::evaluate
