// What a public Model holds.
#pragma once

#include <litesmith/model.h>

#include "ir/module.h"
#include "runtime/interpreter.h"

namespace litesmith::api {

struct Model::Data {
  std::shared_ptr<ir::Module> module;  // of TFL ops
  std::vector<SignatureInfo> signatures;
  runtime::CustomKernels custom_kernels;  // that came with it
};

Model ModelOf(std::shared_ptr<ir::Module> module, runtime::CustomKernels custom_kernels);

}  // namespace litesmith::api
