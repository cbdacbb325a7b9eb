#include "kernels/reference/checks.h"

#include <algorithm>
#include <cmath>

#include "kernels/reference/quantized_arithmetic.h"

namespace litesmith {

Result<void> ExpectCounts(PrepareContext& context, size_t least, size_t most, size_t outputs) {
  if (context.input_count() < least || context.input_count() > most) {
    return context.Mismatch("it has {} inputs, but the op takes {}", context.input_count(),
                            least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most));
  }
  for (size_t i = 0; i < least; ++i) {
    if (!context.has_input(i)) return context.Mismatch("input {} is left out, but the op needs it", i);
  }
  if (context.output_count() != outputs) {
    return context.Mismatch("it has {} outputs, but the op gives {}", context.output_count(), outputs);
  }
  return {};
}

Result<void> ExpectDType(PrepareContext& context, const TensorView& tensor,
                         std::initializer_list<DType> dtypes, std::string_view what) {
  if (std::find(dtypes.begin(), dtypes.end(), tensor.dtype) != dtypes.end()) return {};
  std::string list;
  for (DType dtype : dtypes) {
    if (!list.empty()) list += ", ";
    list += NameOf(dtype);
  }
  return context.Refuse("the {} is {}; this kernel takes {}", what, NameOf(tensor.dtype), list);
}

Result<void> ExpectSameDType(PrepareContext& context, const TensorView& a, const TensorView& b) {
  if (a.dtype == b.dtype) return {};
  return context.Report(
      Code::kDtypeMismatch,
      fmt::format("one tensor is {}, the other {}; they must be the same", NameOf(a.dtype), NameOf(b.dtype)));
}

void SetOutputType(PrepareContext& context, DType dtype) { context.outputs[0].dtype = dtype; }

Result<void> ExpectRank(PrepareContext& context, const TensorView& tensor, int least, int most,
                        std::string_view what) {
  if (tensor.rank() >= least && tensor.rank() <= most) return {};
  return context.Mismatch("the {} has shape {}, but the op takes {} dimensions", what, ToText(tensor.dims),
                          least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most));
}

Range<int32_t> LimitsOf(DType dtype) {
  switch (dtype) {
    case DType::kInt8:
      return {-128, 127};
    case DType::kUInt8:
      return {0, 255};
    case DType::kInt16:
      return {-32768, 32767};
    case DType::kUInt16:
      return {0, 65535};
    case DType::kInt4:
      return {-8, 7};
    case DType::kUInt4:
      return {0, 15};
    case DType::kInt2:
      return {-2, 1};
    default:
      return {};
  }
}

Result<void> ExpectQuantized(PrepareContext& context, const TensorView& tensor, std::string_view what,
                             int64_t channels, int dimension) {
  const auto fail = [&](std::string cause) {
    return context.Report(Code::kQuantizationInvalid, std::move(cause));
  };
  if (!tensor.quantized())
    return fail(fmt::format("the {} is {} and has no scale", what, NameOf(tensor.dtype)));
  const Quantization& quantization = *tensor.quantization;
  const size_t count = quantization.scale.size();
  if (count > 1) {
    if (channels == 0) return fail(fmt::format("the {} has {} scales where the op takes one", what, count));
    if (static_cast<int64_t>(count) != channels || quantization.dimension != dimension) {
      return fail(fmt::format("the {} has {} scales along dimension {}; they must be {} along dimension {}",
                              what, count, quantization.dimension, channels, dimension));
    }
  }
  for (float scale : quantization.scale) {
    if (!(scale > 0) || !std::isfinite(scale)) {
      return fail(fmt::format("the {} has scale {}; scales are finite and above 0", what, scale));
    }
  }
  if (quantization.zero_point.size() > 1 && quantization.zero_point.size() != count) {
    return fail(
        fmt::format("the {} has {} scales and {} zero points", what, count, quantization.zero_point.size()));
  }
  const Range<int32_t> limits = LimitsOf(tensor.dtype);
  for (int64_t zero : quantization.zero_point) {
    if (zero < limits.low || zero > limits.high) {
      return fail(
          fmt::format("the {} has zero point {}, which no {} can be", what, zero, NameOf(tensor.dtype)));
    }
  }
  return {};
}

Result<void> ExpectZeroPointZero(PrepareContext& context, const TensorView& tensor, std::string_view what) {
  if (tensor.quantization == nullptr) return {};
  for (int64_t zero : tensor.quantization->zero_point) {
    if (zero != 0) {
      return context.Report(
          Code::kQuantizationInvalid,
          fmt::format("the {} is {} and has zero point {}; it must be 0", what, NameOf(tensor.dtype), zero));
    }
  }
  return {};
}

Result<int64_t> IntAttribute(PrepareContext& context, std::string_view name, int64_t otherwise, int64_t low,
                             int64_t high) {
  const int64_t value = context.attributes->Int(name, otherwise);
  if (value >= low && value <= high) return value;
  return context.Mismatch("its {} is {}; it must lie between {} and {}", name, value, low, high);
}

Result<int> NormalizeAxis(PrepareContext& context, int64_t axis, int rank) {
  if (axis < -rank || axis >= rank)
    return context.Mismatch("axis {} of a tensor of {} dimensions", axis, rank);
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

Result<Activation> FusedActivation(PrepareContext& context) {
  const int64_t value = context.attributes->Int("fused_activation_function", 0);
  if (value >= 0 && value <= 3) return static_cast<Activation>(value);
  return context.Refuse(
      "its fused activation is {}; this kernel fuses none (0), RELU (1), RELU_N1_TO_1 (2) and RELU6 (3)",
      value);
}

Range<int32_t> QuantizedRangeOf(Activation activation, const TensorView& output) {
  Range<int32_t> range = LimitsOf(output.dtype);
  const auto integer_of = [&](float bound) {
    return static_cast<int32_t>(std::clamp<int64_t>(
        int64_t{RoundToInt32(bound / output.scale())} + output.zero_point(), range.low, range.high));
  };
  if (activation == Activation::kRelu) return {integer_of(0), range.high};
  if (activation == Activation::kRelu6) return {integer_of(0), integer_of(6)};
  if (activation == Activation::kReluN1To1) return {integer_of(-1), integer_of(1)};
  return range;
}

}  // namespace litesmith
