// What the kernels that call subgraphs have in common.
#pragma once

#include <memory>
#include <string_view>

#include "kernels/kernel.h"
#include "runtime/subgraph.h"

namespace litesmith::runtime {

// The subgraph that `attribute` of `node` names; reports kFunctionMissing.
Result<std::unique_ptr<Subgraph>> BuildCalled(Session& session, const ir::Node& node,
                                              const FunctionRef* function, std::string_view attribute,
                                              int depth);

// Fails unless the called subgraph takes the kernel's inputs from number `first` on, by number and dtype.
Result<void> CheckInputs(PrepareContext& context, const Subgraph& called, size_t first);
// Fails unless it gives what the kernel's outputs are.
Result<void> CheckOutputs(PrepareContext& context, const Subgraph& called);

// Copies a tensor into an output of the kernel, which takes its shape.
Result<void> CopyToOutput(InvokeContext& context, size_t index, const TensorView& from);

}  // namespace litesmith::runtime
