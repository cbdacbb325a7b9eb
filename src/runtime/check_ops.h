// What can be said about the ops of a module before any shape is known.
#pragma once

#include "base/host.h"
#include "ir/module.h"
#include "runtime/interpreter.h"

namespace litesmith::runtime {

// Looks at all functions that `entry` reaches and reports, for every node: kOpVersionTooNew, kNoKernel,
// kCustomKernelMissing, kFunctionMissing; and kRecursion for functions that call themselves.
Result<void> CheckOps(const ir::Module& module, const ir::Function& entry, const Options& options,
                      Context& context);

}  // namespace litesmith::runtime
