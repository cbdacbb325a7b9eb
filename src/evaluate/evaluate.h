// One TensorFlow op on tensors, with TensorFlow's own semantics, from the node's own attributes: nothing here
// goes through the lowering, so that folding and `verify` see its mistakes. Each op is a function in a file
// of ops/:
//   LS_EVALUATE(Relu) { return Unary(call, [](auto x) { return std::max(x, decltype(x){0}); }); }
#pragma once

#include <span>
#include <vector>

#include "base/finding.h"
#include "base/host.h"
#include "ir/module.h"
#include "tensor/tensor.h"

namespace litesmith::evaluate {

struct Call {
  const ir::Node& node;
  std::span<const Tensor> inputs;
  Context& context;

  const Attributes& attributes() const { return node.attributes; }
  // An invalid tensor, which no op takes, where the graph gives fewer inputs than the op has.
  const Tensor& input(size_t index) const;
  // Reports kShapeMismatch (or another code) at the node with this cause.
  Failed Fail(std::string cause, Code code = Code::kShapeMismatch) const;
};

using Outputs = std::vector<Tensor>;
using Function = Result<Outputs> (*)(const Call& call);

// Whether there is a function for the node's op: pure ops only; control flow, random and stateful ops have
// none.
bool CanEvaluate(const ir::Node& node);
// As many tensors as the node has outputs.
Result<Outputs> Evaluate(const ir::Node& node, std::span<const Tensor> inputs, Context& context);

#define LS_EVALUATE(op_name) Result<Outputs> Evaluate_##op_name(const Call& call)

}  // namespace litesmith::evaluate
