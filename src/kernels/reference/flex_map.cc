#include "kernels/reference/flex_map.h"

// Numbers written as text are the only use of locales, and need a library where the rest is headers.
#define FLATBUFFERS_LOCALE_INDEPENDENT 0
#include <flatbuffers/flexbuffers.h>

#include <vector>

namespace litesmith::reference {

std::optional<FlexMap> FlexMap::Read(Bytes bytes) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  // Values that several places share are looked at once, so that verifying stays linear.
  std::vector<uint8_t> seen;
  if (bytes.size() < 3 || !flexbuffers::VerifyBuffer(data, bytes.size(), &seen)) return std::nullopt;
  const flexbuffers::Reference root = flexbuffers::GetRoot(data, bytes.size());
  if (!root.IsMap()) return std::nullopt;
  const flexbuffers::TypedVector keys = root.AsMap().Keys();
  const flexbuffers::Vector values = root.AsMap().Values();
  FlexMap map;
  for (size_t i = 0; i < keys.size() && i < values.size(); ++i) {
    const flexbuffers::Reference value = values[i];
    if (!value.IsNumeric() && !value.IsBool()) continue;
    map.numbers_[keys[i].AsKey()] = {value.AsInt64(), value.AsDouble()};
  }
  return map;
}

int64_t FlexMap::Int(std::string_view name, int64_t otherwise) const {
  const auto found = numbers_.find(name);
  return found != numbers_.end() ? found->second.integer : otherwise;
}

float FlexMap::Float(std::string_view name, float otherwise) const {
  const auto found = numbers_.find(name);
  return found != numbers_.end() ? static_cast<float>(found->second.real) : otherwise;
}

bool FlexMap::Bool(std::string_view name, bool otherwise) const {
  const auto found = numbers_.find(name);
  return found != numbers_.end() ? found->second.integer != 0 : otherwise;
}

}  // namespace litesmith::reference
