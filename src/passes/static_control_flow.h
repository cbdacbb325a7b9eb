// Branches and loops whose course is known while converting.
#pragma once

#include <functional>
#include <optional>

#include "base/host.h"
#include "ir/module.h"

namespace litesmith::passes {

// The known value of an operand: a constant, or what shape inference knows of it.
using KnownValue = std::function<std::optional<Tensor>(const ir::Value*)>;

// Replaces an If, Case or While whose course is known by its body or bodies. True if the node was replaced;
// new nodes stand before it, and its outputs have no uses any more. A loop is unrolled when the number of its
// steps follows from constants alone (a loop over a batch of one has one step), within
// limits.max_unrolled_steps and max_unrolled_nodes.
bool ResolveControlFlow(ir::Node& node, const KnownValue& known, Context& context);

}  // namespace litesmith::passes
