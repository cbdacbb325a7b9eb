// Copies of function bodies: for inlining calls, unrolling loops, and giving each call a function of its own.
#pragma once

#include <span>
#include <vector>

#include "ir/module.h"

namespace litesmith::passes {

// Copies the nodes of `body` before `before`, with `arguments` for its parameters, and returns what its
// results are there. Copies come from where their originals came from, reached through `before`
// (ir/origin.h). Functions that copied nodes call are copied too, so that no two calls share a function whose
// types may come to differ.
std::vector<ir::Value*> InlineBody(const ir::Function& body, std::span<ir::Value* const> arguments,
                                   ir::Node& before);

// A copy of the function under a free name, and of those it calls.
ir::Function* CloneFunction(const ir::Function& function);

}  // namespace litesmith::passes
