// Reductions along axes, and scans.
#include "tf/shape_functions.h"

namespace litesmith::tf {

LS_TF_OP(All, "output", "bool", ir::kNone, nullptr)
LS_TF_OP(Any, "output", "bool", ir::kNone, nullptr)
LS_TF_OP(ArgMax, "output", "output_type=int64", ir::kNone, nullptr)
LS_TF_OP(ArgMin, "output", "output_type=int64", ir::kNone, nullptr)
LS_TF_OP(Cumprod, "out", "T", ir::kNone, nullptr)
LS_TF_OP(Cumsum, "out", "T", ir::kNone, nullptr)
LS_TF_OP(CumulativeLogsumexp, "out", "T", ir::kNone, nullptr)
LS_TF_OP(EuclideanNorm, "output", "T", ir::kNone, nullptr)
LS_TF_OP(Max, "output", "T", ir::kNone, nullptr)
LS_TF_OP(Mean, "output", "T", ir::kNone, nullptr)
LS_TF_OP(Min, "output", "T", ir::kNone, nullptr)
LS_TF_OP(Prod, "output", "T", ir::kNone, nullptr)
LS_TF_OP(ReduceJoin, "output", "string", ir::kNone, nullptr)
LS_TF_OP(Sum, "output", "T", ir::kNone, nullptr)

}  // namespace litesmith::tf
