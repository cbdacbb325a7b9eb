#include "passes/static_control_flow.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "evaluate/evaluate.h"
#include "passes/clone.h"
#include "tf/ops.h"

namespace litesmith::passes {
namespace {

const ir::Function* Called(const ir::Node& node, std::string_view attribute) {
  const auto* ref = node.attributes.FindAs<FunctionRef>(attribute);
  return ref != nullptr ? node.function()->module()->FindFunction(ref->name) : nullptr;
}

void ReplaceBy(ir::Node& node, const std::vector<ir::Value*>& values) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i]->name.empty()) values[i]->name = node.output(i)->name;
    node.output(i)->ReplaceAllUsesWith(values[i]);
  }
}

// TensorFlow's truth of a condition: a scalar that is not zero (strings: not empty), or a tensor with
// elements.
std::optional<bool> Truth(const Tensor& tensor) {
  if (tensor.rank() != 0) return tensor.elements() > 0;
  if (tensor.dtype() == DType::kString) return !tensor.strings()[0].empty();
  const auto values = tensor.ToDouble();
  return values ? std::optional(values->front() != 0) : std::nullopt;
}

// The part of a function that some of its results depend on.
struct Part {
  std::vector<const ir::Node*> nodes;     // in order
  std::unordered_set<size_t> parameters;  // their indices
};

Part PartBehind(const ir::Function& function, const std::vector<const ir::Value*>& results) {
  Part part;
  std::unordered_set<const ir::Node*> wanted;
  std::vector<const ir::Value*> waiting = results;
  while (!waiting.empty()) {
    const ir::Value* value = waiting.back();
    waiting.pop_back();
    if (value == nullptr) continue;
    if (value->is_parameter()) {
      part.parameters.insert(value->index());
    } else if (wanted.insert(value->node()).second) {
      for (size_t i = 0; i < value->node()->operand_count(); ++i)
        waiting.push_back(value->node()->operand(i));
    }
  }
  for (const ir::Node& node : function.nodes()) {
    if (wanted.contains(&node)) part.nodes.push_back(&node);
  }
  return part;
}

// Runs a loop's condition, and as much of its body as the condition depends on, to count its steps.
class StepCounter {
 public:
  StepCounter(const ir::Node& loop, const ir::Function& condition, const ir::Function& body, Context& context)
      : loop_(loop),
        condition_(condition),
        body_(body),
        quiet_{context.host, sink_, context.limits, context.cancelled} {}

  // Empty if that depends on more than constants, or takes more than `most` steps.
  std::optional<int64_t> Count(const KnownValue& known, int64_t most) {
    condition_part_ = PartBehind(condition_, {condition_.result(0)});
    counted_ = condition_part_.parameters;
    for (size_t before = 0;
         before != counted_.size();) {  // what the condition's variables themselves depend on
      before = counted_.size();
      std::vector<const ir::Value*> results;
      for (size_t index : counted_) results.push_back(body_.result(index));
      body_part_ = PartBehind(body_, results);
      counted_.insert(body_part_.parameters.begin(), body_part_.parameters.end());
    }
    for (const Part* part : {&condition_part_, &body_part_}) {
      for (const ir::Node* node : part->nodes) {
        if (!node->Is(ir::kConstant) && !evaluate::CanEvaluate(*node)) return std::nullopt;
      }
    }
    std::unordered_map<size_t, Tensor> variables;
    for (size_t index : counted_) {
      auto value = known(loop_.operand(index));
      if (!value) return std::nullopt;
      variables[index] = *std::move(value);
    }
    for (int64_t steps = 0; steps <= most && !quiet_.is_cancelled(); ++steps) {
      Values values;
      if (!Run(condition_, condition_part_, variables, values)) return std::nullopt;
      const auto truth = Truth(values.at(condition_.result(0)));
      if (!truth) return std::nullopt;
      if (!*truth) return steps;
      if (!Run(body_, body_part_, variables, values)) return std::nullopt;
      for (size_t index : counted_) variables[index] = values.at(body_.result(index));
    }
    return std::nullopt;
  }

