#include "formats/tflite/damage.h"

#include <fmt/format.h>

#include "tflite/schema_generated.h"

namespace litesmith::tflite {

Failed ReportDamage(FindingSink& findings, std::string what, Code code) {
  Finding finding(code);
  finding.Headline("{}", what);
  if (code == Code::kFileTruncated) {
    finding
        .Cause(
            "the file ends too early: it was not downloaded or copied completely, or bytes of it were "
            "changed")
        .Fix("get the file again and compare its size with the original's");
  } else {
    finding.Cause("the file contradicts itself: it was damaged, or written by a program with an error")
        .Fix("get the file again, or convert the model again");
  }
  return findings.Report(std::move(finding));
}

Failed ReportLimit(FindingSink& findings, std::string what) {
  return findings.Report(Finding(Code::kLimitExceeded)
                             .Headline("{}", what)
                             .Cause("limits protect against files that are made to exhaust memory or time")
                             .Fix("check where the file comes from"));
}

std::string NameOfSubgraph(const Model& model, size_t subgraph) {
  const std::string& name = model.subgraphs[subgraph].name;
  return name.empty() ? fmt::format("subgraph {}", subgraph)
                      : fmt::format("subgraph {} '{}'", subgraph, name);
}

std::string NameOfTensor(const Model& model, size_t subgraph, int64_t tensor) {
  const TensorInfo& info = model.subgraphs[subgraph].tensors[static_cast<size_t>(tensor)];
  return fmt::format("tensor {} '{}' of {}", tensor, info.name, NameOfSubgraph(model, subgraph));
}

std::string NameOfOperator(const Model& model, size_t subgraph, size_t index) {
  const OperatorCode& code = model.codes[model.subgraphs[subgraph].operators[index].code];
  const char* name = fb::EnumNameBuiltinOperator(static_cast<fb::BuiltinOperator>(code.builtin));
  const std::string op = code.builtin == kCustomCode ? code.custom
                         : *name                     ? name
                                                     : std::to_string(code.builtin);
  return fmt::format("operator {} ({}) of {}", index, op, NameOfSubgraph(model, subgraph));
}

}  // namespace litesmith::tflite
