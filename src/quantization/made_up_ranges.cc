#include "quantization/made_up_ranges.h"

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

}  // namespace

Range WidenMadeUp(const ir::Value& value, Range seen) {
  const ir::Node* node = value.node();
  if (node != nullptr) {
    const auto activation = static_cast<tfl::Activation>(node->attributes.Int("fused_activation_function"));
    if (activation == tfl::Activation::kRelu6 || node->Is(tfl::RELU6)) return {0, 6};
    if (activation == tfl::Activation::kReluN1To1 || node->Is(tfl::RELU_N1_TO_1)) return {-1, 1};
  } else {
    return seen;  // the model's own input
  }
  if (BecomesScore(value, kLookAhead)) seen.Include({-kLogit, kLogit});
  return {seen.min * kMargin, seen.max * kMargin};
}

}  // namespace litesmith::quantization
