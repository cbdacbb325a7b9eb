#include "import/tf/source.h"

#include "base/finding.h"

namespace litesmith::import_tf {

Finding FindingAt(Code code, const graphdef::NodeDef& node, std::string_view function) {
  Finding finding(code);
  finding.Op(node.op).Node(function.empty() ? std::string(node.name)
                                            : fmt::format("{} in {}", node.name, function));
  return finding;
}

Result<Attributes> Source::AttributesOf(const graphdef::NodeDef& node) const {
  if (constants == nullptr || node.op != "Const") {
    return graphdef::DecodeNodeAttributes(document, context, node);
  }
  return constants->AttributesOf(document, context, node);
}

Result<const LibraryFunction*> Source::Function(std::string_view name) {
  const auto message = graph.functions.find(name);
  if (message == graph.functions.end()) return nullptr;
  auto& entry = functions_[message->first];
  if (entry == nullptr) {
    auto function = std::make_unique<LibraryFunction>();
    LS_TRY(function->definition, graphdef::DecodeFunction(document, context, message->second));
    LS_TRY(function->body, MakeBody(context, message->first, function->definition.nodes));
    const auto& arguments = function->definition.signature.inputs;
    for (uint32_t i = 0; i < arguments.size(); ++i) function->body.arguments.emplace(arguments[i].name, i);
    entry = std::move(function);
  }
  return entry.get();
}

Result<const graphdef::OpDef*> Source::OpDefOf(std::string_view op) {
  if (meta == nullptr) return nullptr;
  const auto message = meta->ops.find(op);
  if (message == meta->ops.end()) return nullptr;
  auto found = ops_.find(op);
  if (found == ops_.end()) {
    LS_TRY(graphdef::OpDef definition, graphdef::DecodeOpDef(document, context, message->second));
    found = ops_.emplace(message->first, std::move(definition)).first;
  }
  return &found->second;
}

Result<ir::Function*> Source::Request(std::string_view name, const graphdef::NodeDef& caller,
                                      std::string_view in_function) {
  const auto known = imported_.find(name);
  if (known != imported_.end()) return known->second;
  const auto message = graph.functions.find(name);
  if (message == graph.functions.end()) {
    return context.findings.Report(
        FindingAt(Code::kFunctionMissing, caller, in_function)
            .Headline("function {} is not in the file", name)
            .Cause("{} {} calls it, and the file's library has {} other functions", caller.op, caller.name,
                   graph.functions.size())
            .Fix("export the model again, as a SavedModel, which holds all functions"));
  }
  ir::Function* function = module.AddFunction(module.FreeFunctionName(name));
  imported_.emplace(message->first, function);
  requested.emplace_back(message->first, function);
  return function;
}

}  // namespace litesmith::import_tf