 private:
  using Values = std::unordered_map<const ir::Value*, Tensor>;

  bool Run(const ir::Function& function, const Part& part,
           const std::unordered_map<size_t, Tensor>& variables, Values& values) {
    values.clear();
    for (const auto& [index, tensor] : variables) values[function.parameter(index)] = tensor;
    for (const ir::Node* node : part.nodes) {
      if (node->Is(ir::kConstant)) {
        values[node->output()] = *node->output()->constant();
        continue;
      }
      std::vector<Tensor> inputs;
      for (size_t i = 0; i < node->operand_count(); ++i) inputs.push_back(values[node->operand(i)]);
      auto outputs = evaluate::Evaluate(*node, inputs, quiet_);
      if (!outputs) return false;
      for (size_t i = 0; i < node->output_count(); ++i) values[node->output(i)] = (*outputs)[i];
    }
    return true;
  }

  const ir::Node& loop_;
  const ir::Function& condition_;
  const ir::Function& body_;
  NullSink sink_;
  Context quiet_;
  Part condition_part_, body_part_;
  std::unordered_set<size_t> counted_;
};

bool ResolveLoop(ir::Node& loop, const KnownValue& known, Context& context) {
  const ir::Function* condition = Called(loop, "cond");
  const ir::Function* body = Called(loop, "body");
  if (condition == nullptr || body == nullptr || condition->result_count() != 1) return false;
  const size_t variables = loop.operand_count();
  if (body->result_count() != variables || body->parameter_count() != variables ||
      condition->parameter_count() != variables || loop.output_count() != variables) {
    return false;
  }
  const auto per_step = static_cast<int64_t>(std::max<size_t>(body->node_count(), 1));
  const int64_t most =
      std::min(context.limits.max_unrolled_steps,
               std::max<int64_t>(1, static_cast<int64_t>(context.limits.max_unrolled_nodes) / per_step));
  const auto steps = StepCounter(loop, *condition, *body, context).Count(known, most);
  if (!steps) return false;
  std::vector<ir::Value*> values = loop.operands();
  for (int64_t step = 0; step < *steps; ++step) values = InlineBody(*body, values, loop);
  ReplaceBy(loop, values);
  return true;
}

bool InlineBranch(ir::Node& node, const ir::Function* branch) {
  if (branch == nullptr || branch->parameter_count() + 1 != node.operand_count() ||
      branch->result_count() != node.output_count()) {
    return false;
  }
  std::vector<ir::Value*> arguments = node.operands();
  arguments.erase(arguments.begin());
  ReplaceBy(node, InlineBody(*branch, arguments, node));
  return true;
}

}  // namespace

bool ResolveControlFlow(ir::Node& node, const KnownValue& known, Context& context) {
  if (node.Is(tf::While) || node.Is(tf::StatelessWhile)) return ResolveLoop(node, known, context);
  if (node.Is(tf::If) || node.Is(tf::StatelessIf)) {
    const auto value = known(node.operand(0));
    const auto truth = value ? Truth(*value) : std::nullopt;
    return truth && InlineBranch(node, Called(node, *truth ? "then_branch" : "else_branch"));
  }
  if (node.Is(tf::Case) || node.Is(tf::StatelessCase)) {
    const auto value = known(node.operand(0));
    const auto index = value ? value->ToInt64() : std::nullopt;
    const auto branches = node.attributes.Get<std::vector<FunctionRef>>("branches");
    if (!index || index->size() != 1 || branches.empty()) return false;
    // An index out of range takes the last branch.
    const bool in_range = index->front() >= 0 && index->front() < static_cast<int64_t>(branches.size());
    const size_t taken = in_range ? static_cast<size_t>(index->front()) : branches.size() - 1;
    return InlineBranch(node, node.function()->module()->FindFunction(branches[taken].name));
  }
  return false;
}

}  // namespace litesmith::passes
