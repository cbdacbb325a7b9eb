#include "tf/op.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "tf/operands.h"
#include "tf/ops.h"

namespace litesmith::tf {
namespace {

// Cuts the first blank-separated word off `text`.
std::string_view NextWord(std::string_view& text) {
  const size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

struct Argument {
  std::string_view name;
  std::string_view length;  // the attribute, empty for a single output
  std::string_view type;
};

// Calls f(argument, how many outputs it stands for) for each output argument until f returns false.
template <class F>
void ForEachArgument(const Op& op, const Attributes& attributes, F&& f) {
  std::string_view names = op.outputs, types = op.types;
  while (!names.empty()) {
    const std::string_view word = NextWord(names);
    const size_t star = word.find('*');
    const Argument argument{word.substr(0, star), star == word.npos ? "" : word.substr(star + 1),
                            NextWord(types)};
    size_t count = 1;
    if (!argument.length.empty()) {
      if (const auto* list = attributes.FindAs<std::vector<DType>>(argument.length)) {
        count = list->size();
      } else {
        const int64_t number = attributes.Int(argument.length);
        count = number >= 0 && number <= kMaxListOutputs ? static_cast<size_t>(number) : 0;
      }
    }
    if (!f(argument, count)) return;
  }
}

DType TypeOf(std::string_view type, const Attributes& attributes, size_t index) {
  if (const auto dtype = DTypeOfName(type)) return *dtype;
  const size_t equals = type.find('=');
  const std::string_view name = type.substr(0, equals);
  if (const auto* list = attributes.FindAs<std::vector<DType>>(name)) {
    return index < list->size() ? (*list)[index] : DType::kInvalid;
  }
  const DType otherwise =
      equals == type.npos ? DType::kInvalid : DTypeOfName(type.substr(equals + 1)).value_or(DType::kInvalid);
  return attributes.Type(name, otherwise);
}

}  // namespace

const std::vector<const Op*>& AllOps() {
  static const std::vector<const Op*> all = {
#define LS_TF_OP_ENTRY(name) &name,
#include "tf/ls_tf_op.inc"
#undef LS_TF_OP_ENTRY
  };
  return all;
}

const Op* FindOp(std::string_view name) {
  static const auto by_name = [] {
    std::unordered_map<std::string_view, const Op*> map;
    for (const Op* op : AllOps()) map.emplace(op->name, op);
    return map;
  }();
  if (const auto found = by_name.find(name); found != by_name.end()) return found->second;
  constexpr std::array<std::string_view, 3> kTwins = {"_FusedConv2D", "_FusedDepthwiseConv2dNative",
                                                      "_FusedMatMul"};
  if (std::find(kTwins.begin(), kTwins.end(), name) != kTwins.end()) return FindOp(name.substr(1));
  return nullptr;
}

namespace {

// What the table says of an op; empty if nothing.
std::string_view OperandsOf(const Op& op) {
  static const auto by_name = [] {
    std::unordered_map<std::string_view, std::string_view> map;
    const auto add = [&](std::string_view operands, std::string_view names) {
      while (!names.empty()) map.emplace(NextWord(names), operands);
    };
#define LS_OPERANDS(operands, names) add(operands, names);
#include "tf/operand_counts.def"
#undef LS_OPERANDS
    return map;
  }();
  const auto found = by_name.find(op.name);
  return found != by_name.end() ? found->second : std::string_view();
}

// How many operands a list argument has; nothing if its attribute is missing.
std::optional<size_t> ListLength(std::string_view attribute, const Attributes& attributes) {
  if (const auto* list = attributes.FindAs<std::vector<DType>>(attribute)) return list->size();
  const auto* number = attributes.FindAs<int64_t>(attribute);
  if (number == nullptr || *number < 0 || *number > kMaxListOutputs) return std::nullopt;
  return static_cast<size_t>(*number);
}

}  // namespace

size_t LeastOperands(const Op& op) {
  size_t least = 0;
  for (std::string_view words = OperandsOf(op); !words.empty();)
    least += NextWord(words).find('*') == std::string_view::npos ? 1 : 0;
  return least;
}

std::optional<std::vector<DType>> OperandTypes(const Op& op, const Attributes& attributes) {
  std::string_view words = OperandsOf(op);
  if (words.empty()) return std::nullopt;
  std::vector<DType> types;
  while (!words.empty()) {
    const std::string_view word = NextWord(words);
    const size_t star = word.find('*');
    const std::string_view type = star == word.npos ? word : word.substr(star + 1);
    size_t count = 1;
    if (star != word.npos) {
      const auto length = ListLength(star == 0 ? type : word.substr(0, star), attributes);
      if (!length) return std::nullopt;
      count = *length;
    }
    for (size_t i = 0; i < count; ++i) types.push_back(TypeOf(type, attributes, i));
  }
  return types;
}

size_t OutputCount(const Op& op, const Attributes& attributes) {
  size_t total = 0;
  ForEachArgument(op, attributes, [&](const Argument&, size_t count) {
    total += count;
    return true;
  });
  return total;
}

std::optional<OutputRange> FindOutput(const Op& op, const Attributes& attributes, std::string_view argument) {
  std::optional<OutputRange> range;
  size_t first = 0;
  ForEachArgument(op, attributes, [&](const Argument& each, size_t count) {
    if (each.name == argument) range = OutputRange{first, count};
    first += count;
    return !range;
  });
  return range;
}

std::vector<DType> OutputTypes(const Op& op, const Attributes& attributes) {
  std::vector<DType> types;
  ForEachArgument(op, attributes, [&](const Argument& argument, size_t count) {
    for (size_t i = 0; i < count; ++i) types.push_back(TypeOf(argument.type, attributes, i));
    return true;
  });
  return types;
}

}  // namespace litesmith::tf
