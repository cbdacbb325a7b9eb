#include "formats/tflite/check.h"

#include <fmt/format.h>

#include <set>

#include "formats/tflite/damage.h"

namespace litesmith::tflite {
namespace {

Result<void> CheckEntries(const Model& model, const Signature& signature,
                          const std::vector<std::pair<std::string, int32_t>>& entries,
                          const std::vector<int32_t>& tensors, std::string_view what, FindingSink& findings) {
  const std::set<int32_t> among(tensors.begin(), tensors.end());
  std::set<std::string_view> names;
  for (const auto& [name, tensor] : entries) {
    if (!among.contains(tensor)) {
      return ReportDamage(
          findings, fmt::format("{} '{}' of signature '{}' is tensor {}, which is no {} of {}", what, name,
                                signature.key, tensor, what, NameOfSubgraph(model, signature.subgraph)));
    }
    if (!names.insert(name).second) {
      return ReportDamage(findings,
                          fmt::format("signature '{}' has two {}s called '{}'", signature.key, what, name));
    }
  }
  return {};
}

Result<void> CheckSignatures(const Model& model, FindingSink& findings) {
  std::set<std::string_view> keys;
  for (const Signature& signature : model.signatures) {
    if (signature.subgraph >= model.subgraphs.size()) {
      return ReportDamage(findings, fmt::format("signature '{}' is of subgraph {}, but there are {}",
                                                signature.key, signature.subgraph, model.subgraphs.size()));
    }
    if (!keys.insert(signature.key).second) {
      return ReportDamage(findings, fmt::format("two signatures are called '{}'", signature.key));
    }
    const Subgraph& subgraph = model.subgraphs[signature.subgraph];
    LS_RETURN_IF_FAILED(CheckEntries(model, signature, signature.inputs, subgraph.inputs, "input", findings));
    LS_RETURN_IF_FAILED(
        CheckEntries(model, signature, signature.outputs, subgraph.outputs, "output", findings));
  }
  return {};
}

}  // namespace

Result<void> CheckModel(const Model& model, Context& context) {
  if (model.subgraphs.empty()) return ReportDamage(context.findings, "the file has no subgraph");
  for (size_t subgraph = 0; subgraph < model.subgraphs.size(); ++subgraph) {
    for (size_t tensor = 0; tensor < model.subgraphs[subgraph].tensors.size(); ++tensor) {
      LS_RETURN_IF_FAILED(CheckTensor(model, subgraph, tensor, context));
    }
    LS_RETURN_IF_FAILED(CheckGraph(model, subgraph, context));
  }
  LS_RETURN_IF_FAILED(CheckCalls(model, context));
  for (const auto& [name, buffer] : model.metadata) {
    if (buffer >= model.buffers.size()) {
      return ReportDamage(context.findings, fmt::format("metadata '{}' is in buffer {}, but there are {}",
                                                        name, buffer, model.buffers.size()));
    }
  }
  return CheckSignatures(model, context.findings);
}

}  // namespace litesmith::tflite
