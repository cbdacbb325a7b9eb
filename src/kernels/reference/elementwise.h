// Kernels that map each element by a function of real numbers. A Function has
//
//   static constexpr unsigned kQuantized = kInt8 | kInt16;     // the integer dtypes that it takes, by tables
//   void Prepare(const KernelContext& context);                // optional: attributes, quantization of the
//   output float operator()(float x) const;
//
// Floats of 16 bits are computed in float32.
#pragma once

#include "kernels/reference/checks.h"
#include "kernels/reference/quantized_arithmetic.h"

namespace litesmith {

enum QuantizedForms : unsigned { kNoInteger = 0, kInt8 = 1, kUInt8 = 2, kInt16 = 4 };

template <class Function>
class Elementwise : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 1, 1));
    const TensorView &input = context.input(0), &output = context.output();
    LS_RETURN_IF_FAILED(ExpectSameDType(context, input, output));
    LS_RETURN_IF_FAILED(context.Expect(Takes(input.dtype), "an input of {}", NameOf(input.dtype)));
    if (!IsFloat(input.dtype)) {
      LS_RETURN_IF_FAILED(ExpectQuantized(context, input, "input"));
      LS_RETURN_IF_FAILED(ExpectQuantized(context, output, "output"));
    }
    if constexpr (requires { function_.Prepare(context); }) function_.Prepare(context);
    const auto fill = [&]<class T>(Table8<T>& table) {
      table = Table8<T>(input.scale(), input.zero_point(), output.scale(), output.zero_point(), function_);
    };
    if (input.dtype == DType::kInt8) fill(int8_);
    if (input.dtype == DType::kUInt8) fill(uint8_);
    if (input.dtype == DType::kInt16) {
      LS_RETURN_IF_FAILED(ExpectZeroPointZero(context, input, "input"));
      LS_RETURN_IF_FAILED(ExpectZeroPointZero(context, output, "output"));
      int16_ = Table16::Of(input.scale(), 0, output.scale(), 0, function_);
    }
    context.AllowInPlace(0, 0);
    return context.SetOutput(0, input.dims);
  }

  Result<void> Invoke(InvokeContext& context) override {
    switch (context.input(0).dtype) {
      case DType::kFloat32:
        Map<float>(context, [this](float x) { return function_(x); });
        break;
      case DType::kFloat16:
        Map<Half>(context, [this](Half x) { return Half(function_(static_cast<float>(x))); });
        break;
      case DType::kBFloat16:
        Map<BFloat16>(context, [this](BFloat16 x) { return BFloat16(function_(static_cast<float>(x))); });
        break;
      case DType::kInt8:
        Map<int8_t>(context, [this](int8_t q) { return int8_[q]; });
        break;
      case DType::kUInt8:
        Map<uint8_t>(context, [this](uint8_t q) { return uint8_[q]; });
        break;
      default:
        Map<int16_t>(context, [this](int16_t q) { return int16_[q]; });
        break;
    }
    return {};
  }

 private:
  static bool Takes(DType dtype) {
    return dtype == DType::kFloat32 || dtype == DType::kFloat16 || dtype == DType::kBFloat16 ||
           (dtype == DType::kInt8 && (Function::kQuantized & kInt8)) ||
           (dtype == DType::kUInt8 && (Function::kQuantized & kUInt8)) ||
           (dtype == DType::kInt16 && (Function::kQuantized & kInt16));
  }
  template <class T, class F>
  static void Map(InvokeContext& context, F&& function) {
    const std::span<const T> in = context.input(0).as<T>();
    T* out = context.output().as_mutable<T>().data();
    for (size_t i = 0; i < in.size(); ++i) out[i] = function(in[i]);
  }

  Function function_;
  Table8<int8_t> int8_;
  Table8<uint8_t> uint8_;
  Table16 int16_;
};

}  // namespace litesmith
