// Activations and special functions of one float or double.
#pragma once

#include <cmath>
#include <limits>
#include <numbers>

namespace litesmith::arithmetic {

// 1 / (1 + exp(-x)) without overflow on either side.
template <class T>
T Sigmoid(T x) {
  if (x >= 0) return T{1} / (T{1} + std::exp(-x));
  const T power = std::exp(x);
  return power / (T{1} + power);
}

// log(1 + exp(x)); x itself where the rest is below the type's precision, exp(x) where 1 swallows it.
template <class T>
T Softplus(T x) {
  const T threshold = std::log(std::numeric_limits<T>::epsilon()) + T{2};
  if (x > -threshold) return x;
  const T power = std::exp(x);
  return x < threshold ? power : std::log1p(power);
}

// Scale and alpha of "Self-Normalizing Neural Networks" (Klambauer and others, 2017), equation 14.
inline constexpr double kSeluScale = 1.0507009873554804934193349852946;
inline constexpr double kSeluAlpha = 1.6732632423543772848170429916717;
template <class T>
T Selu(T x) {
  return static_cast<T>(kSeluScale) * (x < 0 ? static_cast<T>(kSeluAlpha) * std::expm1(x) : x);
}

// Derivative of the logarithm of the gamma function: reflection for negative x, then the recurrence up to 6,
// then the asymptotic series (Abramowitz and Stegun 6.3.7, 6.3.5, 6.3.18).
inline double Digamma(double x) {
  if (x <= 0 && x == std::floor(x)) return std::numeric_limits<double>::quiet_NaN();
  double result = 0;
  if (x < 0) {
    result = -std::numbers::pi / std::tan(std::numbers::pi * x);
    x = 1 - x;
  }
  for (; x < 10; x += 1) result -= 1 / x;
  const double inverse = 1 / (x * x);
  const double series =
      inverse *
      (1.0 / 12 - inverse * (1.0 / 120 - inverse * (1.0 / 252 - inverse * (1.0 / 240 - inverse / 132))));
  return result + std::log(x) - 0.5 / x - series;
}

// The x with erf(x) = y: Winitzki's approximation, polished by Halley steps on erf.
inline double ErfInverse(double y) {
  if (!(y > -1 && y < 1)) {
    if (y == 1) return std::numeric_limits<double>::infinity();
    if (y == -1) return -std::numeric_limits<double>::infinity();
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (y == 0) return y;
  constexpr double kA = 0.147;
  const double log = std::log1p(-y * y);
  const double half = 2 / (std::numbers::pi * kA) + log / 2;
  double x = std::copysign(std::sqrt(std::sqrt(half * half - log / kA) - half), y);
  for (int step = 0; step < 4; ++step) {
    // Near the ends erfc keeps the digits that erf loses.
    const double error = y > 0.5    ? (1 - y) - std::erfc(x)
                         : y < -0.5 ? std::erfc(-x) - (1 + y)
                                    : std::erf(x) - y;
    const double newton = error / (2 * std::numbers::inv_sqrtpi * std::exp(-x * x));
    x -= newton / (1 + x * newton);
  }
  return x;
}

}  // namespace litesmith::arithmetic
