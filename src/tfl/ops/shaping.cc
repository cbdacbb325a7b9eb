// Ops that move or repeat elements without looking at their values.
#include "tfl/versions.h"

namespace litesmith::tfl {
namespace {

int ConcatenationVersion(const ir::Node& node) {
  if (IsFloat8(InputType(node))) return 7;
  switch (InputType(node)) {
    case DType::kFloat16:
      return 6;
    case DType::kInt4:
      return 5;
    case DType::kUInt32:
      return 4;
    default:
      return VersionInt8Int16(node);
  }
}

int PackVersion(const ir::Node& node) {
  if (IsFloat8(InputType(node))) return 5;
  if (InputType(node) == DType::kUInt32) return 4;
  return VersionInt8Int16(node);
}

int UnpackVersion(const ir::Node& node) {
  if (IsFloat8(InputType(node))) return 6;
  switch (InputType(node)) {
    case DType::kFloat16:
    case DType::kBFloat16:
      return 5;
    case DType::kInt16:
      return 4;
    case DType::kBool:
      return 3;
    case DType::kInt8:
    case DType::kUInt8:
      return 2;
    default:
      return 1;
  }
}

// Operand 0 is the axis.
int SplitVersion(const ir::Node& node) {
  if (IsFloat8(InputType(node, 1))) return 5;
  switch (InputType(node, 1)) {
    case DType::kInt16:
      return 4;
    case DType::kInt32:
      return 3;
    case DType::kInt8:
      return 2;
    default:
      return 1;
  }
}

int SplitVVersion(const ir::Node& node) { return IsFloat8(InputType(node)) ? 3 : VersionInt8(node); }

int TransposeVersion(const ir::Node& node) {
  const DType type = InputType(node);
  const int rank = InputRank(node);
  if (type == DType::kFloat16) return 9;
  if (rank > 6 || type == DType::kBFloat16) return 8;
  if (type == DType::kInt4) return 7;
  if (rank > 5) return 6;
  if (type == DType::kInt16) return 5;
  if (rank > 4) return 4;
  if (type == DType::kBool) return 3;
  return VersionInt8(node);
}

int PadVersion(const ir::Node& node) {
  if (IsFloat8(InputType(node))) return 6;
  if (InputType(node) == DType::kBool) return 5;
  if (InputRank(node) > 4) return 4;
  return VersionInt8Int16(node);
}

int TileVersion(const ir::Node& node) {
  if (InputType(node) == DType::kInt8) return 3;
  return InputType(node) == DType::kString ? 2 : 1;
}

int SqueezeVersion(const ir::Node& node) { return InputType(node) == DType::kString ? 2 : 1; }

int ReverseVersion(const ir::Node& node) {
  if (IsFloat8(InputType(node))) return 4;
  if (InputType(node) == DType::kInt8) return 3;
  return InputType(node) == DType::kBool ? 2 : 1;
}

int BroadcastToVersion(const ir::Node& node) {
  if (IsFloat8(InputType(node))) return 4;
  return InputIs(node, {DType::kInt8, DType::kInt16}) ? 3 : 2;
}

// SPACE_TO_BATCH_ND and its reverse.
int BlocksVersion(const ir::Node& node) {
  if (InputType(node) == DType::kInt16) return 4;
  if (InputRank(node) != 4 && InputRank(node) != 0) return 3;
  return VersionInt8(node);
}

}  // namespace

LS_TFL_OP(BATCH_TO_SPACE_ND, 37, "BatchToSpaceNDOptions", "1.6 1.14 2.3 2.12", ir::kNone, BlocksVersion)
LS_TFL_OP(BROADCAST_ARGS, 145, "", "2.6", ir::kNone, VersionOne)
LS_TFL_OP(BROADCAST_TO, 130, "BroadcastToOptions", "- 2.5 2.5 2.23", ir::kNone, BroadcastToVersion)
LS_TFL_OP(CONCATENATION, 2, "ConcatenationOptions", "1.5 1.14 2.3 2.14 2.21 2.23 2.23", ir::kNone,
          ConcatenationVersion)
LS_TFL_OP(DEPTH_TO_SPACE, 5, "DepthToSpaceOptions", "2.1 2.5", ir::kNone, VersionInt8)
LS_TFL_OP(EXPAND_DIMS, 70, "ExpandDimsOptions", "1.10", ir::kNone, VersionOne)
LS_TFL_OP(MIRROR_PAD, 100, "MirrorPadOptions", "1.13.1 2.3 2.12", ir::kNone, VersionInt8Int16)
LS_TFL_OP(PACK, 83, "PackOptions", "1.11 1.14 2.3 2.13 2.23", ir::kNone, PackVersion)
LS_TFL_OP(PAD, 34, "PadOptions", "1.5 1.14 2.4 2.6 2.20 2.23", ir::kNone, PadVersion)
LS_TFL_OP(PADV2, 60, "PadV2Options", "1.9 1.14 2.4 2.6 2.20 2.23", ir::kNone, PadVersion)
LS_TFL_OP(RANK, 110, "RankOptions", "1.14", ir::kNone, VersionOne)
LS_TFL_OP(RESHAPE, 22, "ReshapeOptions", "1.5", ir::kNone, VersionOne)
LS_TFL_OP(REVERSE_SEQUENCE, 112, "ReverseSequenceOptions", "1.14", ir::kNone, VersionOne)
LS_TFL_OP(REVERSE_V2, 105, "ReverseV2Options", "1.14 2.2 2.5 2.23", ir::kNone, ReverseVersion)
LS_TFL_OP(SHAPE, 77, "ShapeOptions", "1.10", ir::kNone, VersionOne)
LS_TFL_OP(SPACE_TO_BATCH_ND, 38, "SpaceToBatchNDOptions", "1.6 1.14 2.3 2.12", ir::kNone, BlocksVersion)
LS_TFL_OP(SPACE_TO_DEPTH, 26, "SpaceToDepthOptions", "1.5 1.14", ir::kNone, VersionInt8)
LS_TFL_OP(SPLIT, 49, "SplitOptions", "1.5 1.14 1.14 2.3 2.23", ir::kNone, SplitVersion)
LS_TFL_OP(SPLIT_V, 102, "SplitVOptions", "1.13.1 2.3 2.23", ir::kNone, SplitVVersion)
LS_TFL_OP(SQUEEZE, 43, "SqueezeOptions", "1.6 2.5", ir::kNone, SqueezeVersion)
LS_TFL_OP(TILE, 69, "TileOptions", "1.10.1 2.2 2.8", ir::kNone, TileVersion)
LS_TFL_OP(TRANSPOSE, 39, "TransposeOptions", "1.6 1.14 1.15 2.3 2.4 2.12 2.14.4 2.22 2.23", ir::kNone,
          TransposeVersion)
LS_TFL_OP(UNPACK, 88, "UnpackOptions", "1.11 1.14 2.2 2.3 2.22 2.23", ir::kNone, UnpackVersion)

}  // namespace litesmith::tfl
