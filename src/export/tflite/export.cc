#include "export/tflite/export.h"

#include <algorithm>
#include <unordered_set>

#include "base/check.h"
#include "base/finding.h"
#include "export/tflite/export_graph.h"
#include "formats/tflite/read.h"
#include "formats/tflite/write.h"

namespace litesmith::export_tflite {
namespace {

constexpr size_t kRuntimeVersionBytes = 16;
constexpr std::string_view kOldestRuntime = "1.5.0";

// Functions that a node refers to.
std::vector<std::string> ReferencesOf(const ir::Node& node) {
  std::vector<std::string> names;
  for (const auto& [name, value] : node.attributes) {
    if (const auto* ref = std::get_if<FunctionRef>(&value)) names.push_back(ref->name);
    if (const auto* refs = std::get_if<std::vector<FunctionRef>>(&value)) {
      for (const FunctionRef& ref : *refs) names.push_back(ref.name);
    }
  }
  return names;
}

std::unordered_set<const ir::Function*> ReachedFrom(const ir::Module& module,
                                                    const std::vector<const ir::Function*>& roots) {
  std::unordered_set<const ir::Function*> reached(roots.begin(), roots.end());
  std::vector<const ir::Function*> open = roots;
  while (!open.empty()) {
    const ir::Function* function = open.back();
    open.pop_back();
    for (const ir::Node& node : function->nodes()) {
      for (const std::string& name : ReferencesOf(node)) {
        const ir::Function* called = module.FindFunction(name);
        LS_CHECK(called != nullptr, name);
        if (reached.insert(called).second) open.push_back(called);
      }
    }
  }
  return reached;
}

// The functions to write, those of signatures first, else in the module's order.
std::vector<const ir::Function*> FunctionsToWrite(const ir::Module& module) {
  std::vector<const ir::Function*> functions;
  std::unordered_set<std::string_view> of_signatures;
  for (const ir::Signature& signature : module.signatures) of_signatures.insert(signature.function);
  for (const auto& function : module.functions()) {
    if (module.signatures.empty() || of_signatures.contains(function->name))
      functions.push_back(function.get());
  }
  const auto reached = ReachedFrom(module, functions);
  for (const auto& function : module.functions()) {
    const bool listed = module.signatures.empty() || of_signatures.contains(function->name);
    if (!listed && reached.contains(function.get())) functions.push_back(function.get());
  }
  return functions;
}

// Name and tensor of each parameter or result, sorted by name; those without a name do not belong to the
// signature.
std::vector<std::pair<std::string, int32_t>> Entries(const std::vector<std::string>& names,
                                                     const std::vector<int32_t>& tensors,
                                                     const tflite::Subgraph& graph) {
  std::vector<std::pair<std::string, int32_t>> entries;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const std::string& name = names.empty() ? graph.tensors[static_cast<size_t>(tensors[i])].name : names[i];
    if (!name.empty()) entries.emplace_back(name, tensors[i]);
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

void ExportSignatures(const ir::Module& module, const std::vector<ExportedGraph>& graphs,
                      ExportState& state) {
  for (const ir::Signature& signature : module.signatures) {
    const ir::Function* function = module.FindFunction(signature.function);
    LS_CHECK(function != nullptr, signature.function);
    const auto index = static_cast<size_t>(state.subgraph_of.at(function->name));
    const tflite::Subgraph& graph = state.model.subgraphs[index];
    const bool own = !signature.input_names.empty() || !signature.output_names.empty();
    const auto& inputs = own ? signature.input_names : function->parameter_names;
    const auto& outputs = own ? signature.output_names : function->result_names;
    LS_CHECK(inputs.empty() || inputs.size() == graphs[index].parameters.size(), signature.key);
    LS_CHECK(outputs.empty() || outputs.size() == graphs[index].results.size(), signature.key);
    state.model.signatures.push_back({signature.key, static_cast<uint32_t>(index),
                                      Entries(inputs, graphs[index].parameters, graph),
                                      Entries(outputs, graphs[index].results, graph)});
  }
}

// Entries that describe the layout of another file, or are made anew.
bool IsOfTheFile(std::string_view name) {
  return name == "min_runtime_version" || name == "buffer_location" || name == "model_control_dependencies";
}

void ExportMetadata(const ir::Module& module, ExportState& state) {
  for (const auto& [name, tensor] : module.metadata) {
    if (!IsOfTheFile(name)) state.model.metadata.emplace_back(name, state.buffers.Add(tensor.bytes()));
  }
  std::string runtime = state.min_runtime_version;
  runtime.resize(kRuntimeVersionBytes, '\0');
  state.model.metadata.emplace_back("min_runtime_version", state.buffers.KeepText(std::move(runtime)));
}

// Reads the file as a user of it would. Limits hold for our own files, too; everything else is a bug.
Result<void> ReadBack(const std::vector<std::byte>& bytes, Context& context) {
  FindingList findings;
  Context reading{context.host, findings, context.limits, context.cancelled};
  if (tflite::ReadModel({nullptr, Bytes(bytes)}, reading).ok()) return {};
  if (context.is_cancelled()) return kFailed;
  for (Finding& finding : findings.Take()) {
    LS_CHECK(finding.code == Code::kLimitExceeded || finding.code == Code::kRecursion, finding.headline);
    (void)context.findings.Report(std::move(finding));
  }
  return kFailed;
}

}  // namespace

Result<Exported> ExportTflite(const ir::Module& module, const ExportOptions& options, Context& context) {
  tflite::Model model;
  model.description = module.description.empty() ? "Litesmith" : module.description;
  BufferPool buffers(model);
  ExportState state{model, buffers, {}, {}, std::string(kOldestRuntime), context};
  const std::vector<const ir::Function*> functions = FunctionsToWrite(module);
  for (size_t i = 0; i < functions.size(); ++i)
    state.subgraph_of[functions[i]->name] = static_cast<int64_t>(i);
  std::vector<ExportedGraph> graphs;
  for (const ir::Function* function : functions) {
    if (context.is_cancelled()) return kFailed;
    LS_TRY(ExportedGraph graph, ExportGraph(*function, state));
    graphs.push_back(std::move(graph));
  }
  ExportSignatures(module, graphs, state);
  ExportMetadata(module, state);

  Exported exported;
  for (const tflite::Subgraph& subgraph : model.subgraphs) exported.ops += subgraph.operators.size();
  exported.min_runtime_version = state.min_runtime_version;
  LS_TRY(exported.bytes, tflite::WriteModel(model, {options.max_flatbuffer_bytes}, context.findings));
  LS_RETURN_IF_FAILED(ReadBack(exported.bytes, context));
  return exported;
}

}  // namespace litesmith::export_tflite
