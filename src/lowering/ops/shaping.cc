// Ops that give the same elements another shape, and those that tell shapes.
#include <algorithm>

#include "lowering/indices.h"
#include "lowering/layout.h"

namespace litesmith::lowering {
LS_LOWER(Reshape) {
  LS_TRY(ir::Value * result, ReshapeTo(lower, lower.operand(0), lower.result_type(), AsInt32(lower, 1)));
  return lower.Replace(result);
}

LS_LOWER(ExpandDims) {
  const Shape& shape = lower.result_type().shape;
  if (shape.known()) {
    LS_TRY(ir::Value * result, ReshapeTo(lower, lower.operand(0), lower.result_type()));
    return lower.Replace(result);
  }
  return lower.Rename(tfl::EXPAND_DIMS);
}

LS_LOWER(Squeeze) {
  if (lower.result_type().shape.known()) {
    LS_TRY(ir::Value * result, ReshapeTo(lower, lower.operand(0), lower.result_type()));
    return lower.Replace(result);
  }
  return lower.Rename(tfl::SQUEEZE, {{"squeeze_dims", lower.attributes().Ints("squeeze_dims")}});
}

LS_LOWER(Shape) { return lower.Rename(tfl::SHAPE, {{"out_type", SchemaType(lower.result_type().dtype)}}); }
LS_LOWER(Rank) { return lower.Rename(tfl::RANK); }

LS_LOWER(Size) {
  const DType dtype = lower.result_type().dtype;
  const ir::Type dims{dtype, {lower.shape(0).ranked() ? Dim(lower.shape(0).rank()) : Dim()}, nullptr};
  ir::Value* shape = lower.Make(tfl::SHAPE, {lower.operand(0)}, dims, {{"out_type", SchemaType(dtype)}});
  return lower.Replace(lower.Make(tfl::REDUCE_PROD, {shape, lower.Int32s({0})}, {{"keep_dims", false}}));
}

LS_LOWER(Transpose) {
  return lower.Replace(lower.Make(tfl::TRANSPOSE, {lower.operand(0), AsInt32(lower, 1)}));
}

LS_LOWER(BroadcastTo) { return lower.Rename(tfl::BROADCAST_TO); }

LS_LOWER(Tile) { return lower.Rename(tfl::TILE); }

LS_LOWER(Fill) { return lower.Rename(tfl::FILL); }

LS_LOWER(Range) { return lower.Rename(tfl::RANGE); }

LS_LOWER(Pad) { return lower.Rename(tfl::PAD); }
LS_LOWER(PadV2) { return lower.Rename(tfl::PADV2); }

LS_LOWER(MirrorPad) {
  const bool symmetric = lower.attributes().Text("mode") == "SYMMETRIC";
  const auto mode = symmetric ? tfl::MirrorPadMode::kSymmetric : tfl::MirrorPadMode::kReflect;
  return lower.Rename(tfl::MIRROR_PAD, {{"mode", static_cast<int64_t>(mode)}});
}

}  // namespace litesmith::lowering
