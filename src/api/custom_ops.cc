#include "api/custom_ops.h"

#include <algorithm>

#include "runtime/custom/library.h"

namespace litesmith::api {

Result<runtime::Options> OwnOptions(int threads, const CustomOps& custom_ops, Context& context) {
  runtime::Options options;
  options.threads = std::max(threads, 1);
  for (const std::string& library : custom_ops.libraries) {
    LS_RETURN_IF_FAILED(custom::AddLibrary(library, options.custom_kernels, context));
  }
  for (const auto& [name, registration] : custom_ops.registrations) {
    LS_RETURN_IF_FAILED(
        custom::AddRegistration(name, registration, "the program", options.custom_kernels, context));
  }
  return options;
}

}  // namespace litesmith::api
