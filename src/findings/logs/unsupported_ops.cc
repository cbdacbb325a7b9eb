#include "findings/logs/unsupported_ops.h"

#include <algorithm>
#include <map>

#include "findings/logs/op_use.h"

namespace litesmith::findings {
namespace {

enum Kind : size_t { kNeither, kDetails, kList, kRuntimeList, kNames, kOne, kLoading };

struct Form {
  std::string_view patterns;
  Kind kind;
};
// What stands behind "Ops that need" is on the lines below: names with commas, or one op a line.
constexpr Form kForms[] = {
    {"'tf.{op}' op is neither a custom op nor a flex op\nfailed to legalize operation 'tf.{op}'\n"
     "error: 'tf.{op}' op : unlegalized",
     kNeither},
    {"tf.{op}(tensor<{rest}\ntf.{op}() -> ({rest}", kDetails},
    {"TF Select ops: \nCustom ops: \nfor which you will need custom implementations: \nUnsupported Ops: \n"
     "Unsupported Ops in the model before optimization \nUnsupported Ops in the model ",
     kList},
    {"Flex ops: ", kRuntimeList},
    {"Ops that need custom implementation (enabled via setting the -emit-custom-ops flag): \n"
     "Ops that can be supported by the flex runtime (enabled via setting the -emit-select-tf-ops flag): ",
     kNames},
    {"Converting unsupported operation: {op}\nUnsupported TensorFlow op: {op}\nUnsupported operation: {op}",
     kOne},
    {"Op type not registered '{op}'", kLoading},
};
constexpr size_t kMostMatches = 20'000, kMostOps = 200, kMostOperands = 4, kMostPlaces = 100'000;

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '>';
}

// The names in "AddV2, Mul." or "tf.Erf {device = \"\"}"; `rest` begins with the first of them.
std::vector<std::string> NamesIn(std::string_view rest) {
  std::vector<std::string> names;
  while (!rest.empty() && names.size() < kMostOps) {
    if (rest.starts_with("tf.")) rest.remove_prefix(3);
    size_t end = 0;
    while (end < rest.size() && IsNameCharacter(rest[end])) ++end;
    if (end == 0) break;
    names.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end);
    if (rest.starts_with(" {")) {  // attributes
      const size_t close = rest.find('}');
      rest.remove_prefix(close == std::string_view::npos ? rest.size() : close + 1);
    }
    const size_t next = rest.find_first_not_of(" ");
    if (next == std::string_view::npos) break;
    if (rest[next] == ',') {
      rest.remove_prefix(std::min(rest.find_first_not_of(" ", next + 1), rest.size()));
    } else if (rest.substr(next).starts_with("tf.")) {
      rest.remove_prefix(next);
    } else {
      break;
    }
  }
  return names;
}

bool IsOfPackages(std::string_view path) {
  return path.find("site-packages") != std::string_view::npos ||
         path.find("dist-packages") != std::string_view::npos;
}

// "FILE.py:12:0: note: called from" and the like; empty if the text does not begin so.
std::string SourceAtStart(std::string_view line) {
  const size_t colon = line.find(':', line.size() > 2 && line[1] == ':' ? 2 : 0);  // behind a drive's letter
  if (colon == std::string_view::npos || colon == 0) return {};
  const std::string_view path = line.substr(0, colon);
  if (!path.ends_with(".py") && !path.starts_with("<ipython-input")) return {};
  size_t end = colon + 1;
  while (end < line.size() && line[end] >= '0' && line[end] <= '9') ++end;
  return end > colon + 1 ? std::string(line.substr(0, end)) : std::string();
}

// Where the model makes the op: the innermost frame outside of installed packages.
std::string SourceOf(const LogText& text, size_t offset) {
  constexpr size_t kFrames = 80;
  std::string innermost;
  const size_t first = text.LineIndex(offset);
  for (size_t i = first; i < std::min(first + kFrames, text.starts.size()); ++i) {
    const std::string_view line = text.Line(i);
    const std::string source = SourceAtStart(line);
    if (source.empty() || (i > first && line.find("note: called from") == std::string_view::npos)) break;
    if (!IsOfPackages(source)) return source;
    if (innermost.empty()) innermost = source;
  }
  return innermost;
}

// The quoted strings of `loc(callsite(fused["Conv2D:", "head/conv@__inference_serve_12"] at ...` that name
// nodes: the first one that is no type ("Conv2D:").
std::string PlaceBefore(const LogText& text, size_t offset) {
  std::string_view before = text.Line(text.LineIndex(offset));
  before = before.substr(0, offset - text.starts[text.LineIndex(offset)]);
  const size_t location = before.rfind("loc(");
  if (location == std::string_view::npos) return {};
  before.remove_prefix(location);
  for (size_t open = before.find('"'); open != std::string_view::npos;) {
    const size_t close = before.find('"', open + 1);
    if (close == std::string_view::npos) return {};
    const std::string_view quoted = before.substr(open + 1, close - open - 1);
    if (!quoted.empty() && !quoted.ends_with(':') && !quoted.ends_with(".py")) return std::string(quoted);
    open = before.find('"', close + 1);
  }
  return {};
}

