#pragma once

#include "base/host.h"
#include "ir/module.h"

namespace litesmith::import_tf {

// Reports kRecursion for functions that call each other in a circle: neither TensorFlow Lite nor inlining has
// an end for them.
Result<void> RefuseRecursion(Context& context, const ir::Module& module);

}  // namespace litesmith::import_tf
