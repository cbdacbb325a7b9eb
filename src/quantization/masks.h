// Scores beside a mask: attention pushes what it is to pass over far below all scores (it adds -1e9, or
// selects it), so that SOFTMAX makes zeros of it. One scale for both leaves the scores no steps.
#pragma once

#include <unordered_set>

#include "ir/module.h"
#include "quantization/plan.h"

namespace litesmith::quantization {

// Values of float32 that hold both. What gives or reads one is computed in float.
std::unordered_set<const ir::Value*> MaskedValues(const ir::Function& function, const RangeSource& ranges,
                                                  Mode mode);

}  // namespace litesmith::quantization
