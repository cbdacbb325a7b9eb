// From what samples showed of a tensor to what it will hold for other inputs.
#pragma once

#include "ir/module.h"
#include "quantization/observations.h"

namespace litesmith::quantization {

// Everything that occurred, and what twice as many samples can be expected to show, within the bounds of the
// activation that makes it. Ranges narrower than what occurred (percentiles, least squared error) were tried:
// what they clip costs more on other inputs than finer steps bring. `made_up`: samples with random contents
// miss the extremes of real ones by more.
Range ExpectedRange(const ir::Value& value, const Observed& observed, bool made_up);

}  // namespace litesmith::quantization
