// Follows values backwards through a graph and the functions it calls: how restore and initialisation ops are
// found, and which variable or table they fill.
#pragma once

#include <deque>
#include <functional>
#include <string_view>

#include "import/tf/source.h"

namespace litesmith::import_tf {

// A body as it runs for one call.
struct Frame {
  const Body* body = nullptr;
  const Frame* caller = nullptr;
  const graphdef::NodeDef* call = nullptr;  // in the caller's body
};

struct Producer {
  const Frame* frame = nullptr;
  const graphdef::NodeDef* node = nullptr;
  Ref ref;  // the output
};

class Tracer {
 public:
  explicit Tracer(Source& source) : source_(source) {}

  // Visits the node and all that it depends on by data or control, and all nodes of the functions that these
  // call.
  Result<void> EachNode(std::string_view start,
                        const std::function<Result<void>(const Frame&, const graphdef::NodeDef&)>& visit);
  // What computes the node's data input, behind identities and function arguments; null inside if that leads
  // nowhere.
  Producer Input(const Frame& frame, const graphdef::NodeDef& node, size_t input) const;

 private:
  Result<void> OpenCall(const Frame& frame, const graphdef::NodeDef& node);

  Source& source_;
  std::deque<Frame> frames_;  // addresses stay
};

}  // namespace litesmith::import_tf
