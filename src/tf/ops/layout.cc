// Moving elements: joining, cutting, padding, turning.
#include "tf/shape_functions.h"

namespace litesmith::tf {

LS_TF_OP(BatchToSpace, "output", "T", ir::kNone, nullptr)
LS_TF_OP(BatchToSpaceND, "output", "T", ir::kNone, nullptr)
LS_TF_OP(Concat, "output", "T", ir::kNone, nullptr)
LS_TF_OP(ConcatV2, "output", "T", ir::kNone, nullptr)
LS_TF_OP(DepthToSpace, "output", "T", ir::kNone, nullptr)
LS_TF_OP(MirrorPad, "output", "T", ir::kNone, nullptr)
LS_TF_OP(MirrorPadGrad, "output", "T", ir::kNone, nullptr)
LS_TF_OP(Pack, "output", "T", ir::kNone, nullptr)
LS_TF_OP(Pad, "output", "T", ir::kNone, nullptr)
LS_TF_OP(PadV2, "output", "T", ir::kNone, nullptr)
LS_TF_OP(ParallelConcat, "output", "T", ir::kNone, nullptr)
LS_TF_OP(Reverse, "output", "T", ir::kNone, nullptr)
LS_TF_OP(ReverseSequence, "output", "T", ir::kNone, nullptr)
LS_TF_OP(ReverseV2, "output", "T", ir::kNone, nullptr)
LS_TF_OP(Roll, "output", "T", ir::kNone, nullptr)
LS_TF_OP(Slice, "output", "T", ir::kNone, nullptr)
LS_TF_OP(SpaceToBatch, "output", "T", ir::kNone, nullptr)
LS_TF_OP(SpaceToBatchND, "output", "T", ir::kNone, nullptr)
LS_TF_OP(SpaceToDepth, "output", "T", ir::kNone, nullptr)
LS_TF_OP(Split, "output*num_split", "T", ir::kNone, nullptr)
LS_TF_OP(SplitV, "output*num_split", "T", ir::kNone, nullptr)
LS_TF_OP(StridedSlice, "output", "T", ir::kNone, nullptr)
LS_TF_OP(StridedSliceGrad, "output", "T", ir::kNone, nullptr)
LS_TF_OP(TensorStridedSliceUpdate, "output", "T", ir::kNone, nullptr)
LS_TF_OP(Tile, "output", "T", ir::kNone, nullptr)
LS_TF_OP(TileGrad, "output", "T", ir::kNone, nullptr)
LS_TF_OP(Transpose, "y", "T", ir::kNone, nullptr)
LS_TF_OP(Unpack, "output*num", "T", ir::kNone, nullptr)

}  // namespace litesmith::tf
