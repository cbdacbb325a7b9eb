#include "lowering/lowering.h"

#include <algorithm>
#include <unordered_map>

#include "lowering/advice.h"
#include "lowering/tables.h"
#include "lowering/variables.h"
#include "tf/shape_context.h"

namespace litesmith::lowering {

// The table of all lowerings, from their definitions in ops/.
#define LS_LOWER_ENTRY(name) LS_LOWER(name);
#include "lowering/ls_lower.inc"
#undef LS_LOWER_ENTRY

namespace {

using LowerFunction = Result<void> (*)(Lowering&);

const std::unordered_map<const ir::OpDef*, LowerFunction>& Table() {
  static const std::unordered_map<const ir::OpDef*, LowerFunction> table = {
#define LS_LOWER_ENTRY(name) {&tf::name, Lower_##name},
#include "lowering/ls_lower.inc"
#undef LS_LOWER_ENTRY
  };
  return table;
}

bool IsAsked(const Options& options, std::string_view name) {
  return std::find(options.custom_ops.begin(), options.custom_ops.end(), name) != options.custom_ops.end() ||
         std::find(options.kernels.begin(), options.kernels.end(), name) != options.kernels.end();
}

// Who names an op, or brings a kernel for it, gets it as a custom op, whatever else could be made of it.
Result<void> LowerNode(ir::Node& node, const Options& options, Context& context) {
  const bool unknown = node.op().Has(ir::kUnknownOp);
  if (IsAsked(options, node.op_name()) || (unknown && options.allow_custom_ops))
    return KeepAsCustomOp(node, options, context);
  const auto found = Table().find(&node.op());
  if (found != Table().end()) {
    Lowering lowering(node, context);
    return found->second(lowering);
  }
  return context.findings.Report(unknown ? UnknownOpFinding(node) : NoFormFinding(node));
}

}  // namespace

bool HasLowering(const ir::OpDef& op) { return Table().contains(&op); }

ir::Value* Lowering::Make(const ir::OpDef& op, std::initializer_list<ir::Value*> operands,
                          Attributes attributes) {
  return Make(op, operands, result_type(), std::move(attributes));
}

ir::Value* Lowering::Make(const ir::OpDef& op, std::initializer_list<ir::Value*> operands, ir::Type type,
                          Attributes attributes) {
  ir::Node* made = builder_.Create(op, operands, {std::move(type)}, std::move(attributes));
  made->name = node_.name;
  return made->output();
}

ir::Value* Lowering::Int32s(const std::vector<int64_t>& values) {
  std::vector<int32_t> narrow(values.begin(), values.end());
  return Constant(Tensor::Of<int32_t>({static_cast<int64_t>(narrow.size())}, narrow));
}

ir::Value* Lowering::Int32(int64_t value) { return Constant(Tensor::Scalar(static_cast<int32_t>(value))); }

Result<void> Lowering::Replace(std::span<ir::Value* const> values) {
  for (size_t i = 0; i < values.size(); ++i) {
    ir::Value* output = node_.output(i);
    // A value that this lowering made takes over the name; one that was there before keeps its own.
    if (values[i]->name.empty()) values[i]->name = output->name;
    output->ReplaceAllUsesWith(values[i]);
  }
  node_.function()->Erase(&node_);
  return {};
}

Result<void> Lowering::Rename(const ir::OpDef& op, Attributes attributes) {
  std::vector<ir::Type> types;
  for (size_t i = 0; i < node_.output_count(); ++i) types.push_back(node_.output(i)->type);
  ir::Node* made = builder_.Create(op, node_.operands(), std::move(types), std::move(attributes));
  made->name = node_.name;
  std::vector<ir::Value*> outputs;
  for (size_t i = 0; i < made->output_count(); ++i) outputs.push_back(made->output(i));
  return Replace(outputs);
}

Failed Lowering::Report(Code code, std::string cause, std::string fix) {
  Finding finding = tf::FindingAt(code, node_);
  finding.Headline("op {} cannot be converted as it is used here", node_.op_name());
  finding.cause = std::move(cause);
  if (!fix.empty()) finding.Fix(std::move(fix));
  return context_.findings.Report(std::move(finding));
}

Result<void> LowerModule(ir::Module& module, const Options& options, Context& context) {
  bool failed = !LowerTables(module, context).ok();
  InitializeVariables(module);
  for (const auto& function : module.functions()) {
    for (ir::Node& node : function->nodes()) {
      if (node.op().dialect != ir::Dialect::kTf) continue;
      failed |= !LowerNode(node, options, context).ok();
    }
    function->EraseDeadNodes();
  }
  if (failed) return kFailed;
  return {};
}

}  // namespace litesmith::lowering
