// ADD, SUB, MUL, DIV with broadcasting and a fused activation.
#include <cmath>
#include <complex>

#include "kernels/reference/broadcast.h"
#include "kernels/reference/checks.h"
#include "kernels/reference/quantized_arithmetic.h"
#include "kernels/reference/wrapping.h"

namespace litesmith {
namespace {

enum class Kind { kAdd, kSub, kMul, kDiv };

template <Kind kKind, class T>
T Combine(T a, T b) {
  if constexpr (kKind == Kind::kAdd) return WrappingAdd(a, b);
  if constexpr (kKind == Kind::kSub) return WrappingSub(a, b);
  if constexpr (kKind == Kind::kMul) return WrappingMul(a, b);
  if constexpr (kKind == Kind::kDiv) {
    if constexpr (std::is_integral_v<T>) {
      return b == T(-1) ? WrappingNegate(a) : static_cast<T>(a / b);  // the lowest number has no opposite
    } else {
      return a / b;
    }
  }
}

// Sums of quantized numbers: both sides are brought to twice the larger of their scales with `kShift` bits to
// spare, added, and brought to the output's scale.
struct QuantizedSum {
  int32_t zero1, zero2, zero_out;
  int shift;  // 20 for 8 bits, 15 for 16 bits: what fits 32 bits
  FixedMultiplier factor1, factor2, factor_out;
  Range<int32_t> range;

  static QuantizedSum Of(const TensorView& a, const TensorView& b, const TensorView& out,
                         Range<int32_t> range) {
    const double twice = 2.0 * std::max(a.scale(), b.scale());
    const int shift = a.dtype == DType::kInt16 ? 15 : 20;
    return {a.zero_point(),
            b.zero_point(),
            out.zero_point(),
            shift,
            ToFixed(a.scale() / twice),
            ToFixed(b.scale() / twice),
            ToFixed(twice / (static_cast<double>(1 << shift) * out.scale())),
            range};
  }
  template <Kind kKind, class T>
  T Apply(T a, T b) const {
    const int32_t x = Scale(WrappingShiftLeft(a - zero1, shift), factor1);
    const int32_t y = Scale(WrappingShiftLeft(b - zero2, shift), factor2);
    const int32_t sum = kKind == Kind::kAdd ? WrappingAdd(x, y) : WrappingSub(x, y);
    return static_cast<T>(range.Cut(WrappingAdd(Scale(sum, factor_out), zero_out)));
  }
};

struct QuantizedProduct {
  int32_t zero1, zero2, zero_out;
  FixedMultiplier factor;
  Range<int32_t> range;

