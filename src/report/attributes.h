// A node's attributes in one line, for reading.
#pragma once

#include <string>

#include "ir/module.h"

namespace litesmith::report {

// "padding = SAME, strides = [1, 2, 2, 1]". Long lists end in "...", tensors of more than 8 elements are told
// by their type alone, and what TensorFlow keeps for itself (names beginning with "_", of which only
// "_implements" means anything here) is left out.
std::string AttributesText(const ir::Node& node);

// "float32[1,320,320,3]", with scale and zero point where there are any.
std::string TypeText(const ir::Type& type);

}  // namespace litesmith::report
