// Ops whose operands are broadcast: TensorFlow's go up to any rank, TensorFlow Lite's kernels to a rank of
// their own.
#pragma once

#include "lowering/lowering.h"

namespace litesmith::lowering {

// Replaces the node by `op` on its operands. Where they have different shapes and the result's rank exceeds
// `highest_rank` (what the official runtime's kernel broadcasts itself), the operands are broadcast by
// BROADCAST_TO first.
Result<void> LowerBroadcast(Lowering& lower, const ir::OpDef& op, int highest_rank,
                            Attributes attributes = {});

// Options of ADD, SUB, MUL and DIV without a fused activation.
inline Attributes NoActivation() { return {{"fused_activation_function", int64_t{0}}}; }

}  // namespace litesmith::lowering
