// Shapes of what custom ops give: as the user says, or as the ops' kernels do.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/host.h"
#include "ir/module.h"
#include "runtime/interpreter.h"

namespace litesmith::pipeline {

// By the op's name: a shape for each output, -1 for unknown (--custom-op-shape).
using CustomOpShapes = std::map<std::string, std::vector<std::vector<int64_t>>>;

// Gives the outputs of all nodes of these ops their shapes; a node gets the outputs that it lacks, because
// nothing reads them. Reports kWrongUse for an op that the model does not have.
Result<void> SetCustomOpShapes(ir::Module& module, const CustomOpShapes& shapes, Context& context);

// Sets the types of the outputs of `node`, an op without a table entry, as the prepare function of its kernel
// would. Dimensions that are unknown are made up twice: what is the same both times is known, and what
// follows a made-up number is that dimension. Nothing happens if there is no kernel, or if it refuses.
void InferByKernel(ir::Node& node, const runtime::CustomKernels& kernels, Context& context);

}  // namespace litesmith::pipeline
