// Constants in fewer bits while all arithmetic stays in float, or quantizes its inputs as it runs: the modes
// that need no samples.
#pragma once

#include <functional>

#include "ir/module.h"
#include "quantization/options.h"
#include "quantization/patches.h"
#include "quantization/plan.h"
#include "quantization/weights.h"

namespace litesmith::quantization {

// dynamic: CONV_2D, FULLY_CONNECTED, BATCH_MATMUL and recurrent ops take int8 weights as they are and
// quantize their inputs; other weights (DEPTHWISE_CONV_2D, TRANSPOSE_CONV, tables of GATHER) are widened by a
// DEQUANTIZE when the model is loaded, for the kernels that would quantize their inputs are slow and coarse.
// float16, weight8, weight4: every constant that counts is stored in fewer bits, with a DEQUANTIZE.
struct ShrinkOptions {
  Mode mode = Mode::kDynamic;
  KeepFloat keep_float;  // nodes whose constants stay (plan.h)
  // The integers of a node's weights as they were found before, and what samples showed of what they are
  // multiplied with, or null.
  std::function<const QuantizedConstant*(const ir::Node&)> weights;
  std::function<const Patches*(const ir::Node&)> patches;
};

// Gives the number of constants that changed.
size_t ShrinkConstants(ir::Module& module, const ShrinkOptions& options);

}  // namespace litesmith::quantization
