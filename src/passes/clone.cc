#include "passes/clone.h"

#include <unordered_map>

#include "base/check.h"

namespace litesmith::passes {
namespace {

// Copies `node` (types and all) with operands looked up in `values`; a TF1 Merge whose back edge comes later
// gets its operand when that is known, so absent entries become null here.
ir::Node* CopyNode(const ir::Node& node, std::unordered_map<const ir::Value*, ir::Value*>& values,
                   ir::Builder& builder) {
  std::vector<ir::Value*> operands;
  operands.reserve(node.operand_count());
  for (size_t i = 0; i < node.operand_count(); ++i) {
    const auto found = values.find(node.operand(i));
    operands.push_back(found != values.end() ? found->second : nullptr);
  }
  ir::Node* copy = builder.Create(node.op(), operands, {}, node.attributes);
  copy->name = node.name;
  for (size_t i = 0; i < node.output_count(); ++i) {
    ir::Value* value = copy->AddOutput(node.output(i)->type);
    value->name = node.output(i)->name;
    values[node.output(i)] = value;
  }
  return copy;
}

void CloneCalledFunctions(ir::Node& node) {
  if (!node.op().Has(ir::kCalls)) return;
  ir::Module& module = *node.function()->module();
  const auto clone = [&](const FunctionRef& ref) {
    const ir::Function* called = module.FindFunction(ref.name);
    return called != nullptr ? FunctionRef{CloneFunction(*called)->name} : ref;
  };
  std::vector<Attributes::Entry> changed;
  for (const auto& [name, value] : node.attributes) {
    if (const auto* ref = std::get_if<FunctionRef>(&value)) {
      changed.emplace_back(name, clone(*ref));
    } else if (const auto* refs = std::get_if<std::vector<FunctionRef>>(&value)) {
      std::vector<FunctionRef> copies;
      for (const FunctionRef& one : *refs) copies.push_back(clone(one));
      changed.emplace_back(name, std::move(copies));
    }
  }
  for (auto& [name, value] : changed) node.attributes.Set(name, std::move(value));
}

void CopyBody(const ir::Function& body, std::unordered_map<const ir::Value*, ir::Value*>& values,
              ir::Builder& builder, ir::OriginId call) {
  ir::OriginTable& origins = builder.function().module()->origins;
  std::vector<std::pair<const ir::Node*, ir::Node*>> back_edges;
  for (const ir::Node& node : body.nodes()) {
    if (node.Is(ir::kReturn)) continue;
    builder.origin = call != ir::kNoOrigin ? origins.Inlined(node.origin, call) : node.origin;
    ir::Node* copy = CopyNode(node, values, builder);
    for (size_t i = 0; i < node.operand_count(); ++i) {
      if (node.operand(i) != nullptr && copy->operand(i) == nullptr) {
        back_edges.emplace_back(&node, copy);
        break;
      }
    }
    CloneCalledFunctions(*copy);
  }
  for (const auto& [node, copy] : back_edges) {
    for (size_t i = 0; i < node->operand_count(); ++i) {
      if (node->operand(i) != nullptr && copy->operand(i) == nullptr)
        copy->SetOperand(i, values.at(node->operand(i)));
    }
  }
}

}  // namespace

std::vector<ir::Value*> InlineBody(const ir::Function& body, std::span<ir::Value* const> arguments,
                                   ir::Node& before) {
  LS_CHECK(arguments.size() == body.parameter_count(), body.name);
  std::unordered_map<const ir::Value*, ir::Value*> values;
  for (size_t i = 0; i < arguments.size(); ++i) values[body.parameter(i)] = arguments[i];
  ir::Builder builder(before);
  CopyBody(body, values, builder, before.origin);
  std::vector<ir::Value*> results;
  for (size_t i = 0; i < body.result_count(); ++i) results.push_back(values.at(body.result(i)));
  return results;
}

ir::Function* CloneFunction(const ir::Function& function) {
  ir::Module& module = *function.module();
  ir::Function* copy = module.AddFunction(module.FreeFunctionName(function.name));
  copy->parameter_names = function.parameter_names;
  copy->result_names = function.result_names;
  std::unordered_map<const ir::Value*, ir::Value*> values;
  for (size_t i = 0; i < function.parameter_count(); ++i) {
    values[function.parameter(i)] =
        copy->AddParameter(function.parameter(i)->type, function.parameter(i)->name);
  }
  ir::Builder builder(*copy);
  CopyBody(function, values, builder, ir::kNoOrigin);
  std::vector<ir::Value*> results;
  for (size_t i = 0; i < function.result_count(); ++i) results.push_back(values.at(function.result(i)));
  copy->SetResults(results);
  return copy;
}

}  // namespace litesmith::passes
