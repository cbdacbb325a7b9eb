// Where a graph can be cut in two with one value across the cut, and what a part between two cuts computes.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/host.h"
#include "ir/module.h"

namespace litesmith::detection {

using Values = std::unordered_map<const ir::Value*, Tensor>;

// Positions of nodes in their function's order.
class Order {
 public:
  explicit Order(const ir::Function& function);
  // Constants and parameters come first.
  size_t of(const ir::Value* value) const;

 private:
  std::unordered_map<const ir::Node*, size_t> positions_;
};

// Values through which everything that `targets` depend on passes (constants apart), the nearest to the
// targets first: the dominators of the targets. Ends when `stop` says so (a cut no longer interesting) or
// nothing is left.
std::vector<ir::Value*> SingleCuts(std::span<ir::Value* const> targets, const Order& order,
                                   const std::function<bool(const ir::Value&)>& stop);

// Computes `targets` from `known` values and constants with TensorFlow's semantics. Empty when that needs
// anything else (another input, an op that cannot be evaluated); no findings are reported.
std::optional<Values> Compute(std::span<ir::Value* const> targets, Values known, Context& context);

// The nodes between `sources` (excluded) and `targets` (included) that depend on a source.
std::unordered_set<const ir::Node*> Between(std::span<ir::Value* const> sources,
                                            std::span<ir::Value* const> targets);

}  // namespace litesmith::detection
