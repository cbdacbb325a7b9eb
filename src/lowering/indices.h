// Operands that say where: shapes, axes, begins and sizes. TensorFlow Lite takes most of them as int32.
#pragma once

#include <optional>
#include <vector>

#include "lowering/lowering.h"

namespace litesmith::lowering {

// The schema's number (TensorType) of int32, int64 or string, as options hold it.
int64_t SchemaType(DType dtype);

// The operand as int32: a constant is narrowed now, anything else by a CAST.
ir::Value* AsInt32(Lowering& lower, size_t operand);
// The elements of a constant integer operand.
std::optional<std::vector<int64_t>> ConstantInts(const Lowering& lower, size_t operand);
// A constant axis in 0..rank-1 of `rank` (which must be known when the axis is negative); reports otherwise.
Result<int64_t> ConstantAxis(Lowering& lower, int64_t axis, const Shape& shape);

// A RESHAPE to `type`: its shape is a constant with at most one -1, or is computed by `computed` (a vector,
// int32 or int64) when more is unknown.
Result<ir::Value*> ReshapeTo(Lowering& lower, ir::Value* value, ir::Type type, ir::Value* computed = nullptr);

}  // namespace litesmith::lowering
