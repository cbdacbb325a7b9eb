// Which nodes do something besides giving results.
#pragma once

#include "ir/module.h"

namespace litesmith::ir {

// Whether the op has a side effect itself (as returning counts), or calls a function, at any depth, in which one has. Linear in the
// nodes of the functions called.
bool HasEffect(const Node& node);

}  // namespace litesmith::ir
