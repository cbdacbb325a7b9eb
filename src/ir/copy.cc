#include "ir/copy.h"

namespace litesmith::ir {
namespace {

void CopyValue(const Value& from, Value& to, ModuleCopy& copy) {
  to.name = from.name;
  to.source_tensor = from.source_tensor;
  copy.values[&from] = &to;
}

void CopyFunction(const Function& from, Function& to, ModuleCopy& copy) {
  to.parameter_names = from.parameter_names;
  to.result_names = from.result_names;
  for (size_t i = 0; i < from.parameter_count(); ++i) {
    const Value& parameter = *from.parameter(i);
    CopyValue(parameter, *to.AddParameter(parameter.type, parameter.name), copy);
  }
  const auto operands_of = [&](const Node& node) {
    std::vector<Value*> operands;
    for (size_t i = 0; i < node.operand_count(); ++i) {
      const auto found = copy.values.find(node.operand(i));
      operands.push_back(found != copy.values.end() ? found->second : nullptr);
    }
    return operands;
  };
  Builder builder(to);
  for (const Node& node : from.nodes()) {
    if (&node == from.return_node()) break;
    const OpDef& op =
        node.op().Has(kUnknownOp) ? copy.module->UnknownOp(node.op().dialect, node.op_name()) : node.op();
    Node* made = builder.Create(op, operands_of(node), {}, node.attributes);
    made->name = node.name;
    made->origin = node.origin;
    copy.nodes[&node] = made;
    for (size_t i = 0; i < node.output_count(); ++i)
      CopyValue(*node.output(i), *made->AddOutput(node.output(i)->type), copy);
  }
  to.SetResults(operands_of(*from.return_node()));
}

}  // namespace

ModuleCopy CopyModule(const Module& module) {
  ModuleCopy copy;
  copy.module = std::make_shared<Module>();
  copy.module->origins = module.origins;
  copy.module->symbols = module.symbols;
  copy.module->signatures = module.signatures;
  copy.module->source_version = module.source_version;
  copy.module->metadata = module.metadata;
  copy.module->files = module.files;
  copy.module->description = module.description;
  for (const auto& function : module.functions()) copy.module->AddFunction(function->name);
  for (size_t i = 0; i < module.functions().size(); ++i)
    CopyFunction(*module.functions()[i], *copy.module->functions()[i], copy);
  return copy;
}

}  // namespace litesmith::ir
