#include "ir/signature.h"

#include <algorithm>

namespace litesmith::ir {
namespace {

template <class ValueAt>
std::vector<SignatureEntry> EntriesOf(const std::vector<std::string>& shared,
                                      const std::vector<std::string>* own, size_t count,
                                      const ValueAt& value_at) {
  std::vector<SignatureEntry> entries;
  for (size_t i = 0; i < count; ++i) {
    const Value* value = value_at(i);
    if (value == nullptr) continue;
    if (own != nullptr && !own->empty() && (i >= own->size() || (*own)[i].empty())) continue;  // another's
    std::string name = own != nullptr && !own->empty() ? (*own)[i] : i < shared.size() ? shared[i] : "";
    entries.push_back({name.empty() ? value->name : std::move(name), i, value});
  }
  return entries;
}

}  // namespace

std::vector<SignatureEntry> InputsOf(const Function& function, const Signature* signature) {
  return EntriesOf(function.parameter_names, signature != nullptr ? &signature->input_names : nullptr,
                   function.parameter_count(), [&](size_t i) { return function.parameter(i); });
}

std::vector<SignatureEntry> OutputsOf(const Function& function, const Signature* signature) {
  return EntriesOf(function.result_names, signature != nullptr ? &signature->output_names : nullptr,
                   function.result_count(), [&](size_t i) { return function.result(i); });
}

namespace {

// The names of the inputs in each signature of the function that has names of its own.
template <class Work>
void ForOwnNames(Function& function, const Work& work) {
  for (Signature& signature : function.module()->signatures) {
    if (signature.function == function.name && !signature.input_names.empty()) work(signature.input_names);
  }
}

}  // namespace

void NameInputLike(Function& function, size_t index, size_t like, const std::string& name) {
  const auto add = [&](std::vector<std::string>& names) {
    const std::string other = like < names.size() ? names[like] : std::string();
    names.resize(index);
    names.push_back(other.empty() || name.empty() ? other : name);
  };
  if (!function.parameter_names.empty()) add(function.parameter_names);
  ForOwnNames(function, add);
}

void EraseInput(Function& function, size_t index) {
  function.EraseParameter(index);
  ForOwnNames(function, [&](std::vector<std::string>& names) {
    if (index < names.size()) names.erase(names.begin() + static_cast<ptrdiff_t>(index));
  });
}

std::vector<Function*> EntryFunctions(const Module& module) {
  std::vector<Function*> entries;
  for (const Signature& signature : module.signatures) {
    Function* function = module.FindFunction(signature.function);
    if (function != nullptr && std::find(entries.begin(), entries.end(), function) == entries.end())
      entries.push_back(function);
  }
  if (entries.empty() && !module.functions().empty()) entries.push_back(module.functions()[0].get());
  return entries;
}

}  // namespace litesmith::ir
