// From what was observed of a tensor to the range that its integers are to cover.
#pragma once

#include "quantization/observations.h"
#include "quantization/options.h"

namespace litesmith::quantization {

enum class RangeMethod : uint8_t {
  kMinMax,      // everything that occurred
  kPercentile,  // all but 1 in 10,000 elements at either end
  kLeastError,  // least squared error, clipping and rounding together (OCTAV)
};

std::string_view NameOf(RangeMethod method);

// Every method keeps within min and max and holds 0.
Range ChooseRange(const Observed& observed, RangeMethod method, Mode mode);

}  // namespace litesmith::quantization
