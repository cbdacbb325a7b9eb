#include "report/provenance.h"

#include <algorithm>

#include "report/graph.h"

namespace litesmith::report {
namespace {

constexpr size_t kMostSources = 4096;

}  // namespace

std::string OriginKey(const ir::Origin& origin) { return origin.function + '\n' + origin.node; }

std::vector<int> Provenance::SourcesOf(ir::OriginId origin) {
  std::vector<int> found;
  if (source_ == nullptr || origin == ir::kNoOrigin) return found;
  ++question_;
  std::vector<ir::OriginId> waiting = {origin};
  while (!waiting.empty() && found.size() < kMostSources) {
    const ir::OriginId id = waiting.back();
    waiting.pop_back();
    if (seen_.size() <= id) seen_.resize(id + size_t{1}, 0);
    if (seen_[id] == question_) continue;
    seen_[id] = question_;
    const ir::Origin& entry = origins_[id];
    if (!entry.node.empty()) {
      const auto node = source_->node_of_origin.find(OriginKey(entry));
      if (node != source_->node_of_origin.end()) found.push_back(node->second);
    }
    if (steps_left_ == 0) {
      if (!found.empty()) break;
    } else {
      --steps_left_;
    }
    waiting.insert(waiting.end(), entry.parents.rbegin(), entry.parents.rend());
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace litesmith::report
