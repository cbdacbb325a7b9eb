// Activations and what goes with them.
#include "tf/shape_functions.h"

namespace litesmith::tf {

LS_TF_OP(ClipByValue, "output", "T", ir::kNone, shape::SameShape)
LS_TF_OP(Elu, "activations", "T", ir::kNone, shape::SameShape)
LS_TF_OP(EluGrad, "backprops", "T", ir::kNone, shape::SameShape)
LS_TF_OP(InvGrad, "z", "T", ir::kNone, shape::SameShape)
LS_TF_OP(LeakyRelu, "activations", "T=float32", ir::kNone, shape::SameShape)
LS_TF_OP(LeakyReluGrad, "backprops", "T=float32", ir::kNone, shape::SameShape)
LS_TF_OP(LogSoftmax, "logsoftmax", "T", ir::kNone, shape::SameShape)
LS_TF_OP(Prelu, "activations", "T=float32", ir::kNone, shape::SameShape)
LS_TF_OP(ReciprocalGrad, "z", "T", ir::kNone, shape::SameShape)
LS_TF_OP(Relu, "activations", "T", ir::kNone, shape::SameShape)
LS_TF_OP(Relu6, "activations", "T", ir::kNone, shape::SameShape)
LS_TF_OP(Relu6Grad, "backprops", "T", ir::kNone, shape::SameShape)
LS_TF_OP(ReluGrad, "backprops", "T", ir::kNone, shape::SameShape)
LS_TF_OP(RsqrtGrad, "z", "T", ir::kNone, shape::SameShape)
LS_TF_OP(Selu, "activations", "T", ir::kNone, shape::SameShape)
LS_TF_OP(SeluGrad, "backprops", "T", ir::kNone, shape::SameShape)
LS_TF_OP(Sigmoid, "y", "T", ir::kNone, shape::SameShape)
LS_TF_OP(SigmoidGrad, "z", "T", ir::kNone, shape::SameShape)
LS_TF_OP(Softmax, "softmax", "T", ir::kNone, shape::SameShape)
LS_TF_OP(Softplus, "activations", "T", ir::kNone, shape::SameShape)
LS_TF_OP(SoftplusGrad, "backprops", "T", ir::kNone, shape::SameShape)
LS_TF_OP(Softsign, "activations", "T", ir::kNone, shape::SameShape)
LS_TF_OP(SoftsignGrad, "backprops", "T", ir::kNone, shape::SameShape)
LS_TF_OP(SqrtGrad, "z", "T", ir::kNone, shape::SameShape)
LS_TF_OP(Tanh, "y", "T", ir::kNone, shape::SameShape)
LS_TF_OP(TanhGrad, "z", "T", ir::kNone, shape::SameShape)

}  // namespace litesmith::tf
