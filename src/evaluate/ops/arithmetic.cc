// Binary arithmetic.
#include <algorithm>
#include <cmath>

#include "evaluate/elementwise.h"
#include "kernels/reference/arithmetic/integer.h"
#include "kernels/reference/arithmetic/rounding.h"

namespace litesmith::evaluate {
namespace {

using namespace arithmetic;

constexpr auto kAdd = []<class T>(T a, T b) {
  if constexpr (std::is_integral_v<T>)
    return WrapAdd(a, b);
  else
    return a + b;
};
constexpr auto kSub = []<class T>(T a, T b) {
  if constexpr (std::is_integral_v<T>)
    return WrapSub(a, b);
  else
    return a - b;
};
constexpr auto kMul = []<class T>(T a, T b) {
  if constexpr (std::is_integral_v<T>)
    return WrapMul(a, b);
  else
    return a * b;
};

bool HasZero(const Tensor& tensor) {
  bool found = false;
  Dispatch(Integers{}, tensor.dtype(), [&]<class T>(std::type_identity<T>) {
    found = std::ranges::find(tensor.data<T>(), T{0}) != tensor.data<T>().end();
  });
  return found;
}

// Binary for ops that divide: integer zeros on the right are an error, as in TensorFlow.
template <class List, class Op>
Result<Outputs> Division(const Call& call, Op op) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  if (call.input(0).elements() > 0 && HasZero(call.input(1)))
    return call.Fail("integers are divided by zero");
  return Binary<List>(call, op);
}

template <class T>
T TruncateQuotient(T a, T b) {
  if constexpr (std::is_integral_v<T>)
    return TruncateDivide(a, b);
  else
    return std::trunc(a / b);
}

Result<Outputs> DivideReals(const Call& call) {
  return Binary<Join<Floats, Complexes>>(call, [](auto a, auto b) { return a / b; });
}

Result<Outputs> DivideFloored(const Call& call) {
  return Division<Reals>(call, []<class T>(T a, T b) {
    if constexpr (std::is_integral_v<T>)
      return FloorDivide(a, b);
    else
      return FloorDivideReal<T>(a, b);
  });
}

Result<Outputs> AddTensors(const Call& call) { return Binary<Numbers>(call, kAdd); }

}  // namespace

LS_EVALUATE(Add) { return AddTensors(call); }
LS_EVALUATE(AddV2) { return AddTensors(call); }
LS_EVALUATE(Sub) { return Binary<Numbers>(call, kSub); }
LS_EVALUATE(Mul) { return Binary<Numbers>(call, kMul); }

LS_EVALUATE(AddN) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1, SIZE_MAX));
  Tensor sum = Widen(call.input(0));
  for (size_t i = 1; i < call.inputs.size(); ++i) {
    if (call.input(i).dims() != sum.dims()) return call.Fail("its operands differ in shape");
    LS_TRY(sum, BinaryTensor<Numbers>(call, sum, Widen(call.input(i)), kAdd));
  }
  return One(Narrow(sum, call.input(0).dtype()));
}
LS_EVALUATE(AccumulateNV2) { return Evaluate_AddN(call); }

LS_EVALUATE(RealDiv) { return DivideReals(call); }
LS_EVALUATE(Div) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  if (!IsInteger(call.input(0).dtype())) return DivideReals(call);
  return Division<Integers>(call, [](auto a, auto b) { return TruncateDivide(a, b); });
}
LS_EVALUATE(DivNoNan) {
  return Binary<Join<Floats, Complexes>>(call, []<class T>(T a, T b) { return b == T{0} ? T{0} : a / b; });
}
LS_EVALUATE(MulNoNan) {
  return Binary<Join<Floats, Complexes>>(call, []<class T>(T a, T b) { return b == T{0} ? T{0} : a * b; });
}
LS_EVALUATE(FloorDiv) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  if (!Is16BitFloat(call.input(0).dtype())) return DivideFloored(call);
  // The quotient is rounded to 16 bits before its floor is taken.
  LS_TRY(const Outputs quotient, DivideReals(call));
  return One(UnaryTensor<Floats>(call, quotient[0], [](auto x) { return std::floor(x); }));
}
LS_EVALUATE(TruncateDiv) {
  return Division<Reals>(call, [](auto a, auto b) { return TruncateQuotient(a, b); });
}
LS_EVALUATE(FloorMod) {
  return Division<Reals>(call, []<class T>(T a, T b) {
    if constexpr (std::is_integral_v<T>)
      return FloorRemainder(a, b);
    else
      return FloorRemainderReal(a, b);
  });
}
LS_EVALUATE(TruncateMod) {
  return Division<Reals>(call, []<class T>(T a, T b) {
    if constexpr (std::is_integral_v<T>)
      return TruncateRemainder(a, b);
    else
      return std::fmod(a, b);
  });
}
LS_EVALUATE(Mod) { return Evaluate_TruncateMod(call); }

