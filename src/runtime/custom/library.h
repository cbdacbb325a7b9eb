// Kernels for custom ops from shared libraries (contract: --custom-op-library FILE.so[:NAME=SYMBOL]).
#pragma once

#include <string>
#include <vector>

#include "base/host.h"
#include "litesmith/custom_op.h"
#include "runtime/interpreter.h"

namespace litesmith::custom {

// A factory for kernels that the structure describes; it is copied.
runtime::CustomKernelFactory FactoryOf(const TfLiteRegistration& registration);

// Adds one kernel; `from` says where it comes from, for findings. Reports kCustomLibrary for a registration
// without invoke, and kWrongUse for an op that has a kernel already.
Result<void> AddRegistration(const std::string& name, const TfLiteRegistration* registration,
                             const std::string& from, runtime::CustomKernels& kernels, Context& context);

// Loads the library that `text` names and adds its kernels: those of litesmith_custom_ops(); without that,
// those of every exported function TfLiteRegistration* Register_<NAME>(void), in a C++ namespace too; or the
// one that `text` names. The library stays loaded. Reports kFileMissing, kFileUnreadable and what
// AddRegistration does.
Result<void> AddLibrary(const std::string& text, runtime::CustomKernels& kernels, Context& context);

}  // namespace litesmith::custom
