// What stands between the text that a model is fed while training or serving (examples, encoded pictures) and
// the first tensors of numbers.
#pragma once

#include <string>
#include <vector>

#include "ir/module.h"

namespace litesmith::passes {

// A value of a function that its text inputs lead to through nothing but preamble.
struct PreambleEnd {
  ir::Value* value;
  ir::Type type;           // of the input that takes its place
  const ir::Node* op;      // the op that parses or decodes, perhaps inside a loop
  const ir::Value* input;  // the parameter that it comes from
  std::string feature;     // the parsed feature's name, or empty
};

struct Preamble {
  std::vector<PreambleEnd> ends;
  std::vector<ir::Node*> nodes;  // to erase once nothing uses the ends, in the function's order
};

// Whether a node parses or decodes: by the names of such ops.
bool IsPreambleOp(const ir::Node& node);

// The preamble of an entry function; no ends if there is none, or if it cannot be told apart from the rest.
Preamble FindPreamble(ir::Function& function);

}  // namespace litesmith::passes