// Types of the operands of "tensor<3xui8>, tensor<f32>) -> (...) : {attributes}"; `rest` begins behind
// "tensor<".
void ReadDetails(std::string_view rest, OpUse& use) {
  if (!use.operands.empty() || !use.attributes.empty()) return;
  const size_t brace = rest.find(" : {");
  if (brace != std::string_view::npos) use.attributes = rest.substr(brace + 3, 600);
  const std::string_view types = rest.substr(0, std::min(rest.find(") -> ("), rest.size()));
  for (size_t at = 0; at < types.size() && use.operands.size() < kMostOperands;) {
    // A type ends at the '>' that closes "tensor<"; complex<f32> has a pair of its own.
    size_t end = at, depth = 1;
    for (; end < types.size() && depth > 0; ++end)
      depth = types[end] == '<' ? depth + 1 : types[end] == '>' ? depth - 1 : depth;
    Finding::TensorNote note = TensorOfMlir(types.substr(at, end - at - (depth == 0 ? 1 : 0)));
    note.name = fmt::format("operand {}", use.operands.size());
    use.operands.push_back(std::move(note));
    const size_t next = types.find("tensor<", end);
    if (next == std::string_view::npos) break;
    at = next + 7;
  }
}

class Gatherer {
 public:
  explicit Gatherer(const LogText& text) : text_(text) {}

  OpUse* Use(std::string_view name, size_t offset) {
    const auto found = index_.find(name);
    if (found != index_.end()) return &uses_[found->second];
    if (uses_.size() >= kMostOps) return nullptr;
    index_.emplace(name, uses_.size());
    uses_.push_back({});
    uses_.back().name = name;
    uses_.back().offset = offset;
    return &uses_.back();
  }

  void Take(const Match& match, Kind kind) {
    switch (kind) {
      case kNeither:
        if (OpUse* use = Use(match.Place("op"), match.begin)) TakePlace(*use, match.begin);
        return;
      case kDetails:  // at the start of a line only: elsewhere it is a dump of the graph
        if (text_.starts[text_.LineIndex(match.begin)] != match.begin) return;
        if (OpUse* use = Use(match.Place("op"), match.begin)) ReadDetails(match.Place("rest"), *use);
        return;
      case kList:
      case kRuntimeList:
      case kNames:
        return TakeNames(match, kind);
      case kOne:
        Use(match.Place("op"), match.begin);
        return;
      case kLoading:
        if (OpUse* use = Use(match.Place("op"), match.begin)) use->while_loading = true;
        return;
    }
  }

  const std::vector<OpUse>& uses() const { return uses_; }

 private:
  void TakePlace(OpUse& use, size_t offset) {
    const std::string place = PlaceBefore(text_, offset);
    if (!place.empty() && use.places.size() < kMostPlaces) use.places.insert(place);
    if (use.node.empty()) use.node = place.substr(0, place.find('@'));
    if (use.source.empty()) use.source = SourceOf(text_, offset);
  }

  void TakeNames(const Match& match, Kind kind) {
    // A list may be folded, so it is read from the flat text; what follows it is no list any more.
    const std::string_view rest = std::string_view(text_.flat).substr(match.end, 4000);
    for (std::string name : NamesIn(rest)) {
      if (kind == kRuntimeList && name.starts_with("Flex")) name.erase(0, 4);
      if (OpUse* use = Use(name, match.begin)) use->needed_at_runtime |= kind == kRuntimeList;
    }
  }

  const LogText& text_;
  std::vector<OpUse> uses_;
  std::map<std::string, size_t, std::less<>> index_;
};

}  // namespace

std::vector<Placed> UnsupportedOps(const LogText& text, const Knowledge& knowledge) {
  static const Matcher matcher = [] {
    Matcher all;
    for (const Form& form : kForms) all.Add(form.patterns, form.kind);
    return all;
  }();
  Gatherer gatherer(text);
  for (const Match& match : matcher.FindAll(text, kMostMatches))
    gatherer.Take(match, static_cast<Kind>(match.rule));
  std::vector<Placed> placed;
  for (const OpUse& use : gatherer.uses())
    placed.push_back({use.offset, use.offset, FindingOf(use, knowledge)});
  return placed;
}

}  // namespace litesmith::findings
