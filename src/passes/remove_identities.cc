#include <array>

#include "passes/identities.h"
#include "passes/passes.h"
#include "tf/ops.h"
#include "tf/shape_context.h"

namespace litesmith::passes {
namespace {

// Gives out operand i as output i, whatever it is.
bool PassesOn(const ir::Node& node) {
  static const std::array ops = {
      &tf::Identity,      &tf::IdentityN,     &tf::StopGradient,           &tf::PreventGradient,
      &tf::Snapshot,      &tf::CheckNumerics, &tf::CheckNumericsV2,        &tf::EnsureShape,
      &tf::DebugIdentity, &tf::RefIdentity,   &tf::PlaceholderWithDefault, &tf::Print};
  for (const tf::Op* op : ops) {
    if (node.Is(*op)) return true;
  }
  return false;
}

bool IsDropped(const ir::Node& node) {
  return node.Is(tf::Assert) || node.Is(tf::PrintV2) || node.Is(tf::NoOp) || node.Is(tf::Print);
}

void NoteDropped(const ir::Node& node, FindingSink& findings) {
  if (node.Is(tf::NoOp)) return;
  Finding finding(Code::kDropped);
  finding.Op(node.op_name())
      .Headline("{} is left out", node.op_name())
      .Cause("{} checks or prints something and has no effect on the outputs; a .tflite has no such op",
             node.op_name());
  findings.Report(std::move(finding));
}

}  // namespace

Result<Changed> RemoveIdentities(Module& module, PassContext& context) {
  Changed changed = Changed::kNo;
  for (const auto& function : module.functions()) {
    for (ir::Node& node : function->nodes()) {
      if (IsDropped(node)) NoteDropped(node, context.context.findings);
      if (PassesOn(node)) {
        const bool fits = node.operand_count() >= node.output_count();
        for (size_t i = 0; fits && i < node.output_count(); ++i) {
          ir::Value* source = node.operand(i);
          const ir::Type& type = node.output(i)->type;
          if (!source->type.shape.ranked() && type.shape.ranked()) source->type.shape = type.shape;
          ReplaceBySame(*node.output(i), *source);
        }
      }
      if ((PassesOn(node) || IsDropped(node)) && !node.used()) {
        function->Erase(&node);
        changed = Changed::kYes;
      }
    }
  }
  return changed;
}

}  // namespace litesmith::passes
