#include "quantization/trained_ranges.h"

#include <algorithm>
#include <cmath>

#include "tfl/ops.h"

namespace litesmith::quantization {
namespace {

bool IsTrained(const ir::Node& node) {
  return node.Is(tfl::FAKE_QUANT) && node.attributes.Int("num_bits", 8) == 8 && node.operand(0) != nullptr &&
         node.operand(0)->constant() == nullptr;
}

// Moved so that zero is one of its 255 steps, as the op does it (TensorFlow's fake_quant_ops_functor.h).
Range Nudged(const Range& range) {
  const float step = range.width() / 255;
  if (!(step > 0)) return range;
  const float zero = std::clamp(std::round(-range.min / step), 0.0f, 255.0f);
  return {-zero * step, (255 - zero) * step};
}

}  // namespace

bool HasTrainedRanges(const ir::Module& module) {
  for (const auto& function : module.functions()) {
    for (const ir::Node& node : function->nodes()) {
      if (IsTrained(node)) return true;
    }
  }
  return false;
}

TrainedRanges TakeTrainedRanges(ir::Module& module) {
  TrainedRanges ranges;
  for (const auto& function : module.functions()) {
    for (ir::Node& node : function->nodes()) {
      if (!IsTrained(node)) continue;
      ir::Value* value = node.operand(0);
      const Range range = Nudged({node.attributes.Float("min"), node.attributes.Float("max")});
      const auto [entry, added] = ranges.emplace(value, range);
      if (!added) entry->second.Include(range);  // two on one value: both must fit
      if (value->name.empty()) value->name = node.output(0)->name;
      node.output(0)->ReplaceAllUsesWith(value);
    }
    function->EraseDeadNodes();
  }
  return ranges;
}

}  // namespace litesmith::quantization
