#include "kernels/simd/rescaling_i8.h"

#include <cmath>

namespace litesmith::simd {
namespace {

bool OneScale(const TensorView& tensor) {
  return tensor.quantized() && tensor.quantization->scale.size() == 1;
}

}  // namespace

bool SupportsI8Weights(const KernelContext& context, int64_t channels) {
  const TensorView &input = context.input(0), &weights = context.input(1);
  if (weights.dtype != DType::kInt8 || !weights.constant || !weights.quantized()) return false;
  if (context.output_count() != 1 || context.output().dtype != input.dtype) return false;
  DType bias = DType::kFloat32;
  if (input.dtype == DType::kInt8) {
    bias = DType::kInt32;
    if (!OneScale(input) || !OneScale(context.output())) return false;
  } else if (input.dtype != DType::kFloat32) {
    return false;
  }
  if (context.has_input(2) && context.input(2).dtype != bias) return false;
  const Quantization& quantization = *weights.quantization;
  if (quantization.block_size != 0) return false;
  if (quantization.scale.size() != 1 && static_cast<int64_t>(quantization.scale.size()) != channels)
    return false;
  for (const int64_t zero : quantization.zero_point) {
    if (zero != 0) return false;
  }
  return true;
}

Result<std::vector<float>> WeightScales(PrepareContext& context, int64_t channels) {
  std::vector<float> scales;
  for (int64_t c = 0; c < channels; ++c) {
    const float scale = context.input(1).quantization->scale_at(static_cast<size_t>(c));
    if (!std::isfinite(scale) || scale < 0) return context.Refuse("a weight scale of {}", scale);
    scales.push_back(scale);
  }
  return scales;
}

Result<RescalingI8> PrepareRescaling(PrepareContext& context, int64_t channels) {
  const TensorView &input = context.input(0), &output = context.output();
  LS_RETURN_IF_FAILED(ExpectQuantized(context, input, "input"));
  LS_RETURN_IF_FAILED(ExpectQuantized(context, output, "output"));
  LS_TRY(const Activation activation, FusedActivation(context));
  RescalingI8 rescaling;
  LS_TRY(rescaling.scale, WeightScales(context, channels));
  for (float& scale : rescaling.scale) scale = input.scale() * scale / output.scale();
  const Range<int32_t> range = QuantizedRangeOf(activation, output);
  rescaling.input_zero = input.zero_point();
  rescaling.zero_point = output.zero_point();
  rescaling.low = range.low;
  rescaling.high = range.high;
  return rescaling;
}

}  // namespace litesmith::simd
