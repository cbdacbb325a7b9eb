#pragma once

#include <litesmith/custom_ops.h>

#include "base/host.h"
#include "runtime/interpreter.h"

namespace litesmith::api {

// Options of the runtime; loads the libraries. Reports what custom::AddLibrary does.
Result<runtime::Options> OwnOptions(int threads, const CustomOps& custom_ops, Context& context);

}  // namespace litesmith::api
