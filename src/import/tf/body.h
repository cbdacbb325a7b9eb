// The nodes of the main graph or of a library function, found by name, and the references between them.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "formats/graphdef/graphdef.h"

namespace litesmith::import_tf {

// "^node", "node", "node:2", and in functions "argument" or "node:output:2".
struct Ref {
  std::string_view node, output;
  uint32_t index = 0;
  bool control = false;
};
// Empty for what is no reference.
std::optional<Ref> ParseRef(std::string_view text);

struct Body {
  std::string_view function;  // empty for the main graph
  const std::vector<graphdef::NodeDef>* nodes = nullptr;
  std::unordered_map<std::string_view, uint32_t> by_name;
  std::unordered_map<std::string_view, uint32_t> arguments;  // of the function

  const graphdef::NodeDef* Find(std::string_view name) const {
    const auto found = by_name.find(name);
    return found != by_name.end() ? &(*nodes)[found->second] : nullptr;
  }
};

// The index of a graph's nodes; a name that stands twice gives kGraphDamaged.
Result<Body> MakeBody(Context& context, std::string_view function,
                      const std::vector<graphdef::NodeDef>& nodes);

}  // namespace litesmith::import_tf
