// Parts of a tensor by indices, and orders.
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

}  // namespace

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
