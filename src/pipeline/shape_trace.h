// Where a dimension that is not known comes from.
#pragma once

#include <string>
#include <vector>

#include "ir/module.h"

namespace litesmith::pipeline {

// An input of the model with dimensions, or a rank, that the model leaves open.
struct OpenInput {
  std::string name;  // as --input-shape takes it
  Shape shape;
  std::vector<int> axes;  // the open ones that matter; empty if the rank is unknown
};

struct ShapeTrace {
  // What is unknown at the node follows from these, or enters at an op; where both are told, some of it does
  // one, some the other.
  std::vector<OpenInput> inputs;
  const ir::Node* op = nullptr;
  // Nodes on a shortest way from one of the inputs, and from the op (left out), to the node (left out as
  // well).
  std::vector<const ir::Node*> from_input, from_op;
};

// Looks at the unknown dimensions and ranks of what the node takes and gives, in a module of TensorFlow ops
// whose shapes have been inferred. Linear in the module's nodes; loops and branches are followed to those who
// call them.
ShapeTrace TraceUnknownShape(const ir::Module& module, const ir::Node& node);

// How many results such an op gives depends on the data it gets.
bool SizeDependsOnData(const ir::Node& node);

}  // namespace litesmith::pipeline
