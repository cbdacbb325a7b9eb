#include "kernels/reference/recurrent.h"

#include <cmath>

#include "kernels/reference/hybrid.h"
#include "kernels/reference/wrapping.h"

namespace litesmith {

void ActivationVector::AddProduct(const TensorView& weights, std::span<float> out) {
  const size_t columns = values_.size();
  if (weights.dtype == DType::kFloat32) {
    const float* row = weights.as<float>().data();
    for (size_t r = 0; r < out.size(); ++r, row += columns) {
      float sum = 0;
      for (size_t c = 0; c < columns; ++c) sum += row[c] * values_[c];
      out[r] += sum;
    }
    return;
  }
  if (!quantized_) {
    integers_.resize(columns);
    const RowScale row = asymmetric_ ? QuantizeRowAsymmetric(values_, integers_.data())
                                     : QuantizeRowSymmetric(values_, integers_.data());
    scale_ = row.scale;
    zero_point_ = row.zero_point;
    quantized_ = true;
  }
  const float scale = scale_ * weights.scale();
  const auto* row = reinterpret_cast<const int8_t*>(weights.data);
  for (size_t r = 0; r < out.size(); ++r, row += columns) {
    int32_t sum = 0;
    for (size_t c = 0; c < columns; ++c) sum = WrappingAdd(sum, row[c] * (integers_[c] - zero_point_));
    out[r] += static_cast<float>(sum) * scale;
  }
}

void ActivationVector::AddElementwise(const TensorView& weights, std::span<float> out) {
  for (size_t i = 0; i < out.size(); ++i) out[i] += RealAt(weights, i) * values_[i];
}

float RealAt(const TensorView& vector, size_t i) {
  if (vector.dtype == DType::kFloat32) return reinterpret_cast<const float*>(vector.data)[i];
  return static_cast<float>(reinterpret_cast<const int8_t*>(vector.data)[i]) * vector.scale();
}

namespace {

Result<void> ExpectDims(PrepareContext& context, const TensorView& tensor, const Dims& dims,
                        std::string_view what) {
  if (!tensor.present) return context.Mismatch("the {} is left out, but the op needs it", what);
  if (tensor.dims == dims) return {};
  return context.Mismatch("the {} has shape {}; the other tensors want {}", what, ToText(tensor.dims),
                          ToText(dims));
}

}  // namespace

Result<void> ExpectWeights(PrepareContext& context, size_t index, const Dims& dims, std::string_view what) {
  const TensorView& weights = context.input(index);
  LS_RETURN_IF_FAILED(ExpectDims(context, weights, dims, what));
  LS_RETURN_IF_FAILED(ExpectDType(context, weights, {DType::kFloat32, DType::kInt8, DType::kUInt8}, what));
  if (weights.dtype == DType::kFloat32) return {};
  LS_RETURN_IF_FAILED(ExpectQuantized(context, weights, what));
  return ExpectZeroPointZero(context, weights, what);
}

Result<void> ExpectFloats(PrepareContext& context, size_t index, const Dims& dims, std::string_view what) {
  LS_RETURN_IF_FAILED(ExpectDims(context, context.input(index), dims, what));
  return ExpectDType(context, context.input(index), {DType::kFloat32}, what);
}

Result<void> ExpectState(PrepareContext& context, size_t index, std::string_view what) {
  if (context.input(index).state) return {};
  return context.Mismatch("the {} is not a variable tensor, but the op writes to it", what);
}

Result<Activation> RecurrentActivation(PrepareContext& context) {
  const int64_t value = context.attributes->Int("fused_activation_function", 0);
  if (value >= 0 && value <= 4) return static_cast<Activation>(value);
  return context.Refuse("activation function {}", value);
}

float Activate(Activation activation, float x) {
  return activation == Activation::kTanh ? std::tanh(x) : RangeOf<float>(activation).Cut(x);
}

}  // namespace litesmith
