// Elements moved between space, depth and batch, reversed, scattered, summed by segments.
#include "lowering/indices.h"

namespace litesmith::lowering {
namespace {

Result<void> WithBlockSize(Lowering& lower, const ir::OpDef& op) {
  if (lower.attributes().Text("data_format", "NHWC") != "NHWC")
    return lower.Refuse("its channels come first");
  return lower.Rename(op, {{"block_size", lower.attributes().Int("block_size")}});
}

// Block shapes, paddings and crops are int32 in TensorFlow Lite.
Result<void> WithBlocks(Lowering& lower, const ir::OpDef& op) {
  return lower.Replace(lower.Make(op, {lower.operand(0), AsInt32(lower, 1), AsInt32(lower, 2)}));
}

Result<void> Segments(Lowering& lower, const ir::OpDef& op) {
  return lower.Replace(lower.Make(op, {lower.operand(0), AsInt32(lower, 1), AsInt32(lower, 2)}));
}

}  // namespace

LS_LOWER(SpaceToDepth) { return WithBlockSize(lower, tfl::SPACE_TO_DEPTH); }
LS_LOWER(DepthToSpace) { return WithBlockSize(lower, tfl::DEPTH_TO_SPACE); }
LS_LOWER(SpaceToBatchND) { return WithBlocks(lower, tfl::SPACE_TO_BATCH_ND); }
LS_LOWER(BatchToSpaceND) { return WithBlocks(lower, tfl::BATCH_TO_SPACE_ND); }
LS_LOWER(ReverseV2) {
  return lower.Replace(lower.Make(tfl::REVERSE_V2, {lower.operand(0), AsInt32(lower, 1)}));
}

LS_LOWER(ReverseSequence) {
  return lower.Rename(tfl::REVERSE_SEQUENCE, {{"seq_dim", lower.attributes().Int("seq_dim")},
                                              {"batch_dim", lower.attributes().Int("batch_dim")}});
}

LS_LOWER(Cumsum) {
  return lower.Replace(lower.Make(tfl::CUMSUM, {lower.operand(0), AsInt32(lower, 1)},
                                  {{"exclusive", lower.attributes().Bool("exclusive")},
                                   {"reverse", lower.attributes().Bool("reverse")}}));
}

LS_LOWER(OneHot) { return lower.Rename(tfl::ONE_HOT, {{"axis", lower.attributes().Int("axis", -1)}}); }

LS_LOWER(ScatterNd) {
  return lower.Replace(lower.Make(tfl::SCATTER_ND, {AsInt32(lower, 0), lower.operand(1), AsInt32(lower, 2)}));
}

LS_LOWER(SegmentSum) {
  return lower.Replace(lower.Make(tfl::SEGMENT_SUM, {lower.operand(0), AsInt32(lower, 1)}));
}
LS_LOWER(UnsortedSegmentSum) { return Segments(lower, tfl::UNSORTED_SEGMENT_SUM); }
LS_LOWER(UnsortedSegmentProd) { return Segments(lower, tfl::UNSORTED_SEGMENT_PROD); }
LS_LOWER(UnsortedSegmentMax) { return Segments(lower, tfl::UNSORTED_SEGMENT_MAX); }
LS_LOWER(UnsortedSegmentMin) { return Segments(lower, tfl::UNSORTED_SEGMENT_MIN); }

LS_LOWER(Unique) {
  return lower.Rename(tfl::UNIQUE, {{"idx_out_type", SchemaType(lower.result_type(1).dtype)}});
}
LS_LOWER(SparseToDense) { return lower.Rename(tfl::SPARSE_TO_DENSE, {{"validate_indices", false}}); }
LS_LOWER(BroadcastArgs) { return lower.Rename(tfl::BROADCAST_ARGS); }
LS_LOWER(Bitcast) { return lower.Rename(tfl::BITCAST); }

}  // namespace litesmith::lowering
