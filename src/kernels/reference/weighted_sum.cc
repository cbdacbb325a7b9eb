#include "kernels/reference/weighted_sum.h"

namespace litesmith {
namespace {

// quantized_bias_type: a TensorType of the schema (INT32 is 2, INT64 4; 0, FLOAT32, stands for "not said").
bool SaysBias(const Attributes& attributes, int64_t number, DType type) {
  return attributes.Int("quantized_bias_type") == number || attributes.Type("quantized_bias_type") == type;
}

}  // namespace

Result<void> WeightedSum::ChooseForm(PrepareContext& context) {
  const DType input = context.input(setup_.input).dtype;
  const DType weights = context.input(setup_.weights).dtype;
  const DType output = context.output().dtype;
  const bool narrow = weights == DType::kInt8 || weights == DType::kInt4 || weights == DType::kInt2;
  if (input == DType::kFloat32 && weights == DType::kFloat32) {
    form_ = Form::kFloat;
  } else if (input == DType::kFloat32 && (narrow || weights == DType::kUInt8)) {
    // Hybrid files of 2018 call their int8 weights uint8.
    form_ = Form::kHybrid;
  } else if (input == DType::kInt8 && narrow) {
    form_ = Form::kInt8;
  } else if (input == DType::kUInt8 && weights == DType::kUInt8) {
    form_ = Form::kUInt8;
  } else if (input == DType::kInt16 && narrow) {
    form_ = Form::kInt16;
  } else {
    return context.Refuse("{} input with {} weights", NameOf(input), NameOf(weights));
  }
  return context.Expect(input == output, "{} input with {} output", NameOf(input), NameOf(output));
}

Result<void> WeightedSum::PrepareBias(PrepareContext& context) {
  const TensorView& bias = context.input(setup_.bias);
  has_bias_ = bias.present;
  if (!has_bias_) return {};
  if (bias.elements() != setup_.channels) {
    return context.Mismatch("the bias has {} elements for {} output channels", bias.elements(),
                            setup_.channels);
  }
  if (form_ == Form::kFloat || form_ == Form::kHybrid)
    return ExpectDType(context, bias, {DType::kFloat32}, "bias");
  if (form_ == Form::kInt16) return ExpectDType(context, bias, {DType::kInt64, DType::kInt32}, "bias");
  return ExpectDType(context, bias, {DType::kInt32}, "bias");
}

Result<void> WeightedSum::PrepareFactors(PrepareContext& context) {
  const TensorView &input = context.input(setup_.input), &weights = context.input(setup_.weights);
  LS_RETURN_IF_FAILED(ExpectQuantized(context, input, "input"));
  LS_RETURN_IF_FAILED(ExpectQuantized(context, context.output(), "output"));
  if (form_ == Form::kInt16) {
    LS_RETURN_IF_FAILED(ExpectZeroPointZero(context, input, "input"));
    LS_RETURN_IF_FAILED(ExpectZeroPointZero(context, context.output(), "output"));
  }
  range_ = QuantizedRangeOf(activation_, context.output());
  factors_.resize(static_cast<size_t>(setup_.channels));
  for (size_t channel = 0; channel < factors_.size(); ++channel) {
    double product = static_cast<double>(input.scale()) * weights.quantization->scale_at(channel);
    if (setup_.short_product && !weights.quantization->per_channel()) product = static_cast<float>(product);
    factors_[channel] = ToFixed(product / context.output().scale());
  }
  return {};
}

Result<void> WeightedSum::PrepareSum(PrepareContext& context, const Setup& setup) {
  setup_ = setup;
  LS_RETURN_IF_FAILED(ChooseForm(context));
  LS_TRY(activation_, FusedActivation(context));
  LS_RETURN_IF_FAILED(PrepareBias(context));
  if (form_ == Form::kFloat) return {};
  const TensorView& weights = context.input(setup_.weights);
  if (weights.quantization != nullptr && weights.quantization->block_size > 0) {
    return context.Refuse("its weights have a scale for each block of {} inputs",
                          weights.quantization->block_size);
  }
  LS_RETURN_IF_FAILED(ExpectQuantized(context, weights, "weights",
                                      form_ == Form::kUInt8 ? 0 : setup_.channels, setup_.channel_dimension));
  if (form_ != Form::kUInt8) {
    LS_RETURN_IF_FAILED(ExpectZeroPointZero(context, weights, "weights"));
    weights_.Prepare(context, setup_.weights);
  }
  if (form_ == Form::kHybrid) {
    quantized_scratch_ = context.RequestScratch(static_cast<size_t>(context.input(setup_.input).elements()));
    return {};
  }
  const bool may_be_wide =
      has_bias_ || setup_.wide_without_bias || SaysBias(*context.attributes, 4, DType::kInt64);
  wide_ = form_ == Form::kInt16 && may_be_wide && !SaysBias(*context.attributes, 2, DType::kInt32);
  return PrepareFactors(context);
}

}  // namespace litesmith
