// A module of its own that says the same.
#pragma once

#include <memory>
#include <unordered_map>

#include "ir/module.h"

namespace litesmith::ir {

struct ModuleCopy {
  std::shared_ptr<Module> module;
  // What the original's values and nodes are in the copy.
  std::unordered_map<const Value*, Value*> values;
  std::unordered_map<const Node*, Node*> nodes;
};

// Tensors are shared, everything else is copied: functions keep their names, values theirs. Linear in nodes.
ModuleCopy CopyModule(const Module& module);

}  // namespace litesmith::ir
