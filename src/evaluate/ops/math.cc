// Unary math.
#include <cmath>

#include "evaluate/elementwise.h"
#include "kernels/reference/arithmetic/integer.h"
#include "kernels/reference/arithmetic/rounding.h"
#include "kernels/reference/arithmetic/special.h"

namespace litesmith::evaluate {
namespace {

using FloatsAndComplexes = Join<Floats, Complexes>;

Result<Outputs> OneOver(const Call& call) {
  return Unary<FloatsAndComplexes>(call, []<class T>(T x) { return T{1} / x; });
}

}  // namespace

LS_EVALUATE(Abs) {
  return Unary<Reals>(call, []<class T>(T x) {
    if constexpr (std::is_floating_point_v<T>)
      return std::abs(x);
    else
      return x < T{0} ? arithmetic::WrapNegate(x) : x;
  });
}
LS_EVALUATE(ComplexAbs) {
  return Unary<Complexes>(call, [](auto x) { return std::abs(x); });
}
LS_EVALUATE(Neg) {
  return Unary<Numbers>(call, []<class T>(T x) {
    if constexpr (std::is_integral_v<T>)
      return arithmetic::WrapNegate(x);
    else
      return -x;
  });
}
// NaN stays NaN.
LS_EVALUATE(Sign) {
  return Unary<Numbers>(call, []<class T>(T x) {
    if constexpr (kIsComplex<T>)
      return x == T{0} ? x : x / std::abs(x);
    else
      return x > T{0} ? T{1} : x < T{0} ? static_cast<T>(-1) : x;
  });
}
LS_EVALUATE(Square) {
  return Unary<Numbers>(call, []<class T>(T x) {
    if constexpr (std::is_integral_v<T>)
      return arithmetic::WrapMul(x, x);
    else
      return x * x;
  });
}
LS_EVALUATE(Sqrt) {
  return Unary<FloatsAndComplexes>(call, [](auto x) { return std::sqrt(x); });
}
LS_EVALUATE(Rsqrt) {
  return Unary<FloatsAndComplexes>(call, []<class T>(T x) { return T{1} / std::sqrt(x); });
}
LS_EVALUATE(Reciprocal) { return OneOver(call); }
LS_EVALUATE(Inv) { return OneOver(call); }
LS_EVALUATE(Exp) {
  return Unary<FloatsAndComplexes>(call, [](auto x) { return std::exp(x); });
}
LS_EVALUATE(Expm1) {
  return Unary<FloatsAndComplexes>(call, []<class T>(T x) {
    if constexpr (kIsComplex<T>)
      return std::exp(x) - T{1};
    else
      return std::expm1(x);
  });
}
LS_EVALUATE(Log) {
  return Unary<FloatsAndComplexes>(call, [](auto x) { return std::log(x); });
}
LS_EVALUATE(Log1p) {
  return Unary<FloatsAndComplexes>(call, []<class T>(T x) {
    if constexpr (kIsComplex<T>)
      return std::log(x + T{1});
    else
      return std::log1p(x);
  });
}
LS_EVALUATE(Sin) {
  return Unary<FloatsAndComplexes>(call, [](auto x) { return std::sin(x); });
}
LS_EVALUATE(Cos) {
  return Unary<FloatsAndComplexes>(call, [](auto x) { return std::cos(x); });
}
LS_EVALUATE(Tan) {
  return Unary<FloatsAndComplexes>(call, [](auto x) { return std::tan(x); });
}
LS_EVALUATE(Asin) {
  return Unary<FloatsAndComplexes>(call, [](auto x) { return std::asin(x); });
}
LS_EVALUATE(Acos) {
  return Unary<FloatsAndComplexes>(call, [](auto x) { return std::acos(x); });
}
LS_EVALUATE(Atan) {
  return Unary<FloatsAndComplexes>(call, [](auto x) { return std::atan(x); });
}
LS_EVALUATE(Sinh) {
  return Unary<FloatsAndComplexes>(call, [](auto x) { return std::sinh(x); });
}
LS_EVALUATE(Cosh) {
  return Unary<FloatsAndComplexes>(call, [](auto x) { return std::cosh(x); });
}
LS_EVALUATE(Tanh) {
  return Unary<FloatsAndComplexes>(call, [](auto x) { return std::tanh(x); });
}
LS_EVALUATE(Asinh) {
  return Unary<FloatsAndComplexes>(call, [](auto x) { return std::asinh(x); });
}
LS_EVALUATE(Acosh) {
  return Unary<FloatsAndComplexes>(call, [](auto x) { return std::acosh(x); });
}
LS_EVALUATE(Atanh) {
  return Unary<FloatsAndComplexes>(call, [](auto x) { return std::atanh(x); });
}

LS_EVALUATE(Floor) {
  return Unary<Floats>(call, [](auto x) { return std::floor(x); });
}
LS_EVALUATE(Ceil) {
  return Unary<Floats>(call, [](auto x) { return std::ceil(x); });
}
LS_EVALUATE(Rint) {
  return Unary<Floats>(call, [](auto x) { return arithmetic::RoundHalfToEven(x); });
}
// (TensorFlow's kernel gives 0 for all integers; its Python layer never makes such a node.)
LS_EVALUATE(Round) {
  return Unary<Reals>(call, []<class T>(T x) {
    if constexpr (std::is_floating_point_v<T>)
      return arithmetic::RoundHalfToEven(x);
    else
      return x;
  });
}

LS_EVALUATE(Erf) {
  return Unary<Floats>(call, [](auto x) { return std::erf(x); });
}
LS_EVALUATE(Erfc) {
  return Unary<Floats>(call, [](auto x) { return std::erfc(x); });
}
LS_EVALUATE(Erfinv) {
  return Unary<Floats>(call, [](auto x) { return arithmetic::ErfInverse(x); });
}
// The quantile of the normal distribution.
LS_EVALUATE(Ndtri) {
  return Unary<Floats>(call,
                       [](auto p) { return std::numbers::sqrt2 * arithmetic::ErfInverse(2.0 * p - 1.0); });
}
LS_EVALUATE(Lgamma) {
  return Unary<Floats>(call, [](auto x) { return std::lgamma(x); });
}
LS_EVALUATE(Digamma) {
  return Unary<Floats>(call, [](auto x) { return arithmetic::Digamma(x); });
}

LS_EVALUATE(IsNan) {
  return Unary<Floats>(call, [](auto x) { return std::isnan(x); });
}
LS_EVALUATE(IsInf) {
  return Unary<Floats>(call, [](auto x) { return std::isinf(x); });
}
LS_EVALUATE(IsFinite) {
  return Unary<Floats>(call, [](auto x) { return std::isfinite(x); });
}

LS_EVALUATE(Real) {
  return Unary<Complexes>(call, [](auto x) { return x.real(); });
}
LS_EVALUATE(Imag) {
  return Unary<Complexes>(call, [](auto x) { return x.imag(); });
}
LS_EVALUATE(Angle) {
  return Unary<Complexes>(call, [](auto x) { return std::arg(x); });
}
LS_EVALUATE(Conj) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  if (!IsComplex(call.input(0).dtype())) return One(call.input(0));
  return Unary<Complexes>(call, [](auto x) { return std::conj(x); });
}
LS_EVALUATE(Invert) {
  return Unary<Integers>(call, [](auto x) { return ~x; });
}

}  // namespace litesmith::evaluate
