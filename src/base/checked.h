// Arithmetic on numbers that come from files: nothing here overflows, what would is an empty optional.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

namespace litesmith {

template <std::integral T>
constexpr std::optional<T> CheckedAdd(T a, T b) {
  T sum;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

template <std::integral T>
constexpr std::optional<T> CheckedMul(T a, T b) {
  T product;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

// The product of dimensions; empty when one is negative or the product exceeds int64.
constexpr std::optional<int64_t> CheckedProduct(std::span<const int64_t> dims) {
  int64_t product = 1;
  bool zero = false;
  for (int64_t dim : dims) {
    if (dim < 0) return std::nullopt;
    if (dim == 0) zero = true;
  }
  if (zero) return 0;
  for (int64_t dim : dims) {
    if (__builtin_mul_overflow(product, dim, &product)) return std::nullopt;
  }
  return product;
}

// `value` as a T if it fits.
template <std::integral T, std::integral U>
constexpr std::optional<T> CheckedCast(U value) {
  if (!std::in_range<T>(value)) return std::nullopt;
  return static_cast<T>(value);
}

}  // namespace litesmith
