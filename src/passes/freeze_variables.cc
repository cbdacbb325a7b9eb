#include <set>
#include <string>
#include <tuple>

#include "passes/passes.h"
#include "tf/ops.h"
#include "tf/shape_context.h"

namespace litesmith::passes {
namespace {

// What makes two handles the same variable.
using VariableKey = std::tuple<std::string, std::string>;

bool IsHandle(const ir::Node& node) { return node.Is(tf::VarHandleOp); }
bool IsReference(const ir::Node& node) { return node.Is(tf::VariableV2) || node.Is(tf::Variable); }

VariableKey KeyOf(const ir::Node& node) {
  std::string name = node.attributes.Text("shared_name");
  if (name.empty() || name == "cd2c89b7-88b7-44c8-ad83-06c2a9158347") name = node.name;  // the anonymous name
  return {node.attributes.Text("container"), std::move(name)};
}

bool Writes(const ir::Node& node) {
  return node.op().Has(ir::kSideEffect) && !node.Is(ir::kReturn) && node.operand_count() > 0;
}

// Variables that something in the graph writes to: they stay variables.
std::set<VariableKey> WrittenVariables(const Module& module) {
  std::set<VariableKey> written;
  for (const auto& function : module.functions()) {
    for (const ir::Node& node : function->nodes()) {
      if (!IsHandle(node) && !IsReference(node)) continue;
      for (const ir::Use& use : node.output()->uses()) {
        // A handle that leaves through a call or a loop may be written there; what leaves of a reference is
        // the value.
        const bool leaves = use.user->op().Has(ir::kCalls) || use.user->Is(ir::kReturn);
        if (Writes(*use.user) || (leaves && IsHandle(node))) {
          written.insert(KeyOf(node));
        }
      }
    }
  }
  return written;
}

const Tensor* InitialValue(const ir::Node& variable) {
  return variable.attributes.FindAs<Tensor>("initial_value");
}

Failed ReportNoValue(const ir::Node& read, const ir::Node& variable, FindingSink& findings) {
  return findings.Report(tf::FindingAt(Code::kVariableWithoutValue, read)
                             .Headline("variable '{}' has no value", std::get<1>(KeyOf(variable)))
                             .Cause("the graph reads the variable, and no value for it came with the model: "
                                    "a GraphDef holds none unless it "
                                    "was frozen, and a SavedModel's variables/ folder lacks those that were "
                                    "not initialised, restored or "
                                    "attached to the saved object")
                             .Fix("of a frozen graph: freeze it first, so that variables are constants in "
                                  "it, or convert the SavedModel folder "
                                  "or checkpoint's export that it came from")
                             .Fix("of a SavedModel: restore or initialise all variables, attach the variable "
                                  "to the saved object, and save "
                                  "the model again"));
}

// Gathering from a handle becomes gathering from the constant.
void ReplaceGather(ir::Node& gather, ir::Value* constant) {
  const bool nd = gather.Is(tf::ResourceGatherNd);
  ir::Builder builder(gather);
  std::vector<ir::Value*> operands = {constant, gather.operand(1)};
  Attributes attributes;
  if (!nd) {
    const int64_t batch_dims = gather.attributes.Int("batch_dims");
    operands.push_back(builder.Constant(Tensor::Scalar(static_cast<int32_t>(batch_dims))));
    attributes.Set("batch_dims", batch_dims);
  }
  ir::Node* plain =
      builder.Create(nd ? tf::GatherNd : tf::GatherV2, operands, {gather.output()->type}, attributes);
  plain->name = gather.name;
  gather.output()->ReplaceAllUsesWith(plain->output());
  gather.function()->Erase(&gather);
}

}  // namespace

Result<Changed> FreezeVariables(Module& module, PassContext& context) {
  const std::set<VariableKey> written = WrittenVariables(module);
  bool changed = false, failed = false;
  for (const auto& function : module.functions()) {
    std::vector<ir::Node*> variables;  // collected first: the readers behind them are erased
    for (ir::Node& node : function->nodes()) {
      if ((IsHandle(node) || IsReference(node)) && !written.contains(KeyOf(node))) variables.push_back(&node);
    }
    for (ir::Node* variable : variables) {
      ir::Node& node = *variable;
      const Tensor* value = InitialValue(node);
      // One constant for all reads, so that shared weights stay shared.
      ir::Value* constant = nullptr;
      const std::vector<ir::Use> uses(node.output()->uses().begin(), node.output()->uses().end());
      for (const ir::Use& use : uses) {
        const bool read = IsReference(node) || use.user->Is(tf::ReadVariableOp);
        const bool gathered = use.user->Is(tf::ResourceGather) || use.user->Is(tf::ResourceGatherNd);
        if (!read && !gathered) continue;
        if (value == nullptr) {
          failed = true;
          ReportNoValue(*use.user, node, context.context.findings);
          continue;
        }
        if (constant == nullptr) {
          ir::Builder builder(node);
          constant = builder.Constant(*value, node.name);
          constant->node()->name = node.name;
        }
        if (IsReference(node)) {
          use.user->SetOperand(use.operand, constant);
        } else if (gathered) {
          ReplaceGather(*use.user, constant);
        } else {
          if (constant->name.empty()) constant->name = use.user->name;
          use.user->output()->ReplaceAllUsesWith(constant);
          use.user->function()->Erase(use.user);
        }
        changed = true;
      }
    }
  }
  if (failed) return kFailed;
  for (const auto& function : module.functions()) changed |= function->EraseDeadNodes();
  return changed ? Changed::kYes : Changed::kNo;
}

}  // namespace litesmith::passes
