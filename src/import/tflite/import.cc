#include "import/tflite/import.h"

#include <algorithm>
#include <map>

#include "formats/tflite/archive.h"
#include "formats/tflite/read.h"
#include "import/tflite/import_graph.h"

namespace litesmith::import_tflite {
namespace {

using tflite::Model;

// Names for parameters or results, by position: those that `entries` gives to `tensors`, each tensor's names
// in turn,
// "" for what has none.
std::vector<std::string> NamesByPosition(const std::vector<int32_t>& tensors,
                                         const std::vector<std::pair<std::string, int32_t>>& entries) {
  std::vector<std::string> names(tensors.size());
  for (const auto& [name, tensor] : entries) {
    for (size_t i = 0; i < tensors.size(); ++i) {
      if (tensors[i] != tensor || !names[i].empty()) continue;
      names[i] = name;
      break;
    }
  }
  return names;
}

bool Complete(const std::vector<std::string>& names) {
  return std::find(names.begin(), names.end(), std::string()) == names.end();
}

void ImportSignatures(const Model& model, const std::vector<std::vector<int32_t>>& results,
                      ir::Module& module) {
  std::vector<bool> named(model.subgraphs.size());
  for (const tflite::Signature& from : model.signatures) {
    ir::Function& function = *module.functions()[from.subgraph];
    ir::Signature signature{from.key, function.name, {}, {}};
    auto inputs = NamesByPosition(model.subgraphs[from.subgraph].inputs, from.inputs);
    auto outputs = NamesByPosition(results[from.subgraph], from.outputs);
    if (!named[from.subgraph] && Complete(inputs) && Complete(outputs)) {
      function.parameter_names = std::move(inputs);
      function.result_names = std::move(outputs);
      named[from.subgraph] = true;
    } else if (inputs != function.parameter_names || outputs != function.result_names) {
      signature.input_names = std::move(inputs);
      signature.output_names = std::move(outputs);
    }
    module.signatures.push_back(std::move(signature));
  }
}

// The subgraph's outputs, and once more each tensor to which a signature gives more names than it is listed
// times.
std::vector<int32_t> ResultsOf(const Model& model, size_t subgraph) {
  std::vector<int32_t> results = model.subgraphs[subgraph].outputs;
  for (const tflite::Signature& signature : model.signatures) {
    if (signature.subgraph != subgraph) continue;
    std::map<int32_t, size_t> wanted, listed;
    for (const int32_t tensor : results) ++listed[tensor];
    for (const auto& [name, tensor] : signature.outputs) {
      if (++wanted[tensor] <= listed[tensor]) continue;
      results.push_back(tensor);
      ++listed[tensor];
    }
  }
  return results;
}

}  // namespace

Result<std::unique_ptr<ir::Module>> ImportTflite(const FileBytes& file, Context& context) {
  LS_TRY(const Model model, tflite::ReadModel(file, context));
  auto module = std::make_unique<ir::Module>();
  module->description = model.description;
  for (size_t i = 0; i < model.subgraphs.size(); ++i) {
    const std::string& name = model.subgraphs[i].name;
    module->AddFunction(module->FreeFunctionName(!name.empty() ? name
                                                 : i == 0      ? "main"
                                                               : "subgraph_" + std::to_string(i)));
  }
  std::vector<std::vector<int32_t>> results;
  for (size_t i = 0; i < model.subgraphs.size(); ++i) {
    results.push_back(ResultsOf(model, i));
    LS_RETURN_IF_FAILED(ImportGraph(model, i, results.back(), *module, context));
  }
  ImportSignatures(model, results, *module);
  for (const tflite::ArchiveFile& entry : tflite::ReadArchive(file.bytes)) {
    const auto size = static_cast<int64_t>(entry.content.size());
    module->files.emplace_back(entry.name, Tensor(DType::kUInt8, {size}, file.owner, entry.content));
  }
  for (const auto& [name, buffer] : model.metadata) {
    const Bytes bytes = model.buffers[buffer].value_or(Bytes());
    module->metadata.emplace_back(
        name, Tensor(DType::kUInt8, {static_cast<int64_t>(bytes.size())}, model.owner, bytes));
  }
  return module;
}

}  // namespace litesmith::import_tflite
