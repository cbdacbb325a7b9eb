// Reductions: the axes stay an operand, keep_dims becomes an option.
#include "lowering/lowering.h"

namespace litesmith::lowering {
namespace {

Result<void> Reduce(Lowering& lower, const ir::OpDef& op) {
  ir::Value* axes = lower.operand(1);
  if (const Tensor* constant = lower.constant(1); constant != nullptr && constant->dtype() != DType::kInt32) {
    axes = lower.Int32s(*constant->ToInt64());
  } else if (axes->type.dtype != DType::kInt32) {
    axes = lower.Make(tfl::CAST, {axes}, {DType::kInt32, axes->type.shape, nullptr});
  }
  return lower.Replace(
      lower.Make(op, {lower.operand(0), axes}, {{"keep_dims", lower.attributes().Bool("keep_dims")}}));
}

// ARG_MAX and ARG_MIN take one axis, int32.
Result<void> Argument(Lowering& lower, const ir::OpDef& op) {
  ir::Value* axis = lower.operand(1);
  if (const Tensor* constant = lower.constant(1)) axis = lower.Int32(constant->ToInt64()->front());
  const bool wide = lower.result_type().dtype == DType::kInt64;
  return lower.Replace(
      lower.Make(op, {lower.operand(0), axis}, {{"output_type", int64_t{wide ? 4 : 2}}}));  // INT64, INT32
}

}  // namespace

LS_LOWER(Sum) { return Reduce(lower, tfl::SUM); }
LS_LOWER(Mean) { return Reduce(lower, tfl::MEAN); }
LS_LOWER(Max) { return Reduce(lower, tfl::REDUCE_MAX); }
LS_LOWER(Min) { return Reduce(lower, tfl::REDUCE_MIN); }
LS_LOWER(Prod) { return Reduce(lower, tfl::REDUCE_PROD); }
LS_LOWER(Any) { return Reduce(lower, tfl::REDUCE_ANY); }
LS_LOWER(All) { return Reduce(lower, tfl::REDUCE_ALL); }
LS_LOWER(ArgMax) { return Argument(lower, tfl::ARG_MAX); }
LS_LOWER(ArgMin) { return Argument(lower, tfl::ARG_MIN); }

}  // namespace litesmith::lowering
