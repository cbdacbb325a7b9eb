#include "passes/clone.h"
#include "passes/passes.h"
#include "tf/ops.h"
#include "tf/shape_context.h"

namespace litesmith::passes {
namespace {

bool IsCall(const ir::Node& node) {
  return node.Is(tf::PartitionedCall) || node.Is(tf::StatefulPartitionedCall);
}

// A function that stands for one op is left for whoever knows the op (detection recognition, the lowering).
bool StandsForAnOp(const ir::Node& node) {
  const std::string* implements = node.attributes.FindAs<std::string>("_implements");
  return implements != nullptr && implements->find("TFLite_Detection_PostProcess") != std::string::npos;
}

Result<Changed> InlineInto(ir::Function& function, PassContext& context) {
  Changed changed = Changed::kNo;
  for (ir::Node* node = function.first(); node != nullptr;) {
    if (!IsCall(*node) || StandsForAnOp(*node)) {
      node = node->next();
      continue;
    }
    const FunctionRef* ref = node->attributes.FindAs<FunctionRef>("f");
    const ir::Function* body = ref != nullptr ? function.module()->FindFunction(ref->name) : nullptr;
    if (body == nullptr || body->parameter_count() != node->operand_count() ||
        body->result_count() != node->output_count()) {
      return context.context.findings.Report(
          tf::FindingAt(Code::kFunctionMissing, *node)
              .Headline("'{}' calls a function that does not fit or is not there", node->name)
              .Cause("the graph calls {} with {} arguments for {} results",
                     ref != nullptr ? ref->name : "nothing", node->operand_count(), node->output_count())
              .Fix("export the model again; the file contradicts itself"));
    }
    ir::Node* const marker = node->previous();
    const std::vector<ir::Value*> operands = node->operands();
    const std::vector<ir::Value*> results = InlineBody(*body, operands, *node);
    for (size_t i = 0; i < results.size(); ++i) {
      if (results[i]->name.empty()) results[i]->name = node->output(i)->name;
      node->output(i)->ReplaceAllUsesWith(results[i]);
    }
    function.Erase(node);
    node = marker != nullptr ? marker->next() : function.first();  // bodies hold calls themselves
    changed = Changed::kYes;
  }
  return changed;
}

}  // namespace

Result<Changed> InlineCalls(Module& module, PassContext& context) {
  Changed changed = Changed::kNo;
  // Signatures first; functions of loops and branches are copied into calls that stay, and visited after
  // them.
  for (size_t i = 0; i < module.functions().size(); ++i) {
    ir::Function& function = *module.functions()[i];
    bool reached = false;
    for (const ir::Signature& signature : module.signatures) reached |= signature.function == function.name;
    reached |= module.signatures.empty() && i == 0;
    if (!reached) continue;
    LS_TRY(const Changed now, InlineInto(function, context));
    changed = changed | now;
  }
  LS_TRY(const Changed pruned, Prune(module, context));
  for (size_t i = 0; i < module.functions().size(); ++i) {
    LS_TRY(const Changed now, InlineInto(*module.functions()[i], context));
    changed = changed | now;
  }
  LS_TRY(const Changed again, Prune(module, context));
  return changed | pruned | again;
}

}  // namespace litesmith::passes
