// Which nodes of the source an op of the file was made from.
#pragma once

#include <string>
#include <vector>

#include "ir/origin.h"

namespace litesmith::report {

struct Graph;

// "function\nname": what an origin has in common with the source's node, whatever it was inlined through.
std::string OriginKey(const ir::Origin& origin);

class Provenance {
 public:
  Provenance(const ir::OriginTable& origins, const Graph* source) : origins_(origins), source_(source) {}
  // Nodes of the source graph in ascending order. At most some thousands: a detector's post-processing stands
  // for half of its graph.
  std::vector<int> SourcesOf(ir::OriginId origin);

 private:
  const ir::OriginTable& origins_;
  const Graph* source_;
  std::vector<uint32_t> seen_;  // by origin: the last question that met it
  uint32_t question_ = 0;
  size_t steps_left_ = 20'000'000;  // over all ops; then only the first source is told
};

}  // namespace litesmith::report
