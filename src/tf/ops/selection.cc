// Searching, sorting, counting.
#include "tf/shape_functions.h"

namespace litesmith::tf {

LS_TF_OP(ApproxTopK, "values indices", "T int32", ir::kNone, shape::ApproxTopK)
LS_TF_OP(Bincount, "bins", "T", ir::kNone, shape::Bincount)
LS_TF_OP(Bucketize, "output", "int32", ir::kNone, shape::SameShape)
LS_TF_OP(DenseBincount, "output", "T", ir::kNone, shape::DenseBincount)
LS_TF_OP(HistogramFixedWidth, "out", "dtype=int32", ir::kNone, shape::Histogram)
LS_TF_OP(InTopK, "precision", "bool", ir::kNone, shape::InTopK)
LS_TF_OP(InTopKV2, "precision", "bool", ir::kNone, shape::InTopK)
LS_TF_OP(IsotonicRegression, "output segments", "output_dtype=float32 int32", ir::kNone, nullptr)
LS_TF_OP(ListDiff, "out idx", "T out_idx=int32", ir::kNone, shape::VectorOutputs)
LS_TF_OP(LowerBound, "output", "out_type=int32", ir::kNone, shape::SameShapeAsSecond)
LS_TF_OP(NearestNeighbors, "nearest_center_indices nearest_center_distances", "int64 float32", ir::kNone,
         nullptr)
LS_TF_OP(RaggedBincount, "output", "T", ir::kNone, nullptr)
LS_TF_OP(SparseBincount, "output", "T", ir::kNone, nullptr)
LS_TF_OP(TopK, "values indices", "T int32", ir::kNone, shape::TopK)
LS_TF_OP(TopKV2, "values indices", "T index_type=int32", ir::kNone, shape::TopKV2)
LS_TF_OP(Unique, "y idx", "T out_idx=int32", ir::kNone, shape::Unique)
LS_TF_OP(UniqueV2, "y idx", "T out_idx=int32", ir::kNone, shape::UniqueV2)
LS_TF_OP(UniqueWithCounts, "y idx count", "T out_idx=int32 out_idx=int32", ir::kNone, shape::Unique)
LS_TF_OP(UniqueWithCountsV2, "y idx count", "T out_idx=int32 out_idx=int32", ir::kNone, shape::UniqueV2)
LS_TF_OP(UpperBound, "output", "out_type=int32", ir::kNone, shape::SameShapeAsSecond)
LS_TF_OP(Where, "index", "int64", ir::kNone, shape::Where)

}  // namespace litesmith::tf
