// What all kernels share that sum products of activations and weights per output channel and add a bias
// (convolutions, fully connected layers): which combinations of dtypes there are, how accumulators become
// outputs, and the run-time quantization of hybrid forms. A kernel derives from WeightedSum and has
//
//   template <class In, class Weight, class Acc, class Out, class ZeroOf, class Emit>
//   void Accumulate(InvokeContext& context, const In* input, const Weight* weights, Acc weight_zero, Out*
//   output,
//                   ZeroOf zero_of, Emit emit);
//
// which computes acc = sum of (input - zero_of(row)) * (weight - weight_zero) and stores emit(row, channel,
// acc), where `row` is the batch entry.
#pragma once

#include <span>
#include <vector>

#include "kernels/reference/checks.h"
#include "kernels/reference/hybrid.h"
#include "kernels/reference/integer_weights.h"
#include "kernels/reference/quantized_arithmetic.h"
#include "kernels/reference/wrapping.h"

namespace litesmith {

class WeightedSum : public Kernel {
 protected:
  struct Setup {
    size_t input = 0, weights = 1, bias = 2;  // places among the inputs
    int64_t channels = 0;                     // of the output
    int channel_dimension = 0;                // of the weights
    int64_t rows = 1;                         // batch entries, each quantized by itself in hybrid forms
    bool asymmetric = true;                   // hybrid: rows are quantized with a zero point
    // 16-bit activations: sums are 64 bits wide even where there is no bias that says so.
    bool wide_without_bias = true;
    bool short_product = false;  // s_in * s_weight is rounded to float32 where there is one scale
  };
  enum class Form { kFloat, kHybrid, kInt8, kUInt8, kInt16 };

  // Checks dtypes, scales and the bias, and prepares weights and factors. The kernel has checked the shapes.
  Result<void> PrepareSum(PrepareContext& context, const Setup& setup);

  template <class Derived>
  void Run(InvokeContext& context, Derived& kernel);

 private:
  Result<void> ChooseForm(PrepareContext& context);
  Result<void> PrepareBias(PrepareContext& context);
  Result<void> PrepareFactors(PrepareContext& context);
  template <class Derived>
  void RunHybrid(InvokeContext& context, Derived& kernel);
  template <class Derived>
  void RunInt16(InvokeContext& context, Derived& kernel);
  template <class T>
  const T* BiasOf(InvokeContext& context) const {
    return has_bias_ ? reinterpret_cast<const T*>(context.input(setup_.bias).data) : nullptr;
  }

  Setup setup_;
  Form form_ = Form::kFloat;
  Activation activation_ = Activation::kNone;
  bool has_bias_ = false;
  bool wide_ = false;                     // 16-bit activations: 64-bit accumulators with a short multiplier
  std::vector<FixedMultiplier> factors_;  // by channel
  Range<int32_t> range_;
  IntegerWeights weights_;
  int quantized_scratch_ = -1;
};

// ---- the loops that need the kernel's type

template <class Derived>
void WeightedSum::Run(InvokeContext& context, Derived& kernel) {
  const TensorView &input = context.input(setup_.input), &weights = context.input(setup_.weights);
  const TensorView& output = context.output();
  if (output.elements() == 0) return;
  const auto eight_bits = [&](auto type, const auto* weight_data, int32_t weight_zero) {
    using T = decltype(type);
    const int32_t* bias = BiasOf<int32_t>(context);
    const int32_t out_zero = output.zero_point();
    kernel.template Accumulate<T, T, int32_t, T>(
        context, input.as<T>().data(), weight_data, weight_zero, output.as_mutable<T>().data(),
        [zero = input.zero_point()](int64_t) { return zero; },
        [&](int64_t, int64_t channel, int32_t acc) {
          if (bias != nullptr) acc = WrappingAdd(acc, bias[channel]);
          const int32_t scaled = Scale(acc, factors_[static_cast<size_t>(channel)]);
          return static_cast<T>(range_.Cut(WrappingAdd(scaled, out_zero)));
        });
  };
  switch (form_) {
    case Form::kFloat: {
      const float* bias = BiasOf<float>(context);
      const Range<float> range = RangeOf<float>(activation_);
      kernel.template Accumulate<float, float, float, float>(
          context, input.as<float>().data(), weights.as<float>().data(), 0.0f,
          output.as_mutable<float>().data(), [](int64_t) { return 0.0f; },
          [&](int64_t, int64_t channel, float acc) {
            return range.Cut(bias != nullptr ? acc + bias[channel] : acc);
          });
      return;
    }
    case Form::kHybrid:
      return RunHybrid(context, kernel);
    case Form::kInt8:
      return eight_bits(int8_t{}, weights_.Get(context), 0);
    case Form::kUInt8:
      return eight_bits(uint8_t{}, weights.as<uint8_t>().data(), weights.zero_point());
    case Form::kInt16:
      return RunInt16(context, kernel);
  }
}

template <class Derived>
void WeightedSum::RunHybrid(InvokeContext& context, Derived& kernel) {
  const TensorView &input = context.input(setup_.input), &weights = context.input(setup_.weights);
  if (setup_.rows == 0) return;
  const int64_t size = input.elements() / setup_.rows;
  auto* quantized = reinterpret_cast<int8_t*>(context.scratch(quantized_scratch_));
  std::vector<RowScale> scales(static_cast<size_t>(setup_.rows));
  for (int64_t row = 0; row < setup_.rows; ++row) {
    const auto values = input.as<float>().subspan(static_cast<size_t>(row * size), static_cast<size_t>(size));
    int8_t* out = quantized + row * size;
    scales[static_cast<size_t>(row)] =
        setup_.asymmetric ? QuantizeRowAsymmetric(values, out) : QuantizeRowSymmetric(values, out);
  }
  const float* bias = BiasOf<float>(context);
  const Range<float> range = RangeOf<float>(activation_);
  const Quantization& quantization = *weights.quantization;
  kernel.template Accumulate<int8_t, int8_t, int32_t, float>(
      context, quantized, weights_.Get(context), 0, context.output().as_mutable<float>().data(),
      [&](int64_t row) { return scales[static_cast<size_t>(row)].zero_point; },
      [&](int64_t row, int64_t channel, int32_t acc) {
        const float scale = quantization.scale_at(static_cast<size_t>(channel));
        const float sum = static_cast<float>(acc) * scale * scales[static_cast<size_t>(row)].scale;
        return range.Cut(bias != nullptr ? sum + bias[channel] : sum);
      });
}

template <class Derived>
void WeightedSum::RunInt16(InvokeContext& context, Derived& kernel) {
  const bool short_bias = has_bias_ && context.input(setup_.bias).dtype == DType::kInt32;
  const int32_t* bias32 = short_bias ? BiasOf<int32_t>(context) : nullptr;
  const int64_t* bias64 = short_bias ? nullptr : BiasOf<int64_t>(context);
  kernel.template Accumulate<int16_t, int8_t, int64_t, int16_t>(
      context, context.input(setup_.input).as<int16_t>().data(), weights_.Get(context), 0,
      context.output().as_mutable<int16_t>().data(), [](int64_t) { return 0; },
      [&](int64_t, int64_t channel, int64_t acc) {
        if (bias32 != nullptr) acc += bias32[channel];
        if (bias64 != nullptr) acc = WrappingAdd(acc, bias64[channel]);
        const FixedMultiplier factor = factors_[static_cast<size_t>(channel)];
        return static_cast<int16_t>(
            range_.Cut(wide_ ? ScaleWide(acc, factor) : Scale(static_cast<int32_t>(acc), factor)));
      });
}

}  // namespace litesmith
