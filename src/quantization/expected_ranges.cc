#include "quantization/expected_ranges.h"

#include <cmath>
#include <numbers>
#include <optional>

#include "quantization/views.h"
#include "tfl/ops.h"

namespace litesmith::quantization {
namespace {

// Beyond, a sigmoid is within 0.0003 of its ends.
constexpr float kLogit = 8;
constexpr float kMargin = 1.25f;
// Ops between a layer and what reads its result that only move elements.
constexpr int kLookAhead = 4;

bool BecomesScore(const ir::Value& value, int depth) {
  for (const ir::Use& use : value.uses()) {
    const ir::Node& user = *use.user;
    if (user.Is(tfl::LOGISTIC) || user.Is(tfl::SOFTMAX)) return true;
    const bool moves = user.Is(tfl::RESHAPE) || user.Is(tfl::CONCATENATION) || user.Is(tfl::TRANSPOSE) ||
                       user.Is(tfl::SQUEEZE) || user.Is(tfl::EXPAND_DIMS);
    if (moves && depth > 0 && BecomesScore(*user.output(0), depth - 1)) return true;
  }
  return false;
}

std::optional<Range> BoundsOf(const ir::Value& value) {
  const ir::Node* node = value.node();
  if (node == nullptr) return std::nullopt;
  const auto activation = static_cast<tfl::Activation>(node->attributes.Int("fused_activation_function"));
  if (activation == tfl::Activation::kRelu6 || node->Is(tfl::RELU6)) return Range{0, 6};
  if (activation == tfl::Activation::kReluN1To1 || node->Is(tfl::RELU_N1_TO_1)) return Range{-1, 1};
  return std::nullopt;
}

// By how much the largest of a number of samples grows when they become twice as many. Extremes of many
// numbers follow Gumbel's distribution, whose scale is sqrt(6) / pi standard deviations; the largest of n
// grows by the scale times ln n (Coles 2001, An Introduction to Statistical Modeling of Extreme Values,
// section 3.1).
float Growth(const std::array<float, Observed::kBlocks>& extremes) {
  constexpr double kDoubled = std::numbers::ln2 * 0.7796968;
  double sum = 0, squares = 0, count = 0;
  for (const float extreme : extremes) {
    if (!std::isfinite(extreme)) continue;  // no sample came into this block
    sum += static_cast<double>(extreme);
    squares += static_cast<double>(extreme) * static_cast<double>(extreme);
    ++count;
  }
  if (count < 2) return 0;
  const double variance = (squares - sum * sum / count) / (count - 1);
  return static_cast<float>(kDoubled * std::sqrt(std::max(variance, 0.0)));
}

}  // namespace

Range ExpectedRange(const ir::Value& value, const Observed& observed, bool made_up) {
  Range range = observed.range();
  if (value.is_parameter() && (made_up || IsPicture(value.type.dtype, value.type.shape))) return range;
  const std::optional<Range> bounds = BoundsOf(value);
  if (made_up) {
    if (bounds) return *bounds;
    if (BecomesScore(value, kLookAhead)) range.Include({-kLogit, kLogit});
    return {range.min * kMargin, range.max * kMargin};
  }
  // An end at zero is one that the op makes (RELU).
  if (range.min < 0) range.min -= Growth(observed.lows);
  if (range.max > 0) range.max += Growth(observed.highs);
  if (!bounds) return range;
  return {std::max(range.min, bounds->min), std::min(range.max, bounds->max)};
}

}  // namespace litesmith::quantization
