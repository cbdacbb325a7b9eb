#include "tfl/versions.h"

#include <algorithm>

namespace litesmith::tfl {

DType InputType(const ir::Node& node, size_t index) {
  const ir::Value* value = node.operand_or_null(index);
  return value != nullptr ? value->type.dtype : DType::kInvalid;
}

DType OutputType(const ir::Node& node, size_t index) {
  return index < node.output_count() ? node.output(index)->type.dtype : DType::kInvalid;
}

int InputRank(const ir::Node& node, size_t index) {
  const ir::Value* value = node.operand_or_null(index);
  return value != nullptr && value->type.shape.ranked() ? value->type.shape.rank() : 0;
}

bool InputIs(const ir::Node& node, std::initializer_list<DType> types, size_t index) {
  return std::find(types.begin(), types.end(), InputType(node, index)) != types.end();
}

bool IsFloat8(DType dtype) { return dtype == DType::kFloat8E4M3FN || dtype == DType::kFloat8E5M2; }

bool InputQuantized(const ir::Node& node, size_t index) {
  const ir::Value* value = node.operand_or_null(index);
  return value != nullptr && value->type.quantization != nullptr;
}

bool ScalePerSlice(const ir::Value* value, int axis) {
  if (value == nullptr || value->type.quantization == nullptr) return false;
  const Shape& shape = value->type.shape;
  if (!shape.ranked() || axis < 0 || axis >= shape.rank() || !shape[axis].known()) return false;
  const auto slices = static_cast<size_t>(shape[axis].value());
  return slices > 0 && value->type.quantization->scale.size() == slices;
}

bool Mixes(const ir::Node& node, DType activations, DType weights_type, size_t weights) {
  return InputType(node) == activations && InputType(node, weights) == weights_type &&
         OutputType(node) == activations;
}

bool BroadcastsBeyondRank4(const ir::Node& node) {
  const ir::Value* a = node.operand_or_null(0);
  const ir::Value* b = node.operand_or_null(1);
  if (a == nullptr || b == nullptr || a->type.shape == b->type.shape) return false;
  return std::max(InputRank(node, 0), InputRank(node, 1)) > 4;
}

int VersionOne(const ir::Node&) { return 1; }

int VersionInt8(const ir::Node& node) { return InputType(node) == DType::kInt8 ? 2 : 1; }

int VersionInt8Int16(const ir::Node& node) {
  if (InputType(node) == DType::kInt16) return 3;
  return VersionInt8(node);
}

int VersionInt8OrInt16(const ir::Node& node) { return InputIs(node, {DType::kInt8, DType::kInt16}) ? 2 : 1; }

int VersionFloat16(const ir::Node& node) { return InputType(node) == DType::kFloat16 ? 2 : 1; }

int VersionHybridRnn(const ir::Node& node) {
  if (InputType(node, 1) != DType::kInt8 || OutputType(node) != DType::kFloat32) return 1;
  return node.attributes.Bool("asymmetric_quantize_inputs") ? 3 : 2;
}

}  // namespace litesmith::tfl
