#include "report/attributes.h"

#include <fmt/format.h>

namespace litesmith::report {
namespace {

constexpr size_t kMostOfList = 12;    // elements of a list
constexpr int64_t kMostOfTensor = 8;  // elements of a tensor
constexpr size_t kMostOfText = 80;    // bytes of a text
constexpr size_t kMostInAll = 360;    // bytes of the line; strings.cc shortens at 400

std::string TextOf(int64_t value) { return std::to_string(value); }
std::string TextOf(float value) { return fmt::format("{}", value); }
std::string TextOf(double value) { return fmt::format("{}", value); }
std::string TextOf(bool value) { return value ? "true" : "false"; }
std::string TextOf(DType value) { return std::string(NameOf(value)); }
std::string TextOf(const Shape& value) { return ToText(value); }
std::string TextOf(const FunctionRef& value) { return value.name; }

// A text as it is, except for what is none: attributes also hold serialized messages.
std::string TextOf(std::string_view value) {
  if (value.empty()) return "\"\"";
  for (const char c : value) {
    if (static_cast<unsigned char>(c) < 0x20) return fmt::format("{} bytes", value.size());
  }
  return value.size() <= kMostOfText
             ? std::string(value)
             : fmt::format("{}... ({} bytes)", value.substr(0, kMostOfText), value.size());
}
std::string TextOf(const std::string& value) { return TextOf(std::string_view(value)); }

template <class List>
std::string ListText(const List& list) {
  std::string text = "[";
  for (size_t i = 0; i < list.size() && i < kMostOfList; ++i) {
    text += i > 0 ? ", " : "";
    text += TextOf(list[i]);
  }
  return text + (list.size() > kMostOfList ? fmt::format(", ... {} in all]", list.size()) : "]");
}

template <class T>
std::string TextOf(const std::vector<T>& list) {
  return ListText(list);
}

std::string TextOf(const Tensor& tensor) {
  const std::string type = fmt::format("{}{}", NameOf(tensor.dtype()), ToText(tensor.dims()));
  if (tensor.elements() > kMostOfTensor) return type;
  std::string values;
  if (const auto integers = tensor.ToInt64()) {
    values = ListText(*integers);
  } else if (tensor.dtype() == DType::kFloat32) {
    values = ListText(tensor.data<float>());  // as a double, 0.1 would read 0.10000000149
  } else if (const auto numbers = tensor.ToDouble()) {
    values = ListText(*numbers);
  } else if (tensor.dtype() == DType::kString) {
    values = ListText(tensor.strings());
  }
  return values.empty() ? type : type + " " + values;
}

}  // namespace

std::string AttributesText(const ir::Node& node) {
  std::string text;
  for (const auto& [name, value] : node.attributes) {
    if (name.starts_with('_') && name != "_implements") continue;
    const std::string one = fmt::format("{}{} = {}", text.empty() ? "" : ", ", name,
                                        std::visit([](const auto& held) { return TextOf(held); }, value));
    if (text.size() + one.size() > kMostInAll) return text + ", ...";
    text += one;
  }
  return text;
}

std::string TypeText(const ir::Type& type) {
  std::string text = type.dtype == DType::kInvalid ? "?" : std::string(NameOf(type.dtype));
  text += ToText(type.shape);
  if (type.quantization == nullptr || type.quantization->scale.empty()) return text;
  const Quantization& quantization = *type.quantization;
  if (quantization.block_size > 0) {
    return text +
           fmt::format(", {} scales of blocks of {}", quantization.scale.size(), quantization.block_size);
  }
  if (quantization.per_channel()) {
    return text +
           fmt::format(", {} scales along dimension {}", quantization.scale.size(), quantization.dimension);
  }
  return text +
         fmt::format(", scale {}, zero point {}", quantization.scale[0], quantization.zero_point_at(0));
}

}  // namespace litesmith::report