// NaN on either side gives NaN.
LS_EVALUATE(Maximum) {
  return Binary<Reals>(call, []<class T>(T a, T b) { return a != a || a > b ? a : b; });
}
LS_EVALUATE(Minimum) {
  return Binary<Reals>(call, []<class T>(T a, T b) { return a != a || a < b ? a : b; });
}
LS_EVALUATE(SquaredDifference) {
  return Binary<Numbers>(call, []<class T>(T a, T b) {
    const T difference = kSub(a, b);
    if constexpr (kIsComplex<T>)
      return difference * std::conj(difference);
    else
      return kMul(difference, difference);
  });
}
LS_EVALUATE(Atan2) {
  return Binary<Floats>(call, [](auto y, auto x) { return std::atan2(y, x); });
}
LS_EVALUATE(NextAfter) {
  return Binary<Floats>(call, [](auto from, auto to) { return std::nextafter(from, to); });
}
LS_EVALUATE(Xdivy) {
  return Binary<Join<Floats, Complexes>>(call, []<class T>(T x, T y) { return x == T{0} ? T{0} : x / y; });
}
LS_EVALUATE(Xlogy) {
  return Binary<Join<Floats, Complexes>>(
      call, []<class T>(T x, T y) { return x == T{0} ? T{0} : x * std::log(y); });
}
LS_EVALUATE(Xlog1py) {
  return Binary<Floats>(call, []<class T>(T x, T y) { return x == T{0} ? T{0} : x * std::log1p(y); });
}

LS_EVALUATE(Pow) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  bool negative = false;
  Dispatch(SignedIntegers{}, call.input(1).dtype(), [&]<class T>(std::type_identity<T>) {
    negative = std::ranges::any_of(call.input(1).data<T>(), [](T exponent) { return exponent < 0; });
  });
  if (negative && call.input(0).elements() > 0) return call.Fail("integers are raised to a negative power");
  return Binary<Numbers>(call, []<class T>(T base, T exponent) {
    if constexpr (std::is_integral_v<T>)
      return IntegerPower(base, exponent);
    else
      return std::pow(base, exponent);
  });
}

LS_EVALUATE(LeftShift) {
  return Binary<Integers>(call, [](auto a, auto b) { return ShiftLeft(a, b); });
}
LS_EVALUATE(RightShift) {
  return Binary<Integers>(call, [](auto a, auto b) { return ShiftRight(a, b); });
}
LS_EVALUATE(BitwiseAnd) {
  return Binary<Integers>(call, [](auto a, auto b) { return a & b; });
}
LS_EVALUATE(BitwiseOr) {
  return Binary<Integers>(call, [](auto a, auto b) { return a | b; });
}
LS_EVALUATE(BitwiseXor) {
  return Binary<Integers>(call, [](auto a, auto b) { return a ^ b; });
}

LS_EVALUATE(Complex) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  LS_TRY(const Dims dims, BroadcastDims(call, call.input(0).dims(), call.input(1).dims()));
  const auto join = [&]<class T>(std::type_identity<T>) -> Result<Tensor> {
    LS_RETURN_IF_FAILED(ExpectDType(call, 1, kDTypeOf<T>));
    // x + 0 would lose the sign of a negative zero: broadcast by choosing instead.
    LS_TRY(const Tensor zeros, Allocate(call, kDTypeOf<T>, dims));
    LS_TRY(const Tensor real,
           BinaryTensor<Types<T>>(call, call.input(0), zeros, [](auto a, auto) { return a; }));
    LS_TRY(const Tensor imag,
           BinaryTensor<Types<T>>(call, call.input(1), zeros, [](auto a, auto) { return a; }));
    LS_TRY(Tensor result, Allocate(call, kDTypeOf<std::complex<T>>, dims));
    std::ranges::transform(real.data<T>(), imag.data<T>(), result.mutable_data<std::complex<T>>().begin(),
                           [](T a, T b) { return std::complex<T>(a, b); });
    return result;
  };
  if (call.input(0).dtype() == DType::kFloat64) return One(join(std::type_identity<double>{}));
  LS_RETURN_IF_FAILED(ExpectDType(call, 0, DType::kFloat32));
  return One(join(std::type_identity<float>{}));
}

}  // namespace litesmith::evaluate
