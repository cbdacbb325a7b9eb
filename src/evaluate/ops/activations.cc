// Activations and the gradients of activations and unary math (models exported from training code carry
// some).
#include <algorithm>
#include <cmath>

#include "evaluate/elementwise.h"
#include "kernels/reference/arithmetic/special.h"

namespace litesmith::evaluate {
namespace {

// A scalar of a real dtype, for attributes that take part in arithmetic of the operand's type.
Tensor ScalarOf(DType dtype, float value) {
  if (Is16BitFloat(dtype)) return Narrow(Tensor::Scalar<float>(value), dtype);
  if (dtype == DType::kFloat64) return Tensor::Scalar<double>(value);
  return Tensor::Scalar<float>(value);
}

}  // namespace

// NaN passes through all of them.
LS_EVALUATE(Relu) {
  return Unary<Reals>(call, []<class T>(T x) { return x < T{0} ? T{0} : x; });
}
LS_EVALUATE(Relu6) {
  return Unary<Reals>(call, []<class T>(T x) { return x < T{0} ? T{0} : x > T{6} ? T{6} : x; });
}
LS_EVALUATE(LeakyRelu) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  const Tensor alpha = ScalarOf(call.input(0).dtype(), call.attributes().Float("alpha", 0.2f));
  return One(BinaryTensor<Floats>(call, call.input(0), alpha,
                                  []<class T>(T x, T slope) { return x > 0 ? x : x * slope; }));
}
// x and its slopes, which broadcast to it (TensorFlow.js; TensorFlow itself has no such op).
LS_EVALUATE(Prelu) {
  return Binary<Floats>(call, []<class T>(T x, T slope) { return x < 0 ? x * slope : x; });
}
LS_EVALUATE(Elu) {
  return Unary<Floats>(call, [](auto x) { return x < 0 ? std::expm1(x) : x; });
}
LS_EVALUATE(Selu) {
  return Unary<Floats>(call, [](auto x) { return arithmetic::Selu(x); });
}
LS_EVALUATE(Sigmoid) {
  return Unary<Join<Floats, Complexes>>(call, []<class T>(T x) {
    if constexpr (kIsComplex<T>)
      return T{1} / (T{1} + std::exp(-x));
    else
      return arithmetic::Sigmoid(x);
  });
}
LS_EVALUATE(Softplus) {
  return Unary<Floats>(call, [](auto x) { return arithmetic::Softplus(x); });
}
LS_EVALUATE(Softsign) {
  return Unary<Floats>(call, []<class T>(T x) { return x / (T{1} + std::abs(x)); });
}

// Gradients by the output y of the forward op and the gradient dy: (y, dy).
LS_EVALUATE(SigmoidGrad) {
  return Binary<Floats>(call, []<class T>(T y, T dy) { return dy * y * (T{1} - y); });
}
LS_EVALUATE(TanhGrad) {
  return Binary<Floats>(call, []<class T>(T y, T dy) { return dy * (T{1} - y * y); });
}
LS_EVALUATE(SqrtGrad) {
  return Binary<Floats>(call, []<class T>(T y, T dy) { return dy * T{0.5} / y; });
}
LS_EVALUATE(RsqrtGrad) {
  return Binary<Floats>(call, []<class T>(T y, T dy) { return T{-0.5} * dy * y * y * y; });
}
LS_EVALUATE(ReciprocalGrad) {
  return Binary<Floats>(call, [](auto y, auto dy) { return -dy * y * y; });
}
LS_EVALUATE(InvGrad) { return Evaluate_ReciprocalGrad(call); }

// Gradients by dy and the forward op's input x, or output y where the op takes that: (dy, x).
LS_EVALUATE(ReluGrad) {
  return Binary<Reals>(call, []<class T>(T dy, T x) { return x > T{0} ? dy : T{0}; });
}
LS_EVALUATE(Relu6Grad) {
  return Binary<Reals>(call, []<class T>(T dy, T x) { return x > T{0} && x < T{6} ? dy : T{0}; });
}
LS_EVALUATE(LeakyReluGrad) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  const Tensor alpha = ScalarOf(call.input(0).dtype(), call.attributes().Float("alpha", 0.2f));
  LS_TRY(const Tensor slope, BinaryTensor<Floats>(call, call.input(1), alpha,
                                                  []<class T>(T x, T low) { return x > 0 ? T{1} : low; }));
  return One(BinaryTensor<Floats>(call, call.input(0), slope, [](auto dy, auto a) { return dy * a; }));
}
LS_EVALUATE(EluGrad) {
  return Binary<Floats>(call, []<class T>(T dy, T y) { return y < 0 ? dy * (y + T{1}) : dy; });
}
LS_EVALUATE(SeluGrad) {
  return Binary<Floats>(call, []<class T>(T dy, T y) {
    constexpr T kScale = static_cast<T>(arithmetic::kSeluScale);
    constexpr T kScaleAlpha = static_cast<T>(arithmetic::kSeluScale * arithmetic::kSeluAlpha);
    return y < 0 ? dy * (y + kScaleAlpha) : dy * kScale;
  });
}
LS_EVALUATE(SoftplusGrad) {
  return Binary<Floats>(call, [](auto dy, auto x) { return dy * arithmetic::Sigmoid(x); });
}
LS_EVALUATE(SoftsignGrad) {
  return Binary<Floats>(call, []<class T>(T dy, T x) {
    const T base = T{1} + std::abs(x);
    return dy / (base * base);
  });
}

LS_EVALUATE(ClipByValue) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 3));
  LS_TRY(const Tensor below, BinaryTensor<Reals>(call, call.input(0), call.input(2),
                                                 [](auto x, auto high) { return x > high ? high : x; }));
  return One(
      BinaryTensor<Reals>(call, below, call.input(1), [](auto x, auto low) { return x < low ? low : x; }));
}

}  // namespace litesmith::evaluate
