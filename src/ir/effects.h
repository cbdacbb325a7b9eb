// Which nodes do something besides giving results.
#pragma once

#include "ir/module.h"

namespace litesmith::ir {

// Whether the op has a side effect (returning counts), or, of an op that calls functions, whether one of
// these has, at any depth. Linear in the nodes of the functions called.
bool HasEffect(const Node& node);

}  // namespace litesmith::ir
