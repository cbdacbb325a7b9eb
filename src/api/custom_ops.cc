#include "api/custom_ops.h"

#include <algorithm>

#include "runtime/custom/library.h"

namespace litesmith::api {

Result<runtime::CustomKernels> KernelsOf(const CustomOps& custom_ops, const runtime::CustomKernels& further,
                                         Context& context) {
  runtime::CustomKernels kernels;
  for (const std::string& library : custom_ops.libraries)
    LS_RETURN_IF_FAILED(custom::AddLibrary(library, kernels, context));
  for (const auto& [name, registration] : custom_ops.registrations)
    LS_RETURN_IF_FAILED(custom::AddRegistration(name, registration, "the program", kernels, context));
  kernels.insert(further.begin(), further.end());
  return kernels;
}

Result<runtime::Options> OwnOptions(int threads, const CustomOps& custom_ops,
                                    const runtime::CustomKernels& further, Context& context) {
  runtime::Options options;
  options.threads = std::max(threads, 1);
  LS_TRY(options.custom_kernels, KernelsOf(custom_ops, further, context));
  return options;
}

}  // namespace litesmith::api
