// What int8 convolutions share: which nodes they take, their scales, and activations widened to 16 bits.
#pragma once

#include <cmath>
#include <vector>

#include "kernels/reference/checks.h"

namespace litesmith::simd {

struct RescalingI8 {
  std::vector<float> scale;  // by output channel: input scale * weight scale / output scale
  int32_t input_zero = 0, zero_point = 0, low = -128, high = 127;
};

// int8 in and out, int8 weights that never change with zero point 0 and scales per tensor or per output
// channel, an int32 bias or none, the activation a range.
inline bool SupportsInt8(const KernelContext& context, int64_t channels) {
  const TensorView &input = context.input(0), &weights = context.input(1);
  if (input.dtype != DType::kInt8 || weights.dtype != DType::kInt8 || !weights.constant ||
      !weights.quantized())
    return false;
  if (context.output_count() != 1 || context.output().dtype != DType::kInt8 || !context.output().quantized())
    return false;
  if (!input.quantized() || input.quantization->scale.size() != 1 ||
      context.output().quantization->scale.size() != 1)
    return false;
  if (context.has_input(2) && context.input(2).dtype != DType::kInt32) return false;
  const Quantization& quantization = *weights.quantization;
  if (quantization.block_size != 0) return false;
  if (quantization.scale.size() != 1 && static_cast<int64_t>(quantization.scale.size()) != channels)
    return false;
  for (const int64_t zero : quantization.zero_point) {
    if (zero != 0) return false;
  }
  return input.rank() == 4 && weights.rank() == 4 && weights.elements() > 0;
}

inline Result<RescalingI8> PrepareRescaling(PrepareContext& context, int64_t channels) {
  const TensorView &input = context.input(0), &weights = context.input(1), &output = context.output();
  LS_RETURN_IF_FAILED(ExpectQuantized(context, input, "input"));
  LS_RETURN_IF_FAILED(ExpectQuantized(context, output, "output"));
  LS_TRY(const Activation activation, FusedActivation(context));
  RescalingI8 rescaling;
  for (int64_t c = 0; c < channels; ++c) {
    const float scale = weights.quantization->scale_at(static_cast<size_t>(c));
    if (!std::isfinite(scale) || scale < 0) return context.Refuse("a weight scale of {}", scale);
    rescaling.scale.push_back(input.scale() * scale / output.scale());
  }
  const Range<int32_t> range = QuantizedRangeOf(activation, output);
  rescaling.input_zero = input.zero_point();
  rescaling.zero_point = output.zero_point();
  rescaling.low = range.low;
  rescaling.high = range.high;
  return rescaling;
}

}  // namespace litesmith::simd
