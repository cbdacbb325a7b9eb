// Comparisons, logic, and choosing by conditions.
#include "tfl/versions.h"

namespace litesmith::tfl {
namespace {

int EqualVersion(const ir::Node& node) {
  if (InputType(node) == DType::kInt16) return 5;
  if (InputType(node) == DType::kString) return 3;
  return VersionInt8(node);
}

int NotEqualVersion(const ir::Node& node) {
  if (InputType(node) == DType::kInt16) return 4;
  if (InputType(node) == DType::kString) return 3;
  return VersionInt8(node);
}

int SelectVersion(const ir::Node& node) {
  if (InputType(node) == DType::kUInt32) return 4;
  if (InputRank(node, 0) == 5 || InputRank(node, 1) == 5 || InputRank(node, 2) == 5) return 3;
  return VersionInt8(node);
}

int SelectV2Version(const ir::Node& node) { return InputType(node) == DType::kUInt32 ? 2 : 1; }

int WhereVersion(const ir::Node& node) { return InputType(node) == DType::kBool ? 1 : 2; }

}  // namespace

LS_TFL_OP(EQUAL, 71, "EqualOptions", "1.14 1.14 2.3 2.13 2.21", ir::kCommutative, EqualVersion)
LS_TFL_OP(NOT_EQUAL, 72, "NotEqualOptions", "1.14 1.14 2.3 2.21", ir::kCommutative, NotEqualVersion)
LS_TFL_OP(LESS, 58, "LessOptions", "1.14 1.14 2.13", ir::kNone, VersionInt8Int16)
LS_TFL_OP(LESS_EQUAL, 63, "LessEqualOptions", "1.14 1.14", ir::kNone, VersionInt8)
LS_TFL_OP(GREATER, 61, "GreaterOptions", "1.14 1.14", ir::kNone, VersionInt8)
LS_TFL_OP(GREATER_EQUAL, 62, "GreaterEqualOptions", "1.14 1.14 2.13", ir::kNone, VersionInt8Int16)
LS_TFL_OP(LOGICAL_AND, 86, "LogicalAndOptions", "1.11", ir::kCommutative, VersionOne)
LS_TFL_OP(LOGICAL_OR, 84, "LogicalOrOptions", "1.11", ir::kCommutative, VersionOne)
LS_TFL_OP(LOGICAL_NOT, 87, "LogicalNotOptions", "1.11", ir::kNone, VersionOne)
LS_TFL_OP(SELECT, 64, "SelectOptions", "1.14 1.14 2.12 2.12", ir::kNone, SelectVersion)
LS_TFL_OP(SELECT_V2, 123, "SelectV2Options", "2.2 2.12", ir::kNone, SelectV2Version)
LS_TFL_OP(WHERE, 109, "WhereOptions", "1.14 2.8", ir::kNone, WhereVersion)

}  // namespace litesmith::tfl
