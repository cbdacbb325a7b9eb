#include <vector>

#include "passes/passes.h"
#include "tf/ops.h"

namespace litesmith::passes {
namespace {

// What may be made again inside a function: constants, and handles of variables, tables and the like.
bool CanMove(const ir::Value* value) {
  if (value == nullptr || value->node() == nullptr) return false;
  const ir::Node& node = *value->node();
  return node.Is(ir::kConstant) ||
         (node.operand_count() == 0 && node.output_count() == 1 &&
          node.output()->type.dtype == DType::kResource) ||
         node.Is(tf::VarHandleOp) || node.Is(tf::VariableV2) || node.Is(tf::Variable);
}

// A copy of the node that defines `value` at the start of `function`.
ir::Value* CopyInto(const ir::Value& value, ir::Function& function) {
  const ir::Node& node = *value.node();
  ir::Builder builder(*function.first());
  builder.origin = node.origin;
  ir::Node* copy = builder.Create(node.op(), {}, {node.output()->type}, node.attributes);
  copy->name = node.name;
  copy->output()->name = value.name;
  return copy->output();
}

ir::Function* Called(const ir::Node& node, std::string_view attribute) {
  const auto* ref = node.attributes.FindAs<FunctionRef>(attribute);
  return ref != nullptr ? node.function()->module()->FindFunction(ref->name) : nullptr;
}

// Removes loop variable `index`, which the body passes on unchanged: users behind the loop take `value`.
void DropLoopVariable(ir::Node& loop, ir::Function& condition, ir::Function& body, size_t index) {
  loop.output(index)->ReplaceAllUsesWith(loop.operand(index));
  std::vector<ir::Value*> operands = loop.operands(), results = body.return_node()->operands();
  operands.erase(operands.begin() + static_cast<ptrdiff_t>(index));
  results.erase(results.begin() + static_cast<ptrdiff_t>(index));
  body.SetResults(results);
  loop.SetOperands(operands);
  loop.EraseOutput(index);
  condition.EraseParameter(index);
  body.EraseParameter(index);
}

struct LoopParts {
  ir::Function *condition = nullptr, *body = nullptr;
};

// Null where they do not fit the loop's operands.
LoopParts PartsOf(const ir::Node& loop) {
  ir::Function* condition = Called(loop, "cond");
  ir::Function* body = Called(loop, "body");
  const size_t count = loop.operand_count();
  if (condition == nullptr || body == nullptr || body->result_count() != count ||
      body->parameter_count() != count || condition->parameter_count() != count)
    return {};
  return {condition, body};
}

bool SinkIntoLoop(ir::Node& loop) {
  const auto [condition, body] = PartsOf(loop);
  if (body == nullptr) return false;
  bool changed = false;
  for (size_t i = loop.operand_count(); i-- > 0;) {
    if (body->result(i) != body->parameter(i) || !CanMove(loop.operand(i))) continue;
    for (ir::Function* function : {condition, body}) {
      ir::Value* parameter = function->parameter(i);
      const size_t kept = function == body ? 1 : 0;  // the body's own result
      if (parameter->uses().size() > kept) {
        ir::Value* copy = CopyInto(*loop.operand(i), *function);
        parameter->ReplaceAllUsesWith(copy);
        if (function == body) body->return_node()->SetOperand(i, parameter);
      }
    }
    DropLoopVariable(loop, *condition, *body, i);
    changed = true;
  }
  return changed;
}

bool SinkIntoBranches(ir::Node& node, const std::vector<ir::Function*>& branches) {
  for (const ir::Function* branch : branches) {
    if (branch == nullptr || branch->parameter_count() + 1 != node.operand_count()) return false;
  }
  bool changed = false;
  for (size_t i = node.operand_count(); i-- > 1;) {
    if (!CanMove(node.operand(i))) continue;
    for (ir::Function* branch : branches) {
      ir::Value* parameter = branch->parameter(i - 1);
      if (parameter->used()) parameter->ReplaceAllUsesWith(CopyInto(*node.operand(i), *branch));
      branch->EraseParameter(i - 1);
    }
    std::vector<ir::Value*> operands = node.operands();
    operands.erase(operands.begin() + static_cast<ptrdiff_t>(i));
    node.SetOperands(operands);
    changed = true;
  }
  return changed;
}

// Loop variables that neither condition nor body looks at.
bool DropUnusedVariables(ir::Node& loop) {
  const auto [condition, body] = PartsOf(loop);
  if (body == nullptr) return false;
  bool changed = false;
  for (size_t i = loop.operand_count(); i-- > 0;) {
    const bool unused = body->result(i) == body->parameter(i) && body->parameter(i)->uses().size() == 1 &&
                        !condition->parameter(i)->used();
    if (!unused) continue;
    DropLoopVariable(loop, *condition, *body, i);
    changed = true;
  }
  return changed;
}

}  // namespace

Result<Changed> DropUnusedInvariants(Module& module, PassContext&) {
  bool changed = false;
  for (const auto& function : module.functions()) {
    for (ir::Node& node : function->nodes()) {
      if (node.Is(tf::While) || node.Is(tf::StatelessWhile)) changed |= DropUnusedVariables(node);
    }
  }
  return changed ? Changed::kYes : Changed::kNo;
}

Result<Changed> SinkInvariants(Module& module, PassContext&) {
  bool changed = false;
  // Functions are visited after those that call them only by luck; what sinks one level deeper waits for the
  // next round, and nesting is shallow.
  for (bool again = true; again;) {
    again = false;
    for (const auto& function : module.functions()) {
      for (ir::Node& node : function->nodes()) {
        if (node.Is(tf::While) || node.Is(tf::StatelessWhile)) again |= SinkIntoLoop(node);
        if (node.Is(tf::If) || node.Is(tf::StatelessIf)) {
          again |= SinkIntoBranches(node, {Called(node, "then_branch"), Called(node, "else_branch")});
        }
        if (node.Is(tf::Case) || node.Is(tf::StatelessCase)) {
          std::vector<ir::Function*> branches;
          for (const FunctionRef& ref : node.attributes.Get<std::vector<FunctionRef>>("branches")) {
            branches.push_back(module.FindFunction(ref.name));
          }
          again |= SinkIntoBranches(node, branches);
        }
      }
    }
    changed |= again;
  }
  return changed ? Changed::kYes : Changed::kNo;
}

}  // namespace litesmith::passes
