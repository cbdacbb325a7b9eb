#include "evaluate/evaluate.h"

#include <algorithm>
#include <new>

#include "evaluate/operands.h"

namespace litesmith::evaluate {

#define LS_EVALUATE_ENTRY(name) Result<Outputs> Evaluate_##name(const Call& call);
#include "evaluate/ls_evaluate.inc"
#undef LS_EVALUATE_ENTRY

namespace {

struct Entry {
  std::string_view name;
  Function function;
};

// In the order of the names, as the generated list is.
constexpr Entry kEntries[] = {
#define LS_EVALUATE_ENTRY(name) {#name, &Evaluate_##name},
#include "evaluate/ls_evaluate.inc"
#undef LS_EVALUATE_ENTRY
};
static_assert(std::ranges::is_sorted(kEntries, {}, &Entry::name));

Function FunctionOf(const ir::Node& node) {
  if (node.op().dialect != ir::Dialect::kTf) return nullptr;
  const auto* found = std::ranges::lower_bound(kEntries, node.op_name(), {}, &Entry::name);
  return found != std::end(kEntries) && found->name == node.op_name() ? found->function : nullptr;
}

}  // namespace

const Tensor& Call::input(size_t index) const {
  static const Tensor kNone;
  return index < inputs.size() ? inputs[index] : kNone;
}

Failed Call::Fail(std::string cause, Code code) const {
  Finding finding(code);
  finding.Op(node.op_name()).Node(node.name).Headline("{} cannot be computed", node.op_name());
  finding.cause = std::move(cause);
  for (const Tensor& tensor : inputs) {
    if (!tensor.valid()) continue;
    finding.Tensor({.name = {}, .dtype = std::string(NameOf(tensor.dtype())), .shape = tensor.dims()});
  }
  return context.findings.Report(std::move(finding));
}

bool CanEvaluate(const ir::Node& node) { return FunctionOf(node) != nullptr; }

Result<Outputs> Evaluate(const ir::Node& node, std::span<const Tensor> inputs, Context& context) {
  const Call call{node, inputs, context};
  const Function function = FunctionOf(node);
  if (function == nullptr) {
    return call.Fail("this program does not evaluate the op", Code::kNoKernel);
  }
  for (const Tensor& input : inputs) {
    if (!HasStrides(input.dims())) {
      return call.Fail(fmt::format("an operand of shape {} is too large", ToText(input.dims())),
                       Code::kLimitExceeded);
    }
  }
  try {
    Result<Outputs> outputs = function(call);
    if (outputs && outputs->size() != node.output_count()) {
      return call.Fail(
          fmt::format("the node has {} outputs, the op gives {}", node.output_count(), outputs->size()),
          Code::kGraphDamaged);
    }
    return outputs;
  } catch (const std::bad_alloc&) {
    return call.Fail("there is not enough memory for its result", Code::kOutOfMemory);
  }
}

}  // namespace litesmith::evaluate
