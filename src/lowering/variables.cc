#include "lowering/variables.h"

#include <map>
#include <utility>

#include "ir/signature.h"
#include "tf/ops.h"
#include "tfl/ops.h"

namespace litesmith::lowering {
namespace {

// What TensorFlow calls a variable that is its handle and nothing else (resource_mgr.h).
constexpr std::string_view kAnonymous = "cd2c89b7-88b7-44c8-ad83-06c2a9158347";

struct Variable {
  Attributes options;
  Tensor value;
};

std::map<std::pair<std::string, std::string>, Variable> FindVariables(const ir::Module& module) {
  std::map<std::pair<std::string, std::string>, Variable> variables;
  for (const auto& function : module.functions()) {
    for (const ir::Node& node : function->nodes()) {
      if (!node.Is(tf::VarHandleOp) || !node.used()) continue;
      const auto* value = node.attributes.FindAs<Tensor>("initial_value");
      if (value == nullptr) continue;
      Attributes options = VariableOptions(node);
      const std::pair key(options.Text("container"), options.Text("shared_name"));
      variables.try_emplace(key, Variable{std::move(options), *value});
    }
  }
  return variables;
}

}  // namespace

Attributes VariableOptions(const ir::Node& handle) {
  std::string name = handle.attributes.Text("shared_name");
  if (name.empty() || name == kAnonymous) name = handle.name;
  return {{"container", handle.attributes.Text("container")}, {"shared_name", std::move(name)}};
}

void InitializeVariables(ir::Module& module) {
  const auto variables = FindVariables(module);
  if (variables.empty()) return;
  const std::vector<ir::Function*> entries = ir::EntryFunctions(module);
  const std::string name = module.FreeFunctionName("initialize_variables");
  ir::Builder builder(*module.AddFunction(name));
  for (const auto& [key, variable] : variables) {
    ir::Value* handle =
        builder.Make(tfl::VAR_HANDLE, {}, {DType::kResource, Shape::Scalar(), nullptr}, variable.options);
    builder.Create(tfl::ASSIGN_VARIABLE, {handle, builder.Constant(variable.value)}, {});
  }
  for (ir::Function* entry : entries) {
    ir::Builder first(entry->first() != nullptr ? *entry->first() : *entry->return_node());
    first.Create(tfl::CALL_ONCE, {}, {}, {{"init_subgraph_index", FunctionRef{name}}});
  }
}

}  // namespace litesmith::lowering
