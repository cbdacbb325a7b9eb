// What the kernel of a custom op says of its results, before there is a model to run.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "ir/module.h"
#include "runtime/interpreter.h"

namespace litesmith::custom {

struct PreparedResult {
  DType dtype = DType::kInvalid;
  std::optional<Dims> dims;  // empty: invoke decides
};

// Runs init, prepare and free of the kernel for `node`, a custom op in a module of TFL ops whose operands all
// have known shapes; data of constants is there. Empty if the kernel refuses them; nothing is reported.
std::optional<std::vector<PreparedResult>> PreparedResults(const runtime::CustomKernelFactory& factory,
                                                           std::shared_ptr<const ir::Module> module,
                                                           const ir::Node& node, Context& context);

}  // namespace litesmith::custom
