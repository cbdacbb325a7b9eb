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

// The last `shift` places along each axis come first.
LS_LOWER(Roll) {
  const auto shifts = ConstantInts(lower, 1), axes = ConstantInts(lower, 2);
  const Shape& shape = lower.shape(0);
  if (!shifts || !axes || shifts->size() != axes->size())
    return lower.Refuse("how far or along which axis it moves is computed at run time");
  ir::Value* value = lower.operand(0);
  for (size_t i = 0; i < axes->size(); ++i) {
    LS_TRY(const int64_t axis, ConstantAxis(lower, (*axes)[i], shape));
    if (!shape.ranked() || !shape[static_cast<int>(axis)].known())
      return lower.Report(Code::kShapeUnknown, fmt::format("the size of its axis {} is not known", axis));
    const int64_t size = shape[static_cast<int>(axis)].value();
    const int64_t shift = size == 0 ? 0 : ((*shifts)[i] % size + size) % size;
    if (shift == 0) continue;
    const auto part = [&](int64_t begin, int64_t length) {
      std::vector<int64_t> begins(static_cast<size_t>(shape.rank()), 0);
      std::vector<int64_t> sizes(begins.size(), -1);
      begins[static_cast<size_t>(axis)] = begin;
      sizes[static_cast<size_t>(axis)] = length;
      Shape cut = shape;
      cut[static_cast<int>(axis)] = Dim(length);
      return lower.Make(tfl::SLICE, {value, lower.Int32s(begins), lower.Int32s(sizes)},
                        {lower.dtype(0), cut, nullptr});
    };
    value = lower.Make(tfl::CONCATENATION, {part(size - shift, shift), part(0, size - shift)},
                       {{"axis", axis}, {"fused_activation_function", int64_t{0}}});
  }
  return lower.Replace(value);
}

// How often each number below `size` occurs, or whether it does: operands are numbers, size, weights.
LS_LOWER(DenseBincount) {
  const auto size = ConstantInts(lower, 1);
  const Shape& shape = lower.shape(0);
  const DType dtype = lower.result_type().dtype;
  if (!size || size->size() != 1) return lower.Refuse("its size is computed at run time");
  if (lower.shape(2).elements() != 0) return lower.Refuse("its numbers have weights");
  if (shape.rank() < 1 || shape.rank() > 2)
    return lower.Report(Code::kShapeUnknown, "the rank of its operand is not known");
  Tensor one = Tensor::Zeros(dtype, {});
  if (dtype == DType::kFloat32) {
    one.mutable_data<float>()[0] = 1;
  } else if (dtype == DType::kInt32) {
    one.mutable_data<int32_t>()[0] = 1;
  } else {
    return lower.Refuse("it counts in {}", NameOf(dtype));
  }
  std::vector<Dim> dims = shape.dims();
  dims.emplace_back(size->front());
  ir::Value* rows = lower.Make(tfl::ONE_HOT,
                               {lower.operand(0), lower.Int32(size->front()), lower.Constant(std::move(one)),
                                lower.Constant(Tensor::Zeros(dtype, {}))},
                               {dtype, Shape(std::move(dims)), nullptr}, {{"axis", int64_t{-1}}});
  return lower.Replace(lower.Make(lower.attributes().Bool("binary_output") ? tfl::REDUCE_MAX : tfl::SUM,
                                  {rows, lower.Int32s({shape.rank() - 1})}, {{"keep_dims", false}}));
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
