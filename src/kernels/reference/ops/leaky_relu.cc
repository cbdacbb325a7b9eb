// LEAKY_RELU (one slope) and PRELU (a tensor of slopes that broadcasts to the input).
#include "kernels/reference/broadcast.h"
#include "kernels/reference/checks.h"
#include "kernels/reference/quantized_arithmetic.h"
#include "kernels/reference/wrapping.h"

namespace litesmith {
namespace {

class LeakyRelu : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 1, 1));
    const TensorView &input = context.input(0), &output = context.output();
    LS_RETURN_IF_FAILED(ExpectSameDType(context, input, output));
    LS_RETURN_IF_FAILED(
        ExpectDType(context, input, {DType::kFloat32, DType::kInt8, DType::kUInt8, DType::kInt16}, "input"));
    alpha_ = context.attributes->Float("alpha");
    if (input.dtype != DType::kFloat32) {
      LS_RETURN_IF_FAILED(ExpectQuantized(context, input, "input"));
      LS_RETURN_IF_FAILED(ExpectQuantized(context, output, "output"));
      positive_ = ToFixed(static_cast<double>(input.scale() / output.scale()));
      negative_ = ToFixedSigned(static_cast<double>(input.scale() * alpha_ / output.scale()));
    }
    context.AllowInPlace(0, 0);
    return context.SetOutput(0, input.dims);
  }
  Result<void> Invoke(InvokeContext& context) override {
    switch (context.input(0).dtype) {
      case DType::kInt8:
        Integers<int8_t>(context);
        break;
      case DType::kUInt8:
        Integers<uint8_t>(context);
        break;
      case DType::kInt16:
        Integers<int16_t>(context);
        break;
      default:
        Floats(context);
        break;
    }
    return {};
  }

 private:
  void Floats(InvokeContext& context) {
    const std::span<const float> in = context.input(0).as<float>();
    float* out = context.output().as_mutable<float>().data();
    const float alpha = alpha_;
    LS_ELEMENTWISE
    for (size_t i = 0; i < in.size(); ++i) {
      const float scaled = in[i] * alpha;
      out[i] = in[i] > 0 ? in[i] : scaled;
    }
  }
  template <class T>
  void Integers(InvokeContext& context) {
    const std::span<const T> in = context.input(0).as<T>();
    T* out = context.output().as_mutable<T>().data();
    const int32_t zero_in = context.input(0).zero_point(), zero_out = context.output().zero_point();
    const Range<int32_t> limits = LimitsOf(context.output().dtype);
    const auto value = [&](T q) {
      const int32_t moved = q - zero_in;
      return static_cast<T>(
          limits.Cut(WrappingAdd(Scale(moved, moved >= 0 ? positive_ : negative_), zero_out)));
    };
    if constexpr (sizeof(T) == 1) {
      const auto table = Table8<T>::Of(value);
      for (size_t i = 0; i < in.size(); ++i) out[i] = table[in[i]];
    } else {
      for (size_t i = 0; i < in.size(); ++i) out[i] = value(in[i]);
    }
  }

  float alpha_ = 0;
  FixedMultiplier positive_, negative_;
};

class PRelu : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 2, 2));
    const TensorView &input = context.input(0), &alpha = context.input(1), &output = context.output();
    SetOutputType(context, input.dtype);
    LS_RETURN_IF_FAILED(ExpectSameDType(context, input, alpha));
    LS_RETURN_IF_FAILED(
        ExpectDType(context, input, {DType::kFloat32, DType::kInt8, DType::kUInt8, DType::kInt16}, "input"));
    LS_TRY(const Dims dims, BroadcastDims(context, input.dims, alpha.dims));
    if (dims != input.dims) {
      return context.Mismatch("slopes of shape {} do not broadcast to the input's {}", ToText(alpha.dims),
                              ToText(input.dims));
    }
    broadcast_ = Broadcast::Of(input.dims, alpha.dims);
    if (input.dtype != DType::kFloat32) {
      LS_RETURN_IF_FAILED(ExpectQuantized(context, input, "input"));
      LS_RETURN_IF_FAILED(ExpectQuantized(context, alpha, "tensor of slopes"));
      LS_RETURN_IF_FAILED(ExpectQuantized(context, output, "output"));
      positive_ = ToFixed(static_cast<double>(input.scale() / output.scale()));
      negative_ = ToFixed(static_cast<double>(input.scale() * alpha.scale() / output.scale()));
    }
    context.AllowInPlace(0, 0);
    return context.SetOutput(0, input.dims);
  }
  Result<void> Invoke(InvokeContext& context) override {
    switch (context.input(0).dtype) {
      case DType::kInt8:
        Integers<int8_t>(context);
        break;
      case DType::kUInt8:
        Integers<uint8_t>(context);
        break;
      case DType::kInt16:
        Integers<int16_t>(context);
        break;
      default:
        broadcast_.Apply(context.input(0).as<float>().data(), context.input(1).as<float>().data(),
                         context.output().as_mutable<float>().data(), [](float x, float alpha) {
                           const float scaled = x * alpha;  // always, so that vectors can be used
                           return x >= 0 ? x : scaled;
                         });
    }
    return {};
  }

 private:
  template <class T>
  void Integers(InvokeContext& context) {
    const int32_t zero_in = context.input(0).zero_point(), zero_alpha = context.input(1).zero_point();
    const int32_t zero_out = context.output().zero_point();
    const Range<int32_t> limits = LimitsOf(context.output().dtype);
    broadcast_.Apply(context.input(0).as<T>().data(), context.input(1).as<T>().data(),
                     context.output().as_mutable<T>().data(), [&](T x, T alpha) {
                       const int32_t moved = x - zero_in;
                       const int32_t scaled = moved >= 0
                                                  ? Scale(moved, positive_)
                                                  : Scale(WrappingMul(moved, alpha - zero_alpha), negative_);
                       return static_cast<T>(limits.Cut(WrappingAdd(scaled, zero_out)));
                     });
  }

  Broadcast broadcast_;
  FixedMultiplier positive_, negative_;
};

}  // namespace

LS_KERNEL(LEAKY_RELU) { return std::make_unique<LeakyRelu>(); }
LS_KERNEL(PRELU) { return std::make_unique<PRelu>(); }

}  // namespace litesmith
