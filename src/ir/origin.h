// Where a node comes from: ids into an append-only table that all rewrites share. A node made from several
// others has an origin whose parents are theirs; nothing is copied.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace litesmith::ir {

using OriginId = uint32_t;
inline constexpr OriginId kNoOrigin = 0;

struct Origin {
  std::string node;                            // name in the graph or function
  std::string op;                              // the source's op
  std::string function;                        // the function's name, empty for the main graph
  std::string layer;                           // layer path from the object graph, where there is one
  std::string source;                          // "train.py:41", where the model ships it
  int32_t subgraph = -1, operator_index = -1;  // of a .tflite
  OriginId call = kNoOrigin;                   // the call through which the function was inlined
  std::vector<OriginId> parents;               // what this was made from, for derived origins
};

class OriginTable {
 public:
  OriginTable() { entries_.emplace_back(); }
  OriginId Add(Origin origin) {
    entries_.push_back(std::move(origin));
    return static_cast<OriginId>(entries_.size() - 1);
  }
  const Origin& operator[](OriginId id) const { return entries_[id]; }
  Origin& operator[](OriginId id) { return entries_[id]; }
  // An origin for something made from both; the same pair gives the same id.
  OriginId Join(OriginId a, OriginId b);
  // Like `body`, reached through the call node with origin `call`.
  OriginId Inlined(OriginId body, OriginId call);
  // The source node a person should look at first: follows parents to the first one with a name.
  const Origin& Leading(OriginId id) const;

 private:
  std::vector<Origin> entries_;
  std::unordered_map<uint64_t, OriginId> joined_, inlined_;
};

}  // namespace litesmith::ir
