// What a public Model holds.
#pragma once

#include <litesmith/model.h>

#include "ir/module.h"

namespace litesmith::api {

struct Model::Data {
  std::shared_ptr<ir::Module> module;  // of TFL ops
  std::vector<SignatureInfo> signatures;
};

}  // namespace litesmith::api
