#pragma once

#include <litesmith/custom_ops.h>

#include "base/host.h"
#include "runtime/interpreter.h"

namespace litesmith::api {

// The kernels of `custom_ops`, and of `further` those for other ops. Loads the libraries. Reports what
// custom::AddLibrary does.
Result<runtime::CustomKernels> KernelsOf(const CustomOps& custom_ops, const runtime::CustomKernels& further,
                                         Context& context);

// Options of a runtime that has them.
Result<runtime::Options> OwnOptions(int threads, const CustomOps& custom_ops,
                                    const runtime::CustomKernels& further, Context& context);

}  // namespace litesmith::api
