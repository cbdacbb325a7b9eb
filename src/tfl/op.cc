#include "tfl/op.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "tfl/ops.h"

namespace litesmith::tfl {

// Of the core dialect, so that OpOf() does not take them for ops of the file.
const ir::OpDef kStateTensor{ir::Dialect::kCore, "state_tensor", ir::kNotPure};
const ir::OpDef kSparseConstant{ir::Dialect::kCore, "sparse_constant"};

const std::vector<const Op*>& AllOps() {
  static const std::vector<const Op*> ops = {
#define LS_TFL_OP_ENTRY(name) &name,
#include "tfl/ls_tfl_op.inc"
#undef LS_TFL_OP_ENTRY
  };
  return ops;
}

const Op* FindOp(std::string_view name) {
  static const auto* by_name = [] {
    auto* map = new std::unordered_map<std::string_view, const Op*>;
    for (const Op* op : AllOps()) map->emplace(op->name, op);
    return map;
  }();
  const auto found = by_name->find(name);
  return found != by_name->end() ? found->second : nullptr;
}

const Op* FindOpOfCode(int code) {
  static const auto* by_code = [] {
    auto* map = new std::unordered_map<int, const Op*>;
    for (const Op* op : AllOps()) map->emplace(op->code, op);
    return map;
  }();
  const auto found = by_code->find(code);
  return found != by_code->end() ? found->second : nullptr;
}

namespace {

// The word at `index` of words separated by single blanks; empty past the end.
std::string_view WordAt(std::string_view words, int index) {
  for (; index > 0; --index) {
    const size_t blank = words.find(' ');
    if (blank == std::string_view::npos) return {};
    words.remove_prefix(blank + 1);
  }
  return words.substr(0, words.find(' '));
}

// Takes the number before the next dot off `text`; 0 at its end.
int TakeNumber(std::string_view& text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  const size_t dot = text.find('.');
  text = dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
  return number;
}

}  // namespace

int HighestVersion(const Op& op) {
  int highest = 0;
  while (!WordAt(op.runtimes, highest).empty()) ++highest;
  return highest;
}

int VersionOf(const Op& op, const ir::Node& node) {
  const int64_t stated = node.attributes.Int("version", 1);
  if (stated > std::max(1, HighestVersion(op))) return static_cast<int>(stated);
  return op.version(node);
}

std::string RuntimeOf(const Op& op, int version) {
  if (version < 1) return {};
  const std::string_view runtime = WordAt(op.runtimes, version - 1);
  if (runtime.empty() || runtime == "-") return {};
  std::string text(runtime);
  const auto dots = static_cast<int>(std::count(text.begin(), text.end(), '.'));
  if (dots < 2) text += ".0";
  return text;
}

bool OlderRuntime(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    const int from_a = TakeNumber(a), from_b = TakeNumber(b);
    if (from_a != from_b) return from_a < from_b;
  }
  return false;
}

const std::string& NewestRuntime() {
  static const std::string newest = [] {
    std::string found;
    for (const Op* op : AllOps()) {
      for (int version = 1; version <= HighestVersion(*op); ++version) {
        std::string runtime = RuntimeOf(*op, version);
        if (OlderRuntime(found, runtime)) found = std::move(runtime);
      }
    }
    return found;
  }();
  return newest;
}

bool IsRuntime(std::string_view text) {
  const auto dots = std::count(text.begin(), text.end(), '.');
  if (dots < 1 || dots > 2 || text.front() == '.' || text.back() == '.' || text.find("..") != text.npos ||
      text.size() > 9 || text.find_first_not_of("0123456789.") != text.npos) {
    return false;
  }
  // TensorFlow Lite came with 1.5; the last release of the first series is 1.15.
  const bool first_series = !OlderRuntime(text, "1.5") && OlderRuntime(text, "1.16");
  return first_series || (!OlderRuntime(text, "2.0") && !OlderRuntime(NewestRuntime(), text));
}

}  // namespace litesmith::tfl
