// Carries out a plan: a function of float32 becomes one of integers, with QUANTIZE and DEQUANTIZE where the
// two meet.
#pragma once

#include "ir/module.h"
#include "quantization/observations.h"
#include "quantization/plan.h"

namespace litesmith::quantization {

struct RewriteOptions {
  Mode mode = Mode::kInt8;
  DType input_type = DType::kFloat32, output_type = DType::kFloat32;  // of float32 parameters and results
  // For the correction of biases (see correct_bias.h); null: none.
  const Observations* observations = nullptr;
};

// Every node of plan.integer gets integer tensors of plan.parameters; weights and biases become constants of
// fewer bits. What else reads such a tensor reads its DEQUANTIZE. Values keep their names.
void MakeInteger(ir::Function& function, const Plan& plan, const RewriteOptions& options);

}  // namespace litesmith::quantization
