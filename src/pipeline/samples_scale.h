// Which numbers a network takes for a picture, by what it does with them.
#pragma once

#include <optional>

#include "ir/module.h"
#include "pipeline/samples.h"

namespace litesmith::pipeline {

// By the first ops of `input`: what scales by 1/255 or subtracts 127.5 takes pixels. Empty if they tell
// nothing.
std::optional<ValueRange> RangeByOps(const ir::Value& input);

// By the weights of a first convolution without such ops before it; rough. Empty if there is none.
std::optional<ValueRange> RangeByWeights(const ir::Value& input);

}  // namespace litesmith::pipeline
