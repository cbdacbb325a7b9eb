// Reductions, arguments of extremes, segments and running sums.
#include "tfl/versions.h"

namespace litesmith::tfl {
namespace {

int ArgMaxVersion(const ir::Node& node) {
  if (InputType(node) == DType::kBool) return 3;
  return VersionInt8(node);
}

int TopKVersion(const ir::Node& node) {
  if (InputType(node) == DType::kInt16 || InputType(node, 1) == DType::kInt16 ||
      OutputType(node, 1) == DType::kInt16) {
    return 3;
  }
  return VersionInt8(node);
}

}  // namespace

LS_TFL_OP(ARG_MAX, 56, "ArgMaxOptions", "1.9 1.14 2.9", ir::kNone, ArgMaxVersion)
LS_TFL_OP(ARG_MIN, 79, "ArgMinOptions", "1.9 1.14 2.9", ir::kNone, ArgMaxVersion)
LS_TFL_OP(CUMSUM, 128, "CumsumOptions", "2.4", ir::kNone, VersionOne)
LS_TFL_OP(MEAN, 40, "ReducerOptions", "1.6 1.14 2.4", ir::kNone, VersionInt8Int16)
LS_TFL_OP(REDUCE_ALL, 140, "ReducerOptions", "2.6", ir::kNone, VersionOne)
LS_TFL_OP(REDUCE_ANY, 91, "ReducerOptions", "1.11", ir::kNone, VersionOne)
LS_TFL_OP(REDUCE_MAX, 82, "ReducerOptions", "1.11 1.14 2.5", ir::kNone, VersionInt8Int16)
LS_TFL_OP(REDUCE_MIN, 89, "ReducerOptions", "1.11 1.14 2.5", ir::kNone, VersionInt8Int16)
LS_TFL_OP(REDUCE_PROD, 81, "ReducerOptions", "1.11 2.6", ir::kNone, VersionInt8OrInt16)
LS_TFL_OP(REDUCE_WINDOW, 205, "ReduceWindowOptions", "2.15", ir::kNone, VersionOne)
LS_TFL_OP(SEGMENT_SUM, 125, "SegmentSumOptions", "2.2", ir::kNone, VersionOne)
LS_TFL_OP(SUM, 74, "ReducerOptions", "1.10 1.15", ir::kNone, VersionInt8)
LS_TFL_OP(TOPK_V2, 48, "TopKV2Options", "1.7 1.14 2.13", ir::kNone, TopKVersion)
LS_TFL_OP(UNSORTED_SEGMENT_MAX, 154, "UnsortedSegmentMaxOptions", "2.10", ir::kNone, VersionOne)
LS_TFL_OP(UNSORTED_SEGMENT_MIN, 157, "UnsortedSegmentMinOptions", "2.11", ir::kNone, VersionOne)
LS_TFL_OP(UNSORTED_SEGMENT_PROD, 153, "UnsortedSegmentProdOptions", "2.10", ir::kNone, VersionOne)
LS_TFL_OP(UNSORTED_SEGMENT_SUM, 155, "UnsortedSegmentSumOptions", "2.10", ir::kNone, VersionOne)

}  // namespace litesmith::tfl
