// SQUARED_DIFFERENCE with broadcasting, and ADD_N.
#include "kernels/reference/broadcast.h"
#include "kernels/reference/checks.h"
#include "kernels/reference/quantized_arithmetic.h"
#include "kernels/reference/wrapping.h"

namespace litesmith {
namespace {

class SquaredDifference : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 2, 2));
    const TensorView &a = context.input(0), &b = context.input(1), &out = context.output();
    LS_RETURN_IF_FAILED(ExpectSameDType(context, a, b));
    SetOutputType(context, a.dtype);
    LS_RETURN_IF_FAILED(ExpectDType(
        context, a, {DType::kFloat32, DType::kInt32, DType::kInt64, DType::kInt8, DType::kInt16}, "input"));
    if (a.dtype == DType::kInt8 || a.dtype == DType::kInt16) {
      LS_RETURN_IF_FAILED(ExpectQuantized(context, a, "first input"));
      LS_RETURN_IF_FAILED(ExpectQuantized(context, b, "second input"));
      LS_RETURN_IF_FAILED(ExpectQuantized(context, out, "output"));
      // Both sides on twice the larger scale; 8-bit differences have 7 bits to spare so that their squares
      // fit.
      shift_ = a.dtype == DType::kInt8 ? 7 : 0;
      const double twice = 2.0 * std::max(a.scale(), b.scale());
      factor_a_ = ToFixed(a.scale() / twice);
      factor_b_ = ToFixed(b.scale() / twice);
      factor_out_ = ToFixed(twice * twice / (static_cast<double>(1 << (2 * shift_)) * out.scale()));
    }
    LS_TRY(Dims dims, BroadcastDims(context, a.dims, b.dims));
    broadcast_ = Broadcast::Of(a.dims, b.dims);
    return context.SetOutput(0, std::move(dims));
  }
  Result<void> Invoke(InvokeContext& context) override {
    switch (context.input(0).dtype) {
      case DType::kFloat32:
        Plain<float>(context);
        break;
      case DType::kInt32:
        Plain<int32_t>(context);
        break;
      case DType::kInt64:
        Plain<int64_t>(context);
        break;
      case DType::kInt8:
        Quantized<int8_t>(context);
        break;
      default:
        Quantized<int16_t>(context);
        break;
    }
    return {};
  }

 private:
  template <class T>
  void Plain(InvokeContext& context) {
    broadcast_.Apply(context.input(0).as<T>().data(), context.input(1).as<T>().data(),
                     context.output().as_mutable<T>().data(), [](T x, T y) {
                       const T difference = WrappingSub(x, y);
                       return WrappingMul(difference, difference);
                     });
  }
  template <class T>
  void Quantized(InvokeContext& context) {
    const TensorView &a = context.input(0), &b = context.input(1), &out = context.output();
    const Range<int32_t> limits = LimitsOf(out.dtype);
    broadcast_.Apply(a.as<T>().data(), b.as<T>().data(), out.as_mutable<T>().data(), [&](T x, T y) {
      const int32_t difference = WrappingSub(Scale((x - a.zero_point()) * (1 << shift_), factor_a_),
                                             Scale((y - b.zero_point()) * (1 << shift_), factor_b_));
      const int32_t square = WrappingMul(difference, difference);
      return static_cast<T>(limits.Cut(WrappingAdd(Scale(square, factor_out_), out.zero_point())));
    });
  }

  Broadcast broadcast_;
  int shift_ = 0;
  FixedMultiplier factor_a_, factor_b_, factor_out_;
};

class AddN : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 1, std::numeric_limits<size_t>::max()));
    const TensorView& first = context.input(0);
    LS_RETURN_IF_FAILED(
        ExpectDType(context, first, {DType::kFloat32, DType::kInt32, DType::kInt64}, "input"));
    SetOutputType(context, first.dtype);
    for (size_t i = 1; i < context.input_count(); ++i) {
      if (!context.has_input(i) || context.input(i).dims != first.dims) {
        return context.Mismatch("inputs of shapes {} and {}; all must have one shape", ToText(first.dims),
                                ToText(context.input(i).dims));
      }
      LS_RETURN_IF_FAILED(ExpectSameDType(context, first, context.input(i)));
    }
    return context.SetOutput(0, first.dims);
  }
  Result<void> Invoke(InvokeContext& context) override {
    switch (context.input(0).dtype) {
      case DType::kFloat32:
        Sum<float>(context);
        break;
      case DType::kInt32:
        Sum<int32_t>(context);
        break;
      default:
        Sum<int64_t>(context);
        break;
    }
    return {};
  }

 private:
  template <class T>
  static void Sum(InvokeContext& context) {
    const std::span<T> out = context.output().as_mutable<T>();
    for (size_t i = 0; i < out.size(); ++i) {
      T sum = context.input(0).as<T>()[i];
      for (size_t n = 1; n < context.input_count(); ++n) sum = WrappingAdd(sum, context.input(n).as<T>()[i]);
      out[i] = sum;
    }
  }
};

}  // namespace

LS_KERNEL(SQUARED_DIFFERENCE) { return std::make_unique<SquaredDifference>(); }
LS_KERNEL(ADD_N) { return std::make_unique<AddN>(); }

}  // namespace litesmith
