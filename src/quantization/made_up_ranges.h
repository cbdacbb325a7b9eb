// Ranges where samples were made up: what the model itself tells comes before what was seen.
#pragma once

#include "ir/module.h"
#include "quantization/parameters.h"

namespace litesmith::quantization {

// The range `seen` on made-up inputs, widened to what real ones may reach: the bounds of an activation
// function; for what goes into LOGISTIC or SOFTMAX, the scores that these tell apart; else a quarter more.
Range WidenMadeUp(const ir::Value& value, Range seen);

}  // namespace litesmith::quantization
