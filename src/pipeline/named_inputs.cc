#include "pipeline/named_inputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/finding.h"

namespace litesmith::pipeline {
namespace {

std::string Names(const std::vector<runtime::TensorInfo>& infos) {
  std::vector<std::string> names;
  for (const auto& info : infos)
    names.push_back(fmt::format("{} {}{}", info.name, NameOf(info.dtype), ToText(info.shape)));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string WithoutIndex(const std::string& name) {
  return name.ends_with(":0") ? name.substr(0, name.size() - 2) : name;
}

}  // namespace

ArrangedInputs ArrangeInputs(const std::vector<runtime::TensorInfo>& inputs,
                             const std::vector<NamedTensor>& given, Context& context) {
  ArrangedInputs arranged;
  arranged.tensors.resize(inputs.size());
  for (const NamedTensor& entry : given) {
    const auto matches = [&](const runtime::TensorInfo& info) {
      return info.name == entry.name || info.tensor == entry.name ||
             WithoutIndex(info.name) == WithoutIndex(entry.name);
    };
    auto found = std::find_if(inputs.begin(), inputs.end(), matches);
    if (entry.name.empty() && inputs.size() == 1) found = inputs.begin();  // an .npy file
    if (found == inputs.end()) {
      arranged.failed = true;
      context.findings.Report(Finding(Code::kInputUnknown)
                                  .Headline("the model has no input '{}'", entry.name)
                                  .Cause("it has {}", Names(inputs))
                                  .Fix("give it the name of one of these"));
      continue;
    }
    arranged.tensors[static_cast<size_t>(found - inputs.begin())] = &entry.tensor;
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (arranged.tensors[i] != nullptr) continue;
    arranged.failed = true;
    context.findings.Report(Finding(Code::kInputMissing)
                                .Headline("input '{}' is missing", inputs[i].name)
                                .Cause("the model wants {}", Names(inputs))
                                .Fix("give an array of that name"));
  }
  return arranged;
}

Result<void> SetInputs(runtime::Interpreter& interpreter, const std::vector<NamedTensor>& given,
                       Context& context) {
  const ArrangedInputs arranged = ArrangeInputs(interpreter.inputs(), given, context);
  bool failed = arranged.failed;
  for (size_t i = 0; i < arranged.tensors.size(); ++i) {
    if (arranged.tensors[i] != nullptr) failed |= !interpreter.SetInput(i, *arranged.tensors[i]).ok();
  }
  if (failed) return kFailed;
  return {};
}

}  // namespace litesmith::pipeline
