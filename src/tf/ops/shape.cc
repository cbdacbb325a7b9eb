// Shapes as tensors, and tensors under other shapes.
#include "tf/shape_functions.h"

namespace litesmith::tf {

LS_TF_OP(BroadcastArgs, "r0", "T=int32", ir::kNone, shape::BroadcastArgs)
LS_TF_OP(BroadcastGradientArgs, "r0 r1", "T=int32 T=int32", ir::kNone, shape::VectorOutputs)
LS_TF_OP(BroadcastTo, "output", "T", ir::kNone, shape::BroadcastTo)
LS_TF_OP(ConcatOffset, "offset*N", "shape_type=int32", ir::kNone, shape::ConcatOffset)
LS_TF_OP(DataFormatDimMap, "y", "T=int32", ir::kNone, shape::SameShape)
LS_TF_OP(DataFormatVecPermute, "y", "T=int32", ir::kNone, shape::SameShape)
LS_TF_OP(EnsureShape, "output", "T", ir::kNone, shape::EnsureShape)
LS_TF_OP(ExpandDims, "output", "T", ir::kNone, shape::ExpandDims)
LS_TF_OP(InvertPermutation, "y", "T=int32", ir::kNone, shape::SameShape)
LS_TF_OP(Rank, "output", "int32", ir::kNone, shape::RankOf)
LS_TF_OP(Reshape, "output", "T", ir::kNone, shape::Reshape)
LS_TF_OP(Shape, "output", "out_type=int32", ir::kNone, shape::ShapeOf)
LS_TF_OP(ShapeN, "output*N", "out_type=int32", ir::kNone, shape::ShapeOf)
LS_TF_OP(Size, "output", "out_type=int32", ir::kNone, shape::SizeOf)
LS_TF_OP(Squeeze, "output", "T", ir::kNone, shape::Squeeze)
LS_TF_OP(TensorSummary, "summary", "string", ir::kNone, shape::ScalarOutput)
LS_TF_OP(UnravelIndex, "output", "Tidx=int32", ir::kNone, shape::UnravelIndex)
LS_TF_OP(VariableShape, "output", "out_type=int32", ir::kNotPure, shape::VariableShape)

}  // namespace litesmith::tf
