#include "tensor/attributes.h"

#include <algorithm>

namespace litesmith {
namespace {

auto Position(auto& entries, std::string_view name) {
  return std::lower_bound(entries.begin(), entries.end(), name,
                          [](const Attributes::Entry& entry, std::string_view key) {
                            return entry.first.compare(key) < 0;  // clang 14 finds no operator< in here
                          });
}

}  // namespace

const Attribute* Attributes::Find(std::string_view name) const {
  const auto at = Position(entries_, name);
  return at != entries_.end() && at->first == name ? &at->second : nullptr;
}

void Attributes::Set(std::string_view name, Attribute value) {
  const auto at = Position(entries_, name);
  if (at != entries_.end() && at->first == name) {
    at->second = std::move(value);
  } else {
    entries_.emplace(at, name, std::move(value));
  }
}

void Attributes::Erase(std::string_view name) {
  const auto at = Position(entries_, name);
  if (at != entries_.end() && at->first == name) entries_.erase(at);
}

}  // namespace litesmith
