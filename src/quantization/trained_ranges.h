// Ranges that training left in a graph as FAKE_QUANT ops (quantization-aware training).
#pragma once

#include <unordered_map>

#include "ir/module.h"
#include "quantization/parameters.h"

namespace litesmith::quantization {

using TrainedRanges = std::unordered_map<const ir::Value*, Range>;

bool HasTrainedRanges(const ir::Module& module);

// Takes FAKE_QUANT ops of 8 bits out of the module and gives the range of each as that of the value that it
// was put on. What moves or clips that value in the same layer (RESHAPE, RELU6) needs no range of its own: it
// shares it, or is observed.
TrainedRanges TakeTrainedRanges(ir::Module& module);

}  // namespace litesmith::quantization
