// TensorFlow's ops: what each is called, what it takes and gives, and how its shapes follow from each other.
// An op is one line in one of the files in ops/; tf/ops.h declares them all (generated from those lines), so
// that `node.Is(tf::Conv2D)` is checked by the compiler.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/finding.h"
#include "ir/module.h"
#include "ir/op.h"

namespace litesmith::tf {

class ShapeContext;
// Sets the types of all outputs from the operands' types, attributes and known values; reports what
// contradicts.
using ShapeFunction = Result<void> (*)(ShapeContext&);

// `outputs`: the name of each output argument, in order, separated by blanks, as functions refer to them
// ("node:values:0"). A list argument carries the attribute that tells its length: "output*num_split" (a
// number), "output*Tout" (a list of dtypes). `types`: as many entries; each is a dtype ("int64") or the
// attribute that holds it ("T"), with TensorFlow's default where there is one ("out_type=int32"); for a list
// of dtypes, the list's name.
struct Op : ir::OpDef {
  std::string_view outputs;
  std::string_view types;
  ShapeFunction shape;  // null: nothing is known of the outputs' shapes
};

// Null when no table has the name. TensorFlow's internal twins of an op ("_FusedConv2D") are found under the
// name without the underscore.
const Op* FindOp(std::string_view name);
const std::vector<const Op*>& AllOps();
inline const Op* OpOf(const ir::Node& node) {
  return node.op().dialect == ir::Dialect::kTf && !node.op().Has(ir::kUnknownOp)
             ? static_cast<const Op*>(&node.op())
             : nullptr;
}

// How many operands a node of this op has at least, list arguments not counted (operand_counts.def); 0 if
// that is not known.
size_t LeastOperands(const Op& op);

// How many outputs a node of this op has, from its attributes ("T", "num_split", "N", "Tout"...). An absent
// or negative number counts as none; more than kMaxListOutputs is none as well (a graph that says so is
// damaged).
size_t OutputCount(const Op& op, const Attributes& attributes);
inline constexpr int64_t kMaxListOutputs = 1 << 20;

// The outputs that one output argument stands for.
struct OutputRange {
  size_t first = 0;
  size_t count = 0;
};
// Empty if the op has no output argument of that name.
std::optional<OutputRange> FindOutput(const Op& op, const Attributes& attributes, std::string_view argument);

// The dtype of each output, as far as attributes tell; kInvalid where they do not. OutputCount() long.
std::vector<DType> OutputTypes(const Op& op, const Attributes& attributes);

// Defines an op. In a file of ops/:
//   LS_TF_OP(Relu, "activations", "T", ir::kNone, shape::SameShape)
#define LS_TF_OP(op_name, output_names, output_types, op_traits, shape_function) \
  extern const Op op_name;                                                       \
  const Op op_name{{ir::Dialect::kTf, #op_name, op_traits}, output_names, output_types, shape_function};

}  // namespace litesmith::tf
