#include "tf/attribute_names.h"

#include <algorithm>
#include <unordered_map>

namespace litesmith::tf {
namespace {

// Whether `word` is one of the blank-separated `words`.
bool Holds(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::string_view first = words.substr(0, words.find(' '));
    if (first == word) return true;
    words.remove_prefix(std::min(first.size() + 1, words.size()));
  }
  return false;
}

const std::unordered_map<std::string_view, std::string_view>& AttributesByOp() {
  static const auto* by_op = [] {
    auto* map = new std::unordered_map<std::string_view, std::string_view>;
    const auto add = [&](std::string_view attributes, std::string_view ops) {
      while (!ops.empty()) {
        const std::string_view op = ops.substr(0, ops.find(' '));
        map->emplace(op, attributes);
        ops.remove_prefix(std::min(op.size() + 1, ops.size()));
      }
    };
#define LS_ATTRIBUTES(attributes, ops) add(attributes, ops);
#include "tf/attributes.def"
#undef LS_ATTRIBUTES
    return map;
  }();
  return *by_op;
}

}  // namespace

bool HasAttribute(const Op& op, std::string_view attribute) {
  const auto found = AttributesByOp().find(op.name);
  return found == AttributesByOp().end() || Holds(found->second, attribute);
}

}  // namespace litesmith::tf
