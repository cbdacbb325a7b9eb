// Slices, gathering and scattering, embeddings.
#include "tfl/versions.h"

namespace litesmith::tfl {
namespace {

int GatherVersion(const ir::Node& node) {
  const DType type = InputType(node);
  if (IsFloat8(type)) return 8;
  if (type == DType::kInt4) return 7;
  if (InputType(node, 1) == DType::kInt16) return 6;
  if (node.attributes.Int("batch_dims") != 0) return 5;
  if (type == DType::kInt16) return 4;
  if (type == DType::kBool) return 3;
  return VersionInt8(node);
}

int GatherNdVersion(const ir::Node& node) {
  const DType type = InputType(node);
  if (IsFloat8(type)) return 6;
  if (type == DType::kBool) return 5;
  if (InputType(node, 1) == DType::kInt16) return 4;
  if (type == DType::kInt16) return 3;
  return type == DType::kString ? 2 : 1;
}

int SliceVersion(const ir::Node& node) {
  const DType type = InputType(node);
  if (type == DType::kFloat16) return 8;
  if (type == DType::kInt4) return 7;
  if (type == DType::kUInt32) return 6;
  if (InputRank(node) > 4) return 5;
  if (type == DType::kInt16) return 4;
  if (type == DType::kString) return 3;
  return VersionInt8(node);
}

int StridedSliceVersion(const ir::Node& node) {
  const DType type = InputType(node);
  if (node.attributes.Bool("offset")) return 8;
  if (type == DType::kUInt32) return 7;
  if (node.attributes.Int("ellipsis_mask") != 0 || node.attributes.Int("new_axis_mask") != 0) return 6;
  if (type == DType::kString) return 5;
  if (InputRank(node) > 4) return 4;
  if (type == DType::kBool) return 3;
  return VersionInt8(node);
}

int DynamicUpdateSliceVersion(const ir::Node& node) {
  switch (InputType(node)) {
    case DType::kBFloat16:
      return 6;
    case DType::kInt4:
      return 5;
    case DType::kInt16:
      return 4;
    case DType::kFloat16:
      return 3;
    default:
      return InputType(node, 2) == DType::kInt64 ? 2 : 1;
  }
}

// Operands: indices, output shape, values, default.
int SparseToDenseVersion(const ir::Node& node) {
  if (InputIs(node, {DType::kInt8, DType::kUInt8}, 2)) return 3;
  return InputType(node, 2) == DType::kInt64 ? 2 : 1;
}

int EmbeddingLookupVersion(const ir::Node& node) {
  const ir::Value* table = node.operand_or_null(1);
  const bool per_row = table != nullptr && table->type.quantization != nullptr &&
                       table->type.quantization->scale.size() > 1 && ScalePerSlice(table, 0);
  if (InputType(node, 1) == DType::kInt4 || per_row) return 4;
  return InputType(node, 1) == DType::kInt2 ? 5 : 1;
}

}  // namespace

LS_TFL_OP(CONCAT_EMBEDDINGS, 29, "ConcatEmbeddingsOptions", "", ir::kNone, VersionOne)
LS_TFL_OP(DYNAMIC_UPDATE_SLICE, 151, "DynamicUpdateSliceOptions", "2.9 2.17 2.19 2.20 2.21 2.22", ir::kNone,
          DynamicUpdateSliceVersion)
LS_TFL_OP(EMBEDDING_LOOKUP, 7, "", "1.13 1.14 1.14 2.18 2.21", ir::kNone, EmbeddingLookupVersion)
LS_TFL_OP(EMBEDDING_LOOKUP_SPARSE, 33, "EmbeddingLookupSparseOptions", "1.5", ir::kNone, VersionOne)
LS_TFL_OP(GATHER, 36, "GatherOptions", "1.6 1.14 1.15 2.4 2.5 2.13 2.15 2.23", ir::kNone, GatherVersion)
LS_TFL_OP(GATHER_ND, 107, "GatherNdOptions", "1.14 2.3 2.5 2.13 2.16 2.23", ir::kNone, GatherNdVersion)
LS_TFL_OP(MATRIX_DIAG, 113, "MatrixDiagOptions", "1.14", ir::kNone, VersionOne)
LS_TFL_OP(MATRIX_SET_DIAG, 115, "MatrixSetDiagOptions", "1.14", ir::kNone, VersionOne)
LS_TFL_OP(ONE_HOT, 85, "OneHotOptions", "1.11", ir::kNone, VersionOne)
LS_TFL_OP(SCATTER_ND, 122, "ScatterNdOptions", "2.1", ir::kNone, VersionOne)
LS_TFL_OP(SLICE, 65, "SliceOptions", "1.14 1.14 1.14 2.4 2.5 2.14 2.21 2.23", ir::kNone, SliceVersion)
LS_TFL_OP(SPARSE_TO_DENSE, 68, "SparseToDenseOptions", "1.9 1.14 1.15", ir::kNone, SparseToDenseVersion)
LS_TFL_OP(STRIDED_SLICE, 45, "StridedSliceOptions", "1.6 1.14 2.1 2.2 2.5 2.6 2.14 2.14", ir::kNone,
          StridedSliceVersion)
LS_TFL_OP(UNIQUE, 103, "UniqueOptions", "1.14", ir::kNone, VersionOne)

}  // namespace litesmith::tfl
