// Pooling over windows.
#include "tf/shape_functions.h"

namespace litesmith::tf {

LS_TF_OP(AvgPool, "output", "T", ir::kNone, shape::Pool)
LS_TF_OP(AvgPool3D, "output", "T", ir::kNone, shape::Pool)
LS_TF_OP(AvgPool3DGrad, "output", "T", ir::kNone, shape::ShapeFromFirst)
LS_TF_OP(AvgPoolGrad, "output", "T", ir::kNone, shape::ShapeFromFirst)
LS_TF_OP(FractionalAvgPool, "output row_pooling_sequence col_pooling_sequence", "T int64 int64", ir::kNone,
         shape::FractionalPool)
LS_TF_OP(FractionalMaxPool, "output row_pooling_sequence col_pooling_sequence", "T int64 int64", ir::kNone,
         shape::FractionalPool)
LS_TF_OP(MaxPool, "output", "T=float32", ir::kNone, shape::Pool)
LS_TF_OP(MaxPool3D, "output", "T", ir::kNone, shape::Pool)
LS_TF_OP(MaxPool3DGrad, "output", "T=float32", ir::kNone, shape::SameShape)
LS_TF_OP(MaxPoolGrad, "output", "T=float32", ir::kNone, shape::SameShape)
LS_TF_OP(MaxPoolGradV2, "output", "T=float32", ir::kNone, shape::SameShape)
LS_TF_OP(MaxPoolV2, "output", "T=float32", ir::kNone, shape::MaxPoolV2)
LS_TF_OP(MaxPoolWithArgmax, "output argmax", "T Targmax=int64", ir::kNone, shape::Pool)
LS_TF_OP(NthElement, "values", "T", ir::kNone, shape::NthElement)

}  // namespace litesmith::tf
