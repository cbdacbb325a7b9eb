// Tensors from nothing, and tensors that pass through.
#include "tf/shape_functions.h"

namespace litesmith::tf {

LS_TF_OP(Bitcast, "output", "type", ir::kNone, shape::Bitcast)
LS_TF_OP(CheckNumerics, "output", "T", ir::kNotPure, shape::SameShape)
LS_TF_OP(CheckNumericsV2, "output", "T", ir::kNotPure, shape::SameShape)
LS_TF_OP(Const, "output", "dtype", ir::kNone, shape::Constant)
LS_TF_OP(Copy, "output", "T", ir::kNone, shape::SameShape)
LS_TF_OP(CopyHost, "output", "T", ir::kNone, shape::SameShape)
LS_TF_OP(DebugIdentity, "output", "T", ir::kNone, shape::SameShapeAndValue)
LS_TF_OP(DebugIdentityV2, "output", "T", ir::kNotPure, shape::SameShapeAndValue)
LS_TF_OP(DebugIdentityV3, "output", "T", ir::kNotPure, shape::SameShapeAndValue)
LS_TF_OP(DeepCopy, "y", "T", ir::kNotPure, shape::SameShape)
LS_TF_OP(Dequantize, "output", "dtype=float32", ir::kNone, shape::SameShape)
LS_TF_OP(Empty, "output", "dtype", ir::kNotPure, shape::Fill)
LS_TF_OP(FakeParam, "output", "dtype", ir::kNotPure, shape::ShapeFromAttribute)
LS_TF_OP(Fill, "output", "T", ir::kNone, shape::Fill)
LS_TF_OP(GuaranteeConst, "output", "T", ir::kNotPure, shape::SameShapeAndValue)
LS_TF_OP(HostConst, "output", "dtype", ir::kNone, shape::Constant)
LS_TF_OP(Identity, "output", "T", ir::kNone, shape::SameShapeAndValue)
LS_TF_OP(IdentityN, "output*T", "T", ir::kNone, shape::EachSameShape)
LS_TF_OP(ImmutableConst, "tensor", "dtype", ir::kNotPure, shape::ShapeFromAttribute)
LS_TF_OP(LinSpace, "output", "T", ir::kNone, shape::LinSpace)
LS_TF_OP(OneHot, "output", "T", ir::kNone, shape::OneHot)
LS_TF_OP(Placeholder, "output", "dtype", ir::kNotPure, shape::Placeholder)
LS_TF_OP(PlaceholderV2, "output", "dtype", ir::kNotPure, shape::ShapeFromAttribute)
LS_TF_OP(PlaceholderWithDefault, "output", "dtype", ir::kNotPure, shape::PlaceholderWithDefault)
LS_TF_OP(PreventGradient, "output", "T", ir::kNone, shape::SameShape)
LS_TF_OP(Range, "output", "Tidx=int32", ir::kNone, shape::Range)
LS_TF_OP(RefIdentity, "output", "T", ir::kNone, shape::SameShape)
LS_TF_OP(Snapshot, "output", "T", ir::kNone, shape::SameShapeAndValue)
LS_TF_OP(StopGradient, "output", "T", ir::kNone, shape::SameShapeAndValue)

}  // namespace litesmith::tf
