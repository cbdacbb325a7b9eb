// Passes and their runner.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/host.h"
#include "ir/module.h"

namespace litesmith::ir {

enum class Changed : bool { kNo, kYes };

inline Changed operator|(Changed a, Changed b) { return a == Changed::kYes ? a : b; }

struct PassContext {
  Context& context;
  // The pass whose result is printed into `dump`; empty: none.
  std::string_view dump_after = {};
  std::string* dump = nullptr;
  // For diagnoses: what fails is passed over, so that what else is wrong is found as well.
  bool keep_going = false;
  // Sets the types of what an op gives that no table knows, from the types of what it takes; null: nobody
  // can.
  std::function<void(Node&)> infer_unknown_op = {};
};

using PassFunction = Result<Changed> (*)(Module& module, PassContext& context);

struct Pass {
  std::string_view name;  // as --dump-after takes it: "inline", "fold"
  PassFunction run;
};

// Runs them in order, to the first that fails, or all of them if `keep_going`; fails if one did. In debug
// builds the verifier runs after each, else once at the end: a broken rule is a bug.
Result<Changed> RunPasses(Module& module, std::span<const Pass> passes, PassContext& context);

}  // namespace litesmith::ir
