// Constants in fewer bits while all arithmetic stays in float, or quantizes its inputs as it runs: the modes
// that need no samples.
#pragma once

#include <functional>

#include "ir/module.h"
#include "quantization/options.h"

namespace litesmith::quantization {

// dynamic: CONV_2D, FULLY_CONNECTED, BATCH_MATMUL and recurrent ops take int8 weights as they are and
// quantize their inputs; other weights (DEPTHWISE_CONV_2D, TRANSPOSE_CONV, tables of GATHER) are widened by a
// DEQUANTIZE when the model is loaded, for the kernels that would quantize their inputs are slow and coarse.
// float16, weight8, weight4: every constant that counts is stored in fewer bits, with a DEQUANTIZE.
// `keep_float`: nodes whose constants stay. Gives the number of constants that changed.
size_t ShrinkConstants(ir::Module& module, Mode mode, const std::function<bool(const ir::Node&)>& keep_float);

}  // namespace litesmith::quantization
