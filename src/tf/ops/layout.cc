// Moving elements: joining, cutting, padding, turning.
#include "tf/shape_functions.h"

namespace litesmith::tf {

LS_TF_OP(BatchToSpace, "output", "T", ir::kNone, shape::BatchToSpace)
LS_TF_OP(BatchToSpaceND, "output", "T", ir::kNone, shape::BatchToSpaceND)
LS_TF_OP(Concat, "output", "T", ir::kNone, shape::Concat)
LS_TF_OP(ConcatV2, "output", "T", ir::kNone, shape::ConcatV2)
LS_TF_OP(DepthToSpace, "output", "T", ir::kNone, shape::DepthToSpace)
LS_TF_OP(MirrorPad, "output", "T", ir::kNone, shape::Pad)
LS_TF_OP(MirrorPadGrad, "output", "T", ir::kNone, shape::MirrorPadGrad)
LS_TF_OP(Pack, "output", "T", ir::kNone, shape::Pack)
LS_TF_OP(Pad, "output", "T", ir::kNone, shape::Pad)
LS_TF_OP(PadV2, "output", "T", ir::kNone, shape::Pad)
LS_TF_OP(ParallelConcat, "output", "T", ir::kNone, shape::ParallelConcat)
LS_TF_OP(Reverse, "output", "T", ir::kNone, shape::SameShape)
LS_TF_OP(ReverseSequence, "output", "T", ir::kNone, shape::SameShape)
LS_TF_OP(ReverseV2, "output", "T", ir::kNone, shape::ReverseV2)
LS_TF_OP(Roll, "output", "T", ir::kNone, shape::SameShape)
LS_TF_OP(Slice, "output", "T", ir::kNone, shape::Slice)
LS_TF_OP(SpaceToBatch, "output", "T", ir::kNone, shape::SpaceToBatch)
LS_TF_OP(SpaceToBatchND, "output", "T", ir::kNone, shape::SpaceToBatchND)
LS_TF_OP(SpaceToDepth, "output", "T", ir::kNone, shape::SpaceToDepth)
LS_TF_OP(Split, "output*num_split", "T", ir::kNone, shape::Split)
LS_TF_OP(SplitV, "output*num_split", "T", ir::kNone, shape::SplitV)
LS_TF_OP(StridedSlice, "output", "T", ir::kNone, shape::StridedSlice)
LS_TF_OP(StridedSliceGrad, "output", "T", ir::kNone, shape::ShapeFromOperand)
LS_TF_OP(TensorStridedSliceUpdate, "output", "T", ir::kNone, shape::SameShape)
LS_TF_OP(Tile, "output", "T", ir::kNone, shape::Tile)
LS_TF_OP(TileGrad, "output", "T", ir::kNone, nullptr)
LS_TF_OP(Transpose, "y", "T", ir::kNone, shape::Transpose)
LS_TF_OP(Unpack, "output*num", "T", ir::kNone, shape::Unpack)

}  // namespace litesmith::tf
