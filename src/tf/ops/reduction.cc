// Reductions along axes, and scans.
#include "tf/shape_functions.h"

namespace litesmith::tf {

LS_TF_OP(All, "output", "bool", ir::kNone, shape::Reduce)
LS_TF_OP(Any, "output", "bool", ir::kNone, shape::Reduce)
LS_TF_OP(ArgMax, "output", "output_type=int64", ir::kNone, shape::ArgMinMax)
LS_TF_OP(ArgMin, "output", "output_type=int64", ir::kNone, shape::ArgMinMax)
LS_TF_OP(Cumprod, "out", "T", ir::kNone, shape::SameShape)
LS_TF_OP(Cumsum, "out", "T", ir::kNone, shape::SameShape)
LS_TF_OP(CumulativeLogsumexp, "out", "T", ir::kNone, shape::SameShape)
LS_TF_OP(EuclideanNorm, "output", "T", ir::kNone, shape::Reduce)
LS_TF_OP(Max, "output", "T", ir::kNone, shape::ReduceMax)
LS_TF_OP(Mean, "output", "T", ir::kNone, shape::Reduce)
LS_TF_OP(Min, "output", "T", ir::kNone, shape::ReduceMin)
LS_TF_OP(Prod, "output", "T", ir::kNone, shape::ReduceProd)
LS_TF_OP(ReduceJoin, "output", "string", ir::kNone, shape::Reduce)
LS_TF_OP(Sum, "output", "T", ir::kNone, shape::ReduceSum)

}  // namespace litesmith::tf
