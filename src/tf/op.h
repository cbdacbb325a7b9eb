// TensorFlow's ops: what each is called, what it takes and gives, and how its shapes follow from each other.
// An op is one line in one of the files in ops/; tf/ops.h declares them all (generated from those lines), so that
// `node.Is(tf::Conv2D)` is checked by the compiler.
#pragma once

#include <initializer_list>
#include <string_view>

#include "base/finding.h"
#include "ir/module.h"
#include "ir/op.h"

namespace litesmith::tf {

class ShapeContext;
// Sets the types of all outputs from the operands' types, attributes and known values; reports what contradicts.
using ShapeFunction = Result<void> (*)(ShapeContext&);

// The name of each output argument, in order, separated by blanks, as functions refer to them ("node:values:0"); a
// list argument ends in '*' ("output*"), and its length is the number of the node's outputs that the others leave.
struct Op : ir::OpDef {
  std::string_view outputs;
  ShapeFunction shape;
};

// Null when no table has the name.
const Op* FindOp(std::string_view name);
const std::vector<const Op*>& AllOps();
inline const Op* OpOf(const ir::Node& node) {
  return node.op().dialect == ir::Dialect::kTf && !node.op().Has(ir::kUnknownOp) ? static_cast<const Op*>(&node.op())
                                                                                : nullptr;
}

// How many outputs a node of this op has, from its attributes ("T", "num_split", "N", "Tout"...).
size_t OutputCount(const Op& op, const Attributes& attributes);

// Defines an op. In a file of ops/:
//   LS_TF_OP(Relu, "activations", ir::kNone, SameShape)
#define LS_TF_OP(op_name, output_names, op_traits, shape_function) \
  extern const Op op_name;                                         \
  const Op op_name{{ir::Dialect::kTf, #op_name, op_traits}, output_names, shape_function};

}  // namespace litesmith::tf
