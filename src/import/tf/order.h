// Which nodes of a body are needed, and an order that respects data and control edges.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "import/tf/outputs.h"

namespace litesmith::import_tf {

// A tensor that is given instead of being computed.
struct Feed {
  uint32_t node;
  uint32_t output;
  size_t parameter;
};

// Where a data input of a node comes from.
struct Edge {
  enum class From : uint8_t { kNode, kParameter };
  From from = From::kNode;
  uint32_t node = 0;  // or the parameter's number
  Ref ref;
};

class Order {
 public:
  Order(Source& source, const Body& body, std::span<const Feed> feeds);

  // Adds what the reference needs, and tells where it comes from.
  Result<Edge> Need(std::string_view ref);

  // The nodes needed so far, each after those that it depends on; NextIteration before Merge is the
  // exception.
  const std::vector<uint32_t>& nodes() const { return order_; }
  std::span<const Edge> EdgesOf(uint32_t node) const;
  const NodeOp& OpOf(uint32_t node) const { return states_[node].op; }
  const MentionedOutputs* MentionsOf(uint32_t node) const {
    const auto found = mentioned_.find(node);
    return found != mentioned_.end() ? &found->second : nullptr;
  }

 private:
  struct State {
    enum class Visit : uint8_t { kNone, kKnown, kOpen, kDone } visit = Visit::kNone;
    uint32_t first_edge = 0, data_edges = 0, all_edges = 0;
    NodeOp op;
  };
  Result<void> Visit(uint32_t start);
  Result<void> OpenNode(uint32_t node);
  Result<Edge> Resolve(const graphdef::NodeDef* reader, std::string_view text);
  Failed Cycle(uint32_t node) const;

  Source& source_;
  const Body& body_;
  std::unordered_map<uint64_t, size_t> feeds_;
  std::vector<State> states_;
  std::vector<Edge> edges_;
  std::vector<uint32_t> order_;
  std::vector<std::pair<uint32_t, uint32_t>> stack_;  // node, its next edge
  std::vector<uint32_t> postponed_;                   // NextIteration nodes
  std::unordered_map<uint32_t, MentionedOutputs> mentioned_;
};

bool IsMerge(std::string_view op);
bool IsNextIteration(std::string_view op);
bool IsPlaceholder(std::string_view op);

}  // namespace litesmith::import_tf
