// Makes the nodes of one function of the module from the nodes of a body.
#pragma once

#include <string_view>
#include <vector>

#include "import/tf/order.h"
#include "import/tf/resources.h"

namespace litesmith::import_tf {

struct BodyToBuild {
  const Body* body = nullptr;
  ir::Function* function = nullptr;        // with its parameters
  std::vector<Feed> feeds;                 // of the main graph
  std::vector<std::string_view> results;   // references to what the function gives
  std::vector<std::string_view> controls;  // nodes that run although nobody reads them
};

// Adds the nodes and sets the results. Returns how many nodes came in.
Result<size_t> BuildBody(Source& source, Resources& resources, const BodyToBuild& work);

}  // namespace litesmith::import_tf
