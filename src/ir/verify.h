// What every pass may rely on, checked: after each pass in debug builds, at the end in release builds.
#pragma once

#include <optional>
#include <string>

#include "ir/module.h"

namespace litesmith::ir {

// The first broken rule in words, or nothing. Rules: operands are defined in the same function and before
// their use (a TF1 Merge may refer forward to a NextIteration), uses and operands agree, functions referred
// to exist, signatures name functions and fit them, constants have a tensor of their type.
std::optional<std::string> Verify(const Module& module);

}  // namespace litesmith::ir
