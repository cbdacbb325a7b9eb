#include "tfl/dtypes.h"

#include <algorithm>
#include <unordered_map>

namespace litesmith::tfl {
namespace {

// Cuts the first blank-separated word off `words`.
std::string_view TakeWord(std::string_view& words) {
  const std::string_view word = words.substr(0, words.find(' '));
  words.remove_prefix(std::min(word.size() + 1, words.size()));
  return word;
}

const std::unordered_map<std::string_view, Dtypes>& Table() {
  static const auto* table = [] {
    auto* map = new std::unordered_map<std::string_view, Dtypes>;
    const auto add = [&](std::string_view ops, const Dtypes& dtypes) {
      while (!ops.empty()) map->emplace(TakeWord(ops), dtypes);
    };
#define LS_TAKES(widening, ops, operands, results, values, indices) \
  add(ops, {Widening::widening, operands, results, values, indices});
#include "tfl/dtypes.def"
#undef LS_TAKES
    return map;
  }();
  return *table;
}

}  // namespace

const Dtypes* DtypesOf(const Op& op) {
  const auto found = Table().find(op.name);
  return found != Table().end() ? &found->second : nullptr;
}

char LetterOf(std::string_view words, size_t index) {
  char letter = '-';
  while (!words.empty()) {
    const std::string_view word = TakeWord(words);
    letter = word.front();
    if (word.ends_with('*') || index == 0) return letter;
    --index;
  }
  return '-';
}

bool Holds(std::string_view set, DType dtype) {
  while (!set.empty()) {
    if (TakeWord(set) == BriefNameOf(dtype)) return true;
  }
  return false;
}

}  // namespace litesmith::tfl
