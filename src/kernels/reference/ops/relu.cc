// RELU, RELU6, RELU_N1_TO_1, RELU_0_TO_1: a range of values, and in integers a change of scale.
#include <cmath>

#include "kernels/reference/checks.h"
#include "kernels/reference/quantized_arithmetic.h"
#include "kernels/reference/wrapping.h"

namespace litesmith {
namespace {

class Clip : public Kernel {
 public:
  Clip(float low, float high) : range_{low, high} {}

  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 1, 1));
    const TensorView &input = context.input(0), &output = context.output();
    LS_RETURN_IF_FAILED(ExpectSameDType(context, input, output));
    LS_RETURN_IF_FAILED(ExpectDType(
        context, input,
        {DType::kFloat32, DType::kFloat16, DType::kBFloat16, DType::kInt8, DType::kUInt8, DType::kInt16},
        "input"));
    if (!IsFloat(input.dtype)) {
      LS_RETURN_IF_FAILED(ExpectQuantized(context, input, "input"));
      LS_RETURN_IF_FAILED(ExpectQuantized(context, output, "output"));
      factor_ = ToFixed(static_cast<double>(input.scale() / output.scale()));
      const Range<int32_t> limits = LimitsOf(output.dtype);
      const auto integer_of = [&](float bound) {
        if (std::isinf(bound)) return bound < 0 ? limits.low : limits.high;
        return static_cast<int32_t>(std::clamp<int64_t>(
            int64_t{RoundToInt32(bound / output.scale())} + output.zero_point(), limits.low, limits.high));
      };
      integers_ = {integer_of(range_.low), integer_of(range_.high)};
    }
    context.AllowInPlace(0, 0);
    return context.SetOutput(0, input.dims);
  }

  Result<void> Invoke(InvokeContext& context) override {
    switch (context.input(0).dtype) {
      case DType::kFloat32:
        Floats<float>(context);
        break;
      case DType::kFloat16:
        Floats<Half>(context);
        break;
      case DType::kBFloat16:
        Floats<BFloat16>(context);
        break;
      case DType::kInt8:
        Integers<int8_t>(context);
        break;
      case DType::kUInt8:
        Integers<uint8_t>(context);
        break;
      default:
        Integers<int16_t>(context);
        break;
    }
    return {};
  }

 private:
  template <class T>
  void Floats(InvokeContext& context) {
    const std::span<const T> in = context.input(0).as<T>();
    T* out = context.output().as_mutable<T>().data();
    for (size_t i = 0; i < in.size(); ++i) out[i] = T(range_.Cut(static_cast<float>(in[i])));
  }
  template <class T>
  void Integers(InvokeContext& context) {
    const std::span<const T> in = context.input(0).as<T>();
    T* out = context.output().as_mutable<T>().data();
    const int32_t zero_in = context.input(0).zero_point(), zero_out = context.output().zero_point();
    for (size_t i = 0; i < in.size(); ++i) {
      out[i] = static_cast<T>(integers_.Cut(WrappingAdd(Scale(in[i] - zero_in, factor_), zero_out)));
    }
  }

  Range<float> range_;
  FixedMultiplier factor_;
  Range<int32_t> integers_;
};

constexpr float kInfinity = std::numeric_limits<float>::infinity();

}  // namespace

LS_KERNEL(RELU) { return std::make_unique<Clip>(0.0f, kInfinity); }
LS_KERNEL(RELU6) { return std::make_unique<Clip>(0.0f, 6.0f); }
LS_KERNEL(RELU_N1_TO_1) { return std::make_unique<Clip>(-1.0f, 1.0f); }
LS_KERNEL(RELU_0_TO_1) { return std::make_unique<Clip>(0.0f, 1.0f); }

}  // namespace litesmith
