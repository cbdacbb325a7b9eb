// Kernels for custom ops of a model. litesmith/custom_op.h is the header to write one.
#pragma once

#include <map>
#include <string>
#include <vector>

struct TfLiteRegistration;

namespace litesmith::api {

struct CustomOps {
  // Shared libraries: FILE.so, or FILE.so:NAME=SYMBOL for a function that is named otherwise than
  // Register_NAME. They stay loaded.
  std::vector<std::string> libraries;
  // Kernels of this program by the name of the op; copied.
  std::map<std::string, const TfLiteRegistration*> registrations;
};

}  // namespace litesmith::api
