// Kernels that need more than tensors: those of control flow, variables and tables. They live in the runtime.
#pragma once

#include <memory>
#include <string_view>

#include "kernels/kernel.h"
#include "runtime/session.h"

namespace litesmith::runtime {

class Subgraph;

// True for the ops that MakeRuntimeKernel makes.
bool IsRuntimeOp(std::string_view name);

// `depth`: how many calls lead to the subgraph of `node`.
Result<std::unique_ptr<Kernel>> MakeRuntimeKernel(Session& session, const ir::Node& node, int depth);

// Their parts by family.
std::unique_ptr<Kernel> MakeVariableKernel(Session& session, const ir::Node& node);
std::unique_ptr<Kernel> MakeTableKernel(Session& session, const ir::Node& node);
Result<std::unique_ptr<Kernel>> MakeCallKernel(Session& session, const ir::Node& node, int depth);
Result<std::unique_ptr<Kernel>> MakeWhileKernel(Session& session, const ir::Node& node, int depth);

}  // namespace litesmith::runtime
