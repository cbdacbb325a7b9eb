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

Result<void> SetInputs(runtime::Interpreter& interpreter, const std::vector<NamedTensor>& given,
                       Context& context) {
  const auto& infos = interpreter.inputs();
  std::vector<bool> set(infos.size(), false);
  bool failed = false;
  for (const NamedTensor& entry : given) {
    const auto matches = [&](const runtime::TensorInfo& info) {
      return info.name == entry.name || info.tensor == entry.name ||
             WithoutIndex(info.name) == WithoutIndex(entry.name);
    };
    auto found = std::find_if(infos.begin(), infos.end(), matches);
    if (entry.name.empty() && infos.size() == 1) found = infos.begin();  // an .npy file
    if (found == infos.end()) {
      failed = true;
      context.findings.Report(Finding(Code::kInputUnknown)
                                  .Headline("the model has no input '{}'", entry.name)
                                  .Cause("it has {}", Names(infos))
                                  .Fix("give it the name of one of these"));
      continue;
    }
    const size_t index = static_cast<size_t>(found - infos.begin());
    set[index] = true;
    failed |= !interpreter.SetInput(index, entry.tensor).ok();
  }
  for (size_t i = 0; i < infos.size(); ++i) {
    if (set[i]) continue;
    failed = true;
    context.findings.Report(Finding(Code::kInputMissing)
                                .Headline("input '{}' is missing", infos[i].name)
                                .Cause("the model wants {}", Names(infos))
                                .Fix("give an array of that name"));
  }
  if (failed) return kFailed;
  return {};
}

}  // namespace litesmith::pipeline
