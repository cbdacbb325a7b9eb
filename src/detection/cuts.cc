#include "detection/cuts.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "evaluate/evaluate.h"

namespace litesmith::detection {

Order::Order(const ir::Function& function) {
  size_t position = 1;
  for (const ir::Node& node : function.nodes()) positions_[&node] = position++;
}

size_t Order::of(const ir::Value* value) const {
  if (value->node() == nullptr) return 0;
  const auto found = positions_.find(value->node());
  return found != positions_.end() ? found->second : 0;
}

std::vector<ir::Value*> SingleCuts(std::span<ir::Value* const> targets, const Order& order,
                                   const std::function<bool(const ir::Value&)>& stop) {
  // The latest value of the frontier is replaced by its operands until one value is left: all paths pass
  // through it.
  const auto later = [&](const ir::Value* a, const ir::Value* b) {
    return std::make_tuple(order.of(a), a->index(), a) > std::make_tuple(order.of(b), b->index(), b);
  };
  std::set<ir::Value*, decltype(later)> frontier(later);
  for (ir::Value* target : targets) {
    if (target->constant() == nullptr) frontier.insert(target);
  }
  std::vector<ir::Value*> cuts;
  while (!frontier.empty()) {
    if (frontier.size() == 1) {
      if (stop(**frontier.begin())) return cuts;
      cuts.push_back(*frontier.begin());
    }
    const ir::Node* node = (*frontier.begin())->node();
    if (node == nullptr) return cuts;
    // All outputs of the node go at once, or the others would seem to be paths of their own.
    while (!frontier.empty() && (*frontier.begin())->node() == node) frontier.erase(frontier.begin());
    for (size_t i = 0; i < node->operand_count(); ++i) {
      ir::Value* operand = node->operand(i);
      if (operand != nullptr && operand->constant() == nullptr) frontier.insert(operand);
    }
  }
  return cuts;
}

std::optional<Values> Compute(std::span<ir::Value* const> targets, Values known, Context& context) {
  NullSink quiet;
  Context silent{context.host, quiet, context.limits, context.cancelled};
  std::vector<const ir::Value*> waiting(targets.begin(), targets.end());
  while (!waiting.empty()) {  // depth first: a value waits below its operands
    const ir::Value* value = waiting.back();
    if (known.contains(value)) {
      waiting.pop_back();
      continue;
    }
    if (const Tensor* constant = value->constant()) {
      known.emplace(value, *constant);
      continue;
    }
    const ir::Node* node = value->node();
    if (node == nullptr || !evaluate::CanEvaluate(*node) || context.is_cancelled()) return std::nullopt;
    bool ready = true;
    for (size_t i = 0; i < node->operand_count(); ++i) {
      if (node->operand(i) != nullptr && !known.contains(node->operand(i))) {
        waiting.push_back(node->operand(i));
        ready = false;
      }
    }
    if (!ready) continue;
    std::vector<Tensor> inputs;
    for (size_t i = 0; i < node->operand_count(); ++i) {
      inputs.push_back(node->operand(i) != nullptr ? known.at(node->operand(i)) : Tensor());
    }
    auto outputs = evaluate::Evaluate(*node, inputs, silent);
    if (!outputs) return std::nullopt;
    for (size_t i = 0; i < node->output_count(); ++i) known.insert_or_assign(node->output(i), (*outputs)[i]);
  }
  return known;
}

std::unordered_set<const ir::Node*> Between(std::span<ir::Value* const> sources,
                                            std::span<ir::Value* const> targets) {
  std::unordered_set<const ir::Node*> seen;
  std::vector<const ir::Value*> waiting(targets.begin(), targets.end());
  while (!waiting.empty()) {
    const ir::Value* value = waiting.back();
    waiting.pop_back();
    if (value == nullptr || value->node() == nullptr || value->constant() != nullptr) continue;
    if (std::find(sources.begin(), sources.end(), value) != sources.end()) continue;
    if (!seen.insert(value->node()).second) continue;
    for (size_t i = 0; i < value->node()->operand_count(); ++i) waiting.push_back(value->node()->operand(i));
  }
  return seen;
}

}  // namespace litesmith::detection
