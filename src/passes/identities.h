// Ops that compute what they were given, or what is already there in another form.
#pragma once

#include "ir/module.h"

namespace litesmith::passes {

// The value that node output 0 is the same as, exactly, or null: a reshape to the same shape, a cast to the
// same type, a product with one, element i of a Pack... Looks at types, constants and at most two nodes.
ir::Value* SameValue(const ir::Node& node);

// Lets `same` stand for `value`, which holds the same. A result of the function goes on being called what the
// source calls it, and a value without a name gets one.
void ReplaceBySame(ir::Value& value, ir::Value& same);

// Unpack(Pack(a, b...)) along one axis: replaces the outputs by a, b...; true if it did.
bool ReplaceUnpack(ir::Node& node);

}  // namespace litesmith::passes
