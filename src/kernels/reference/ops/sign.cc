// ABS, NEG, SIGN: functions that integers have too.
#include <cmath>

#include "kernels/reference/checks.h"
#include "kernels/reference/quantized_arithmetic.h"
#include "kernels/reference/wrapping.h"

namespace litesmith {
namespace {

struct Abs {
  static constexpr bool kScales = true;
  template <class T>
  static T Apply(T x) {
    if constexpr (std::is_floating_point_v<T>) return std::abs(x);
    return x < 0 ? WrappingNegate(x) : x;
  }
};
struct Neg {
  static constexpr bool kScales = true;
  template <class T>
  static T Apply(T x) {
    if constexpr (std::is_floating_point_v<T>) return -x;
    return WrappingNegate(x);
  }
};
struct Sign {
  static constexpr bool kScales = false;  // 1 is not 1 / scale
  template <class T>
  static T Apply(T x) {
    return x > 0 ? T(1) : (x < 0 ? T(-1) : x);  // keeps zeros' signs and NaN
  }
};

template <class Function>
class Signed : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 1, 1));
    const TensorView &input = context.input(0), &output = context.output();
    SetOutputType(context, input.dtype);
    LS_RETURN_IF_FAILED(ExpectDType(context, input,
                                    {DType::kFloat32, DType::kFloat64, DType::kFloat16, DType::kInt32,
                                     DType::kInt64, DType::kInt16, DType::kInt8},
                                    "input"));
    quantized_ = input.quantized() && BitsOf(input.dtype) <= 16;
    LS_RETURN_IF_FAILED(context.Expect(!quantized_ || Function::kScales, "quantized numbers"));
    if (quantized_) {
      LS_RETURN_IF_FAILED(ExpectQuantized(context, input, "input"));
      LS_RETURN_IF_FAILED(ExpectQuantized(context, output, "output"));
      factor_ = ToFixed(static_cast<double>(input.scale() / output.scale()));
    }
    context.AllowInPlace(0, 0);
    return context.SetOutput(0, input.dims);
  }
  Result<void> Invoke(InvokeContext& context) override {
    switch (context.input(0).dtype) {
      case DType::kFloat32:
        Map<float>(context);
        break;
      case DType::kFloat64:
        Map<double>(context);
        break;
      case DType::kFloat16:
        MapHalf(context);
        break;
      case DType::kInt32:
        Map<int32_t>(context);
        break;
      case DType::kInt64:
        Map<int64_t>(context);
        break;
      case DType::kInt16:
        quantized_ ? Rescale<int16_t>(context) : Map<int16_t>(context);
        break;
      default:
        quantized_ ? Rescale<int8_t>(context) : Map<int8_t>(context);
        break;
    }
    return {};
  }

 private:
  template <class T>
  static void Map(InvokeContext& context) {
    const std::span<const T> in = context.input(0).as<T>();
    T* out = context.output().as_mutable<T>().data();
    for (size_t i = 0; i < in.size(); ++i) out[i] = Function::template Apply<T>(in[i]);
  }
  static void MapHalf(InvokeContext& context) {
    const std::span<const Half> in = context.input(0).as<Half>();
    Half* out = context.output().as_mutable<Half>().data();
    for (size_t i = 0; i < in.size(); ++i)
      out[i] = Half(Function::template Apply<float>(static_cast<float>(in[i])));
  }
  template <class T>
  void Rescale(InvokeContext& context) {
    const std::span<const T> in = context.input(0).as<T>();
    T* out = context.output().as_mutable<T>().data();
    const int32_t zero_in = context.input(0).zero_point(), zero_out = context.output().zero_point();
    const Range<int32_t> limits = LimitsOf(context.output().dtype);
    for (size_t i = 0; i < in.size(); ++i) {
      const int32_t value = Function::template Apply<int32_t>(in[i] - zero_in);
      out[i] = static_cast<T>(limits.Cut(WrappingAdd(Scale(value, factor_), zero_out)));
    }
  }

  bool quantized_ = false;
  FixedMultiplier factor_;
};

}  // namespace

LS_KERNEL(ABS) { return std::make_unique<Signed<Abs>>(); }
LS_KERNEL(NEG) { return std::make_unique<Signed<Neg>>(); }
LS_KERNEL(SIGN) { return std::make_unique<Signed<Sign>>(); }

}  // namespace litesmith
