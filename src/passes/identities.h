// Ops that compute what they were given, or what is already there in another form.
#pragma once

#include "ir/module.h"

namespace litesmith::passes {

// The value that node output 0 is the same as, exactly, or null: a reshape to the same shape, a cast to the
// same type, a product with one, element i of a Pack... Looks at types, constants and at most two nodes.
ir::Value* SameValue(const ir::Node& node);

// Unpack(Pack(a, b...)) along one axis: replaces the outputs by a, b...; true if it did.
bool ReplaceUnpack(ir::Node& node);

}  // namespace litesmith::passes
