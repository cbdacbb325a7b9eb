// One node on tensors, without a plan: for constants that depend on constants.
#pragma once

#include <optional>
#include <vector>

#include "base/host.h"
#include "ir/module.h"

namespace litesmith::runtime {

// The outputs of `node` by its reference kernel, its operands' tensors given (null for an absent one). Empty
// if there is no kernel, if the kernel refuses, if an output would exceed `max_bytes`, or if the node is not
// a pure function of its operands. Reports nothing: what is wrong shows when the node is prepared.
std::optional<std::vector<Tensor>> EvaluateConstant(const ir::Node& node,
                                                    const std::vector<const Tensor*>& operands,
                                                    size_t max_bytes, Context& context);

}  // namespace litesmith::runtime
