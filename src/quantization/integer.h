// Carries out a plan: a function of float32 becomes one of integers, with QUANTIZE and DEQUANTIZE where the
// two meet.
#pragma once

#include <functional>

#include "ir/module.h"
#include "quantization/patches.h"
#include "quantization/plan.h"
#include "quantization/weights.h"

namespace litesmith::quantization {

struct RewriteOptions {
  Mode mode = Mode::kInt8;
  DType input_type = DType::kFloat32, output_type = DType::kFloat32;  // of float32 parameters and results
  // The integers of a node's weights, or null.
  std::function<const QuantizedConstant*(const ir::Node& node)> weights;
  // What samples showed of the inputs of a node's weights, or null.
  std::function<const Patches*(const ir::Node& node)> patches;
};

// Every node of plan.integer gets integer tensors of plan.parameters; weights and biases become constants of
// fewer bits. What else reads such a tensor reads its DEQUANTIZE. Values keep their names.
void MakeInteger(ir::Function& function, const Plan& plan, const RewriteOptions& options);

}  // namespace litesmith::quantization
