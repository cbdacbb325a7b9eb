// Numbers that lie on a grid of few steps already: weights from quantization-aware training, small whole
// numbers. Integers of such a grid stand for them exactly.
#pragma once

#include <optional>
#include <span>

namespace litesmith::quantization {

// How many steps a grid has below and above zero, and in all, at most.
struct GridSize {
  int below, above, all;
};

// The finest step of which every number is a whole multiple, up to a thousandth of it, so that the numbers
// take no more steps than `size` has. Empty: there is none, or all numbers are zero.
std::optional<float> StepOf(std::span<const float> values, const GridSize& size);

}  // namespace litesmith::quantization
