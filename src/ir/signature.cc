#include "ir/signature.h"

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

}  // namespace litesmith::ir