  template <class Out, class T>
  Out Apply(T a, T b) const {
    const int32_t product = WrappingMul(a - zero1, b - zero2);
    return static_cast<Out>(range.Cut(WrappingAdd(Scale(product, factor), zero_out)));
  }
};

template <Kind kKind>
class Arithmetic : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 2, 2));
    const TensorView &a = context.input(0), &b = context.input(1), &out = context.output();
    LS_RETURN_IF_FAILED(ExpectSameDType(context, a, b));
    if (kKind != Kind::kMul) SetOutputType(context, b.dtype);
    const bool narrowing = kKind == Kind::kMul && a.dtype == DType::kInt16 && out.dtype == DType::kInt8;
    if (!narrowing) LS_RETURN_IF_FAILED(ExpectSameDType(context, a, out));
    LS_TRY(activation_, FusedActivation(context));
    LS_TRY(Dims dims, BroadcastDims(context, a.dims, b.dims));
    broadcast_ = Broadcast::Of(a.dims, b.dims);
    quantized_ = a.dtype == DType::kInt8 || a.dtype == DType::kUInt8 ||
                 (a.dtype == DType::kInt16 && (a.quantized() || out.quantized()));
    if (quantized_) {
      LS_RETURN_IF_FAILED(PrepareQuantized(context));
    } else {
      LS_RETURN_IF_FAILED(ExpectPlain(context, a));
    }
    if (a.dims == dims) context.AllowInPlace(0, 0);
    if (b.dims == dims) context.AllowInPlace(1, 0);
    return context.SetOutput(0, std::move(dims));
  }

  Result<void> Invoke(InvokeContext& context) override {
    const DType dtype = context.input(0).dtype;
    if (quantized_) {
      if (dtype == DType::kInt8) return InvokeQuantized<int8_t, int8_t>(context);
      if (dtype == DType::kUInt8) return InvokeQuantized<uint8_t, uint8_t>(context);
      if (context.output().dtype == DType::kInt8) return InvokeQuantized<int16_t, int8_t>(context);
      return InvokeQuantized<int16_t, int16_t>(context);
    }
    switch (dtype) {
      case DType::kFloat32:
        return InvokePlain<float>(context);
      case DType::kInt32:
        return InvokePlain<int32_t>(context);
      case DType::kInt64:
        return InvokePlain<int64_t>(context);
      case DType::kInt16:
        return InvokePlain<int16_t>(context);
      case DType::kUInt32:
        return InvokePlain<uint32_t>(context);
      case DType::kFloat16:
        return InvokeHalf(context);
      default:
        return InvokeComplex(context);
    }
  }

 private:
  Result<void> ExpectPlain(PrepareContext& context, const TensorView& a) {
    if (kKind == Kind::kDiv) {
      return ExpectDType(context, a, {DType::kFloat32, DType::kInt32, DType::kInt16}, "input");
    }
    if (kKind == Kind::kMul) {
      LS_RETURN_IF_FAILED(ExpectDType(context, a,
                                      {DType::kFloat32, DType::kInt32, DType::kInt64, DType::kInt16,
                                       DType::kUInt32, DType::kFloat16, DType::kComplex64},
                                      "input"));
      return context.Expect(a.dtype != DType::kComplex64 || activation_ == Activation::kNone,
                            "a fused activation on complex numbers");
    }
    return ExpectDType(
        context, a, {DType::kFloat32, DType::kInt32, DType::kInt64, DType::kInt16, DType::kFloat16}, "input");
  }

  Result<void> PrepareQuantized(PrepareContext& context) {
    const TensorView &a = context.input(0), &b = context.input(1), &out = context.output();
    if (kKind == Kind::kDiv)
      LS_RETURN_IF_FAILED(ExpectDType(context, a, {DType::kUInt8, DType::kInt8, DType::kInt16}, "input"));
    LS_RETURN_IF_FAILED(ExpectQuantized(context, a, "first input"));
    LS_RETURN_IF_FAILED(ExpectQuantized(context, b, "second input"));
    LS_RETURN_IF_FAILED(ExpectQuantized(context, out, "output"));
    if (a.dtype == DType::kInt16) {
      LS_RETURN_IF_FAILED(ExpectZeroPointZero(context, a, "first input"));
      LS_RETURN_IF_FAILED(ExpectZeroPointZero(context, b, "second input"));
    }
    const Range<int32_t> range = QuantizedRangeOf(activation_, out);
    sum_ = QuantizedSum::Of(a, b, out, range);
    const float factor = a.scale() * b.scale() / out.scale();  // in float32, as TensorFlow Lite
    product_ = {a.zero_point(), b.zero_point(), out.zero_point(), ToFixed(factor), range};
    return {};
  }

  template <class T, class Out>
  Result<void> InvokeQuantized(InvokeContext& context) {
    const T* a = context.input(0).as<T>().data();
    const T* b = context.input(1).as<T>().data();
    Out* out = context.output().as_mutable<Out>().data();
    if constexpr (kKind == Kind::kMul) {
      broadcast_.Apply(a, b, out, [&](T x, T y) { return product_.Apply<Out>(x, y); });
    } else if constexpr (kKind == Kind::kDiv) {
      return DivideQuantized(context, a, b, out);
    } else if constexpr (std::is_same_v<T, Out>) {
      broadcast_.Apply(a, b, out, [&](T x, T y) { return sum_.template Apply<kKind>(x, y); });
    }
    return {};
  }

  // q = round(s_a / (s_b * s_out) * (a - z_a) / (b - z_b)) + z_out.
  template <class T, class Out>
  Result<void> DivideQuantized(InvokeContext& context, const T* a, const T* b, Out* out) {
    const TensorView& divisor = context.input(1);
    for (T value : divisor.as<T>()) {
      if (value == divisor.zero_point()) return DivisionByZero(context);
    }
    const double factor = static_cast<double>(context.input(0).scale()) /
                          (static_cast<double>(divisor.scale()) * context.output().scale());
    broadcast_.Apply(a, b, out, [&](T x, T y) {
      const double quotient = static_cast<double>(x - product_.zero1) / (y - product_.zero2);
      return static_cast<Out>(product_.range.Cut(RoundToInt32(factor * quotient + product_.zero_out)));
    });
    return {};
  }

  template <class T>
  Result<void> InvokePlain(InvokeContext& context) {
    if constexpr (kKind == Kind::kDiv && std::is_integral_v<T>) {
      for (T value : context.input(1).as<T>()) {
        if (value == 0) return DivisionByZero(context);
      }
    }
    const Range<T> range = RangeOf<T>(activation_);
    broadcast_.Apply(context.input(0).as<T>().data(), context.input(1).as<T>().data(),
                     context.output().as_mutable<T>().data(),
                     [range](T x, T y) { return range.Cut(Combine<kKind>(x, y)); });
    return {};
  }

  Result<void> InvokeHalf(InvokeContext& context) {
    const Range<float> range = RangeOf<float>(activation_);
    broadcast_.Apply(
        context.input(0).as<Half>().data(), context.input(1).as<Half>().data(),
        context.output().as_mutable<Half>().data(), [range](Half x, Half y) {
          return Half(range.Cut(Combine<kKind, float>(static_cast<float>(x), static_cast<float>(y))));
        });
    return {};
  }

  Result<void> InvokeComplex(InvokeContext& context) {
    using T = std::complex<float>;
    broadcast_.Apply(context.input(0).as<T>().data(), context.input(1).as<T>().data(),
                     context.output().as_mutable<T>().data(), [](T x, T y) { return x * y; });
    return {};
  }

  Failed DivisionByZero(InvokeContext& context) {
    return context.Refuse("an integer is divided by 0, which has no result");
  }

  Activation activation_ = Activation::kNone;
  Broadcast broadcast_;
  bool quantized_ = false;
  QuantizedSum sum_{};
  QuantizedProduct product_{};
};

}  // namespace

LS_KERNEL(ADD) { return std::make_unique<Arithmetic<Kind::kAdd>>(); }
LS_KERNEL(SUB) { return std::make_unique<Arithmetic<Kind::kSub>>(); }
LS_KERNEL(MUL) { return std::make_unique<Arithmetic<Kind::kMul>>(); }
LS_KERNEL(DIV) { return std::make_unique<Arithmetic<Kind::kDiv>>(); }

}  // namespace litesmith
