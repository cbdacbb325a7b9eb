#include "quantization/masks.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>
#include <utility>

#include "quantization/rules.h"
#include "tfl/ops.h"

namespace litesmith::quantization {
namespace {

// So many times wider than the scores is a mask that leaves them 16 steps of int8, or 256 of int16, at most.
float FarFactor(Mode mode) { return mode == Mode::kInt16x8 ? 128.0f : 16.0f; }
// A factor from here on is one of a mask: no score is multiplied by it.
constexpr float kMaskFactor = 1000;
// Ops between the mask and the SOFTMAX that are looked at.
constexpr size_t kLookAhead = 32;

bool Normalizes(const ir::Node& node) {
  return node.Is(tfl::SOFTMAX) || node.Is(tfl::LOG_SOFTMAX) || node.Is(tfl::EXP);
}

bool Selects(const ir::Node& node) { return node.Is(tfl::SELECT) || node.Is(tfl::SELECT_V2); }

// Adds or moves, so that a mask in it is one in its result.
bool Keeps(const ir::Node& node, Mode mode) {
  const Rule* rule = RuleOf(node, mode);
  return node.Is(tfl::ADD) || node.Is(tfl::SUB) || (rule != nullptr && rule->scales == Scales::kSame);
}

class Finder {
 public:
  Finder(const ir::Function& function, const RangeSource& ranges, Mode mode)
      : function_(function), ranges_(ranges), mode_(mode) {}

  std::unordered_set<const ir::Value*> Find() {
    for (const ir::Node& node : function_.nodes()) {
      if (node.op().dialect != ir::Dialect::kTfl || node.output_count() == 0) continue;
      if (PutsMask(node) || PassesOn(node)) masked_.insert(node.output(0));
    }
    return std::move(masked_);
  }

 private:
  std::optional<Range> RangeOfValue(const ir::Value* value) const {
    if (value == nullptr || value->type.dtype != DType::kFloat32) return std::nullopt;
    const Tensor* constant = value->constant();
    return constant != nullptr ? std::optional(RangeOf(*constant)) : ranges_(*value);
  }

  // What a mask may reach, whether or not a sample used it: (1 - mask) * -1e9.
  std::optional<Range> Reach(const ir::Value* value) const {
    auto range = RangeOfValue(value);
    const ir::Node* node = value != nullptr ? value->node() : nullptr;
    for (size_t i = 0; range && node != nullptr && node->Is(tfl::MUL) && i < 2; ++i) {
      const Tensor* factor = node->constant_operand(i);
      if (factor == nullptr || factor->dtype() != DType::kFloat32 || factor->elements() != 1) continue;
      const float far = factor->data<float>()[0];
      if (std::fabs(far) >= kMaskFactor && std::isfinite(far)) range->Include({far, far});
    }
    return range;
  }

  bool PutsMask(const ir::Node& node) const {
    const bool adds = node.Is(tfl::ADD) || node.Is(tfl::SUB);
    if (!adds && !Selects(node)) return false;
    const size_t first = adds ? 0 : 1;
    if (node.operand_count() < first + 2) return false;
    const auto one = Reach(node.operand(first)), other = Reach(node.operand(first + 1));
    if (!one || !other) return false;
    const auto [narrow, wide] = std::minmax({one->width(), other->width()});
    return narrow > 0 && wide > FarFactor(mode_) * narrow && LeadsToSoftmax(*node.output(0));
  }

  bool LeadsToSoftmax(const ir::Value& value) const {
    std::deque<const ir::Value*> pending = {&value};
    for (size_t seen = 0; !pending.empty() && seen < kLookAhead; ++seen) {
      const ir::Value* next = pending.front();
      pending.pop_front();
      for (const ir::Use& use : next->uses()) {
        if (Normalizes(*use.user)) return true;
        if (Keeps(*use.user, mode_)) pending.push_back(use.user->output(0));
      }
    }
    return false;
  }

  bool PassesOn(const ir::Node& node) const {
    if (!Keeps(node, mode_)) return false;
    for (size_t i = 0; i < node.operand_count(); ++i) {
      const ir::Value* operand = node.operand(i);
      if (operand == nullptr || !masked_.contains(operand)) continue;
      // The largest score of each row is a score again.
      const auto before = ranges_(*operand), after = RangeOfValue(node.output(0));
      return !before || !after || after->width() * FarFactor(mode_) > before->width();
    }
    return false;
  }

  const ir::Function& function_;
  const RangeSource& ranges_;
  const Mode mode_;
  std::unordered_set<const ir::Value*> masked_;
};

}  // namespace

std::unordered_set<const ir::Value*> MaskedValues(const ir::Function& function, const RangeSource& ranges,
                                                  Mode mode) {
  return Finder(function, ranges, mode).Find();
}

}  // namespace litesmith::quantization
