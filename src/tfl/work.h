// How much an op computes.
#pragma once

#include <cstdint>
#include <optional>

#include "ir/module.h"

namespace litesmith::tfl {

// Multiplications followed by an addition in one execution of `node`: those of CONV_2D, DEPTHWISE_CONV_2D,
// TRANSPOSE_CONV, FULLY_CONNECTED and BATCH_MATMUL, padding counted as if it were data; 0 for every other op.
// Empty if a shape is unknown or not the op's, or the number exceeds int64.
std::optional<int64_t> MultiplyAdds(const ir::Node& node);

// What the products of an op are of.
enum class Arithmetic : uint8_t {
  kFloat,    // floats, whatever their weights are stored as
  kInteger,  // integers with integers
  kHybrid,   // int8 weights with float inputs that the kernel quantizes as it runs
};
Arithmetic ArithmeticOf(const ir::Node& node);
// Whether the op has a kernel for kHybrid in its second operand. LiteRT's kernels of other ops that multiply
// widen int8 weights, or refuse them.
bool HasHybridKernel(const ir::Node& node);

}  // namespace litesmith::tfl
