#include "quantization/float_sets.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <unordered_map>

namespace litesmith::quantization {
namespace {

// Maximum flow by Dinic's algorithm, in doubles: capacities below kNothing count as used up.
class Flow {
 public:
  explicit Flow(size_t nodes) : edges_of_(nodes) {}

  void Connect(size_t from, size_t to, double capacity) {
    edges_of_[from].push_back(edges_.size());
    edges_.push_back({to, capacity});
    edges_of_[to].push_back(edges_.size());
    edges_.push_back({from, 0});
  }

  // Which nodes are on the source's side of a minimum cut.
  std::vector<bool> Cut(size_t source, size_t sink) {
    while (Layer(source, sink)) {
      next_.assign(edges_of_.size(), 0);
      while (Augment(source, sink)) {
      }
    }
    std::vector<bool> side;
    for (const int level : level_) side.push_back(level >= 0);
    return side;
  }

 private:
  static constexpr double kNothing = 1e-15;
  struct Edge {
    size_t to;
    double left;
  };

  bool Layer(size_t source, size_t sink) {
    level_.assign(edges_of_.size(), -1);
    level_[source] = 0;
    std::deque<size_t> pending{source};
    while (!pending.empty()) {
      const size_t at = pending.front();
      pending.pop_front();
      for (const size_t edge : edges_of_[at]) {
        const size_t to = edges_[edge].to;
        if (edges_[edge].left <= kNothing || level_[to] >= 0) continue;
        level_[to] = level_[at] + 1;
        pending.push_back(to);
      }
    }
    return level_[sink] >= 0;
  }

  // One path along the layers, without recursion: its length is that of the graph.
  bool Augment(size_t source, size_t sink) {
    std::vector<size_t> path;  // edges
    size_t at = source;
    while (at != sink) {
      size_t& next = next_[at];
      while (next < edges_of_[at].size()) {
        const Edge& edge = edges_[edges_of_[at][next]];
        if (edge.left > kNothing && level_[edge.to] == level_[at] + 1) break;
        ++next;
      }
      if (next < edges_of_[at].size()) {
        path.push_back(edges_of_[at][next]);
        at = edges_[path.back()].to;
      } else if (path.empty()) {
        return false;
      } else {  // a dead end
        at = edges_[path.back() ^ 1].to;
        path.pop_back();
        ++next_[at];
      }
    }
    double amount = std::numeric_limits<double>::infinity();
    for (const size_t edge : path) amount = std::min(amount, edges_[edge].left);
    for (const size_t edge : path) {
      edges_[edge].left -= amount;
      edges_[edge ^ 1].left += amount;
    }
    return true;
  }

  std::vector<Edge> edges_;  // each beside its reverse
  std::vector<std::vector<size_t>> edges_of_;
  std::vector<int> level_;
  std::vector<size_t> next_;
};

}  // namespace

std::vector<std::vector<const ir::Node*>> BestFloatSets(const std::vector<NoiseSource>& sources,
                                                        const std::vector<OpCost>& costs) {
  std::unordered_map<const ir::Node*, size_t> place;
  double all_noise = 0, all_cost = 0;
  for (size_t i = 0; i < costs.size(); ++i) {
    place[costs[i].op] = i;
    all_cost += costs[i].cost;
  }
  for (const NoiseSource& source : sources) all_noise += source.power;
  std::vector<std::vector<const ir::Node*>> sets;
  std::vector<bool> chosen(costs.size(), false);
  const auto take = [&](const auto& wanted) {
    std::vector<const ir::Node*> set;
    for (size_t i = 0; i < costs.size(); ++i) {
      chosen[i] = chosen[i] || wanted(i);
      if (chosen[i]) set.push_back(costs[i].op);
    }
    if (!set.empty() && (sets.empty() || set.size() > sets.back().size())) sets.push_back(std::move(set));
  };
  // In units of the whole noise and the whole cost, from where hardly anything is worth its price.
  constexpr double kDearest = 1000, kCheapest = 0.01, kStep = 0.8;
  for (double price = kDearest; all_noise > 0 && price > kCheapest; price *= kStep) {
    const size_t first = costs.size(), source = first + sources.size(), sink = source + 1;
    Flow flow(sink + 1);
    for (size_t i = 0; i < costs.size(); ++i) flow.Connect(i, sink, price * costs[i].cost / all_cost);
    for (size_t s = 0; s < sources.size(); ++s) {
      flow.Connect(source, first + s, sources[s].power / all_noise);
      for (const ir::Node* op : sources[s].ops) {
        if (const auto found = place.find(op); found != place.end())
          flow.Connect(first + s, found->second, std::numeric_limits<double>::infinity());
      }
    }
    const std::vector<bool> side = flow.Cut(source, sink);
    take([&](size_t i) { return side[i]; });
  }
  take([](size_t) { return true; });
  return sets;
}

}  // namespace litesmith::quantization
