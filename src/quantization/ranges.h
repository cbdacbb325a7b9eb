// From what was observed of a tensor to the range that its integers are to cover.
#pragma once

#include "quantization/observations.h"
#include "quantization/options.h"

namespace litesmith::quantization {

enum class RangeMethod : uint8_t {
  kMinMax,      // everything that occurred
  kLeastError,  // least squared error, clipping and rounding together (OCTAV)
};

std::string_view NameOf(RangeMethod method);

// Leaving out a fixed part of the elements (percentiles) was tried and never paid: what it clips differs by
// tensor. Every method keeps within min and max and holds 0.
Range ChooseRange(const Observed& observed, RangeMethod method, Mode mode);

}  // namespace litesmith::quantization
