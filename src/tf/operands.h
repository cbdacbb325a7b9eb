// What nodes take: the table of operand_counts.def.
#pragma once

#include <optional>
#include <vector>

#include "tf/op.h"

namespace litesmith::tf {

// The dtype of each operand that a node of this op takes, kInvalid where attributes do not tell; nothing if
// the table does not know the op, or attributes do not tell how many there are.
std::optional<std::vector<DType>> OperandTypes(const Op& op, const Attributes& attributes);

}  // namespace litesmith::tf
