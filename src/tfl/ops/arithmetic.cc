// Elementwise arithmetic of two tensors, and bit operations.
#include "tfl/versions.h"

namespace litesmith::tfl {
namespace {

bool Int16WithoutPowerOfTwoScales(const ir::Node& node) {
  return InputType(node) == DType::kInt16 && OutputType(node) == DType::kInt16 &&
         !node.attributes.Bool("pot_scale_int16", true);
}

int AddVersion(const ir::Node& node) {
  const DType type = InputType(node);
  if (type == DType::kFloat16) return 6;
  if (type == DType::kInt16 && !InputQuantized(node)) return 5;
  if (type == DType::kInt64) return 4;
  if (Int16WithoutPowerOfTwoScales(node)) return 3;
  return VersionInt8(node);
}

int SubVersion(const ir::Node& node) {
  if (Int16WithoutPowerOfTwoScales(node)) return 5;
  if (InputType(node) == DType::kInt64) return 4;
  if (BroadcastsBeyondRank4(node)) return 3;
  return VersionInt8(node);
}

// Version 3 came with requantization multipliers of 1 and more.
bool MultiplierAtLeastOne(const ir::Node& node) {
  if (!InputQuantized(node, 0) || !InputQuantized(node, 1) || node.output_count() == 0) return false;
  const auto& a = node.operand(0)->type.quantization->scale;
  const auto& b = node.operand(1)->type.quantization->scale;
  const auto& out = node.output()->type.quantization;
  if (a.empty() || b.empty() || out == nullptr || out->scale.empty() || out->scale[0] == 0) return false;
  return a[0] * b[0] / out->scale[0] >= 1.0f;
}

int MulVersion(const ir::Node& node) {
  const DType type = InputType(node);
  if (type == DType::kFloat16) return 8;
  if (type == DType::kUInt32) return 7;
  if (type == DType::kInt16 && !InputQuantized(node, 0) && !InputQuantized(node, 1)) return 7;
  if (type == DType::kComplex64) return 6;
  if (type == DType::kInt64) return 5;
  if (type == DType::kInt16) return 4;
  if (MultiplierAtLeastOne(node)) return 3;
  return VersionInt8(node);
}

int DivVersion(const ir::Node& node) { return BroadcastsBeyondRank4(node) ? 2 : 1; }

int MaximumVersion(const ir::Node& node) {
  if (InputType(node) == DType::kInt16) return 4;
  if (BroadcastsBeyondRank4(node)) return 3;
  return VersionInt8(node);
}

int FloorDivVersion(const ir::Node& node) {
  if (InputIs(node, {DType::kInt8, DType::kInt16})) return 3;
  return InputType(node) == DType::kFloat32 ? 2 : 1;
}

}  // namespace

LS_TFL_OP(ADD, 0, "AddOptions", "1.5 1.14 2.4 2.6 2.13 2.23", ir::kCommutative, AddVersion)
LS_TFL_OP(SUB, 41, "SubOptions", "1.6 1.14 2.3 2.4 2.4", ir::kNone, SubVersion)
LS_TFL_OP(MUL, 18, "MulOptions", "1.5 1.14 1.15 2.3 2.6 2.11 2.13 2.23", ir::kCommutative, MulVersion)
LS_TFL_OP(DIV, 42, "DivOptions", "1.6 2.3", ir::kNone, DivVersion)
LS_TFL_OP(MAXIMUM, 55, "MaximumMinimumOptions", "1.14 1.14 2.3 2.3", ir::kCommutative, MaximumVersion)
LS_TFL_OP(MINIMUM, 57, "MaximumMinimumOptions", "1.14 1.14 2.3 2.3", ir::kCommutative, MaximumVersion)
LS_TFL_OP(SQUARED_DIFFERENCE, 99, "SquaredDifferenceOptions", "1.13.1 2.5", ir::kCommutative, VersionInt8)
LS_TFL_OP(FLOOR_DIV, 90, "FloorDivOptions", "1.14 1.14 2.13", ir::kNone, FloorDivVersion)
LS_TFL_OP(FLOOR_MOD, 95, "FloorModOptions", "1.13 2.13", ir::kNone, VersionInt8OrInt16)
LS_TFL_OP(POW, 78, "PowOptions", "1.10", ir::kNone, VersionOne)
LS_TFL_OP(ATAN2, 156, "ATan2Options", "2.10", ir::kNone, VersionOne)
LS_TFL_OP(ADD_N, 106, "AddNOptions", "1.14", ir::kNone, VersionOne)
LS_TFL_OP(BITWISE_XOR, 160, "BitwiseXorOptions", "2.13", ir::kCommutative, VersionOne)
LS_TFL_OP(RIGHT_SHIFT, 161, "RightShiftOptions", "2.13", ir::kNone, VersionOne)

}  // namespace litesmith::tfl
