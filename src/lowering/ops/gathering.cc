// Parts of a tensor by indices, and orders.
#include "lowering/broadcast.h"
#include "lowering/indices.h"

namespace litesmith::lowering {
namespace {

Result<void> GatherAlong(Lowering& lower, int64_t axis, int64_t batch_dims) {
  LS_TRY(const int64_t along, ConstantAxis(lower, axis, lower.shape(0)));
  LS_TRY(const int64_t batch,
         batch_dims == 0 ? Result<int64_t>(0) : ConstantAxis(lower, batch_dims, lower.shape(1)));
  return lower.Replace(lower.Make(tfl::GATHER, {lower.operand(0), lower.operand(1)},
                                  {{"axis", along}, {"batch_dims", batch}}));
}

// A tensor of the operand's shape with the updates where the indices say, zero elsewhere; those of one place
// are added up.
ir::Value* Scattered(Lowering& lower, ir::Value* updates) {
  const Shape& shape = lower.shape(0);
  const ir::Type vector{DType::kInt32, {shape.ranked() ? Dim(shape.rank()) : Dim()}, nullptr};
  ir::Value* dims = shape.known() ? lower.Int32s(shape.known_dims())
                                  : lower.Make(tfl::SHAPE, {lower.operand(0)}, vector,
                                               {{"out_type", SchemaType(DType::kInt32)}});
  return lower.Make(tfl::SCATTER_ND, {AsInt32(lower, 1), updates, dims},
                    {updates->type.dtype, shape, nullptr});
}

// The updates where there are any, else the operand. What wins of several for one place is not defined in
// TensorFlow; here they would add up.
Result<void> ReplaceWhereScattered(Lowering& lower) {
  const Shape& updates = lower.shape(2);
  if (!updates.known()) return lower.Report(Code::kShapeUnknown, "the shape of its updates is not known");
  ir::Value* ones = lower.Make(tfl::FILL, {lower.Int32s(updates.known_dims()), lower.Int32(1)},
                               {DType::kInt32, updates, nullptr});
  ir::Value* hits = Scattered(lower, ones);
  ir::Value* hit = lower.Make(tfl::GREATER, {hits, lower.Int32(0)}, {DType::kBool, lower.shape(0), nullptr});
  return lower.Replace(lower.Make(tfl::SELECT, {hit, Scattered(lower, lower.operand(2)), lower.operand(0)}));
}

}  // namespace

LS_LOWER(TensorScatterUpdate) { return ReplaceWhereScattered(lower); }
LS_LOWER(TensorScatterAdd) {
  return lower.Replace(
      lower.Make(tfl::ADD, {lower.operand(0), Scattered(lower, lower.operand(2))}, NoActivation()));
}
LS_LOWER(TensorScatterSub) {
  return lower.Replace(
      lower.Make(tfl::SUB, {lower.operand(0), Scattered(lower, lower.operand(2))}, NoActivation()));
}

LS_LOWER(Gather) { return GatherAlong(lower, 0, 0); }

LS_LOWER(GatherV2) {
  const auto axis = ConstantInts(lower, 2);
  if (!axis || axis->size() != 1) {
    return lower.Report(Code::kLoweringRefused,
                        "its axis is computed at run time; TensorFlow Lite wants it in the file");
  }
  return GatherAlong(lower, axis->front(), lower.attributes().Int("batch_dims"));
}

LS_LOWER(GatherNd) { return lower.Rename(tfl::GATHER_ND); }
LS_LOWER(Where) { return lower.Rename(tfl::WHERE); }

LS_LOWER(TopKV2) {
  if (lower.result_type(1).dtype != DType::kInt32) return lower.Refuse("its indices are not int32");
  return lower.Rename(tfl::TOPK_V2);
}

}  // namespace litesmith::lowering
