#include "lowering/indices.h"

#include <algorithm>

namespace litesmith::lowering {

int64_t SchemaType(DType dtype) { return dtype == DType::kString ? 5 : dtype == DType::kInt64 ? 4 : 2; }

ir::Value* AsInt32(Lowering& lower, size_t operand) {
  ir::Value* value = lower.operand(operand);
  if (value->type.dtype == DType::kInt32) return value;
  if (const Tensor* tensor = value->constant()) {
    if (const auto values = tensor->ToInt64()) {
      // Numbers beyond 32 bits mean "to the end" in slices; no tensor is that long.
      std::vector<int32_t> narrow;
      for (const int64_t one : *values) {
        narrow.push_back(static_cast<int32_t>(std::clamp<int64_t>(one, INT32_MIN, INT32_MAX)));
      }
      return lower.Constant(Tensor::Of<int32_t>(tensor->dims(), narrow));
    }
  }
  return lower.Make(tfl::CAST, {value}, {DType::kInt32, value->type.shape, nullptr});
}

std::optional<std::vector<int64_t>> ConstantInts(const Lowering& lower, size_t operand) {
  const Tensor* tensor = lower.constant(operand);
  return tensor != nullptr ? tensor->ToInt64() : std::nullopt;
}

Result<int64_t> ConstantAxis(Lowering& lower, int64_t axis, const Shape& shape) {
  if (!shape.ranked()) {
    if (axis >= 0) return axis;
    return lower.Report(Code::kShapeUnknown,
                        fmt::format("its axis {} counts from the end of an unknown rank", axis));
  }
  const int64_t counted = axis < 0 ? axis + shape.rank() : axis;
  if (counted < 0 || counted >= shape.rank()) {
    return lower.Report(Code::kShapeMismatch,
                        fmt::format("its axis {} is outside of {}", axis, ToText(shape)));
  }
  return counted;
}

Result<ir::Value*> ReshapeTo(Lowering& lower, ir::Value* value, ir::Type type, ir::Value* computed) {
  const Shape shape = type.shape;
  if (shape.ranked()) {
    const std::vector<int64_t> dims = shape.with_minus_one();
    const bool empty = std::count(dims.begin(), dims.end(), 0) > 0;  // -1 beside 0 could be anything
    const auto unknown = std::count(dims.begin(), dims.end(), -1);
    if (unknown == 0 || (unknown == 1 && !empty)) {
      return lower.Make(tfl::RESHAPE, {value, lower.Int32s(dims)}, std::move(type), {{"new_shape", dims}});
    }
  }
  if (computed == nullptr) {
    return lower.Report(
        Code::kShapeUnknown,
        fmt::format("the shape it gives, {}, has more than one unknown dimension", ToText(shape)));
  }
  return lower.Make(tfl::RESHAPE, {value, computed}, std::move(type));
}

}  // namespace litesmith::lowering
