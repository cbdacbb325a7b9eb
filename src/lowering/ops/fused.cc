// What TensorFlow's optimizer and TensorFlow.js' converter put together.
#include "lowering/lowering.h"

namespace litesmith::lowering {
namespace {

// Those of known steps were taken apart long before (passes/split_fused_ops.cc).
Failed RefuseFused(Lowering& lower) {
  const auto steps = lower.attributes().Get<std::vector<std::string>>("fused_ops");
  return lower.Report(
      Code::kLoweringRefused,
      fmt::format("it stands for several ops in one, of which the first is followed by {}, with {} operands",
                  steps.empty() ? std::string("no others") : fmt::format("{}", fmt::join(steps, ", ")),
                  lower.node().operand_count()),
      "export the model without TensorFlow's optimizer (grappler), as a SavedModel");
}

}  // namespace

LS_LOWER(FusedConv2D) { return RefuseFused(lower); }
LS_LOWER(FusedDepthwiseConv2dNative) { return RefuseFused(lower); }
LS_LOWER(FusedMatMul) { return RefuseFused(lower); }
LS_LOWER(Prelu) { return lower.Rename(tfl::PRELU); }

}  // namespace litesmith::lowering
