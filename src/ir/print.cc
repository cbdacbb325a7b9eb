#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "ir/text.h"
#include "tensor/strings.h"

namespace litesmith::ir {
namespace {

constexpr int64_t kMaxInlineElements = 16;

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) {
      quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

class Printer {
 public:
  explicit Printer(Text& out) : out_(out) {}

  void Print(const Function& function) {
    names_.clear();
    next_ = 0;
    Append("func @{}(", function.name);
    for (size_t i = 0; i < function.parameter_count(); ++i) {
      const Value& value = *function.parameter(i);
      if (i > 0) Append(", ");
      Append("{}", NameOf(value));
      if (i < function.parameter_names.size()) Append(" {}", Quoted(function.parameter_names[i]));
      Append(": {}", Typed(value));
    }
    Append(")");
    if (!function.result_names.empty()) {
      Append(" -> (");
      for (size_t i = 0; i < function.result_names.size(); ++i) {
        Append("{}{}", i > 0 ? ", " : "", Quoted(function.result_names[i]));
      }
      Append(")");
    }
    Append(" {{\n");
    for (const Node& node : function.nodes()) Print(node);
    Append("}}\n");
  }

 private:
  template <class... A>
  void Append(fmt::format_string<A...> text, A&&... arguments) {
    fmt::format_to(std::back_inserter(out_.text), text, std::forward<A>(arguments)...);
  }

  const std::string& NameOf(const Value& value) {
    auto& name = names_[&value];
    if (name.empty()) name = fmt::format("%{}", next_++);
    return name;
  }

  static std::string TypeText(const Type& type) {
    std::string text = fmt::format("{}{}", BriefNameOf(type.dtype), ToText(type.shape));
    if (type.quantization != nullptr && !type.quantization->scale.empty()) {
      const Quantization& quantization = *type.quantization;
      if (quantization.per_channel() || quantization.block_size != 0) {
        text += fmt::format("<[{}]:[{}]@{}", fmt::join(quantization.scale, ","),
                            fmt::join(quantization.zero_point, ","), quantization.dimension);
        if (quantization.block_size != 0) text += fmt::format("/{}", quantization.block_size);
        text += '>';
      } else {
        text += fmt::format("<{}:{}>", quantization.scale[0], quantization.zero_point_at(0));
      }
    }
    return text;
  }

  static std::string Typed(const Value& value) {
    std::string text = TypeText(value.type);
    if (!value.name.empty()) text += ' ' + Quoted(value.name);
    return text;
  }

  void Print(const Node& node) {
    Append("  ");
    for (size_t i = 0; i < node.output_count(); ++i)
      Append("{}{}", i > 0 ? ", " : "", NameOf(*node.output(i)));
    if (node.output_count() > 0) Append(" = ");
    if (node.Is(kConstant)) {
      Append("const {}", TensorText(*node.output()->constant()));
      if (node.output()->type.quantization != nullptr) Append(" : {}", TypeText(node.output()->type));
      if (!node.output()->name.empty()) Append(" {}", Quoted(node.output()->name));
    } else {
      Append("{}{}", PrefixOf(node.op().dialect), node.op_name());
      if (!node.Is(kReturn)) Append("(");
      for (size_t i = 0; i < node.operand_count(); ++i) {
        Append("{}{}",
               i > 0              ? ", "
               : node.Is(kReturn) ? " "
                                  : "",
               node.operand(i) != nullptr ? NameOf(*node.operand(i)) : "_");
      }
      if (!node.Is(kReturn)) Append(")");
      PrintAttributes(node.attributes);
      for (size_t i = 0; i < node.output_count(); ++i)
        Append("{}{}", i > 0 ? ", " : " : ", Typed(*node.output(i)));
    }
    if (!node.name.empty()) Append(" loc({})", Quoted(node.name));
    Append("\n");
  }

  void PrintAttributes(const Attributes& attributes) {
    if (attributes.empty()) return;
    Append(" {{");
    bool first = true;
    for (const auto& [name, value] : attributes) {
      Append("{}{} = {}", first ? "" : ", ", name,
             std::visit([&](const auto& one) { return Item(one); }, value));
      first = false;
    }
    Append("}}");
  }

  std::string Item(int64_t value) { return std::to_string(value); }
  std::string Item(float value) { return fmt::format("{}f", value); }
  std::string Item(bool value) { return value ? "true" : "false"; }
  std::string Item(const std::string& value) { return Quoted(value); }
  std::string Item(DType value) { return fmt::format("type {}", BriefNameOf(value)); }
  std::string Item(const Shape& value) { return "shape " + ToText(value); }
  std::string Item(const Tensor& value) { return "tensor " + TensorText(value); }
  std::string Item(const FunctionRef& value) { return '@' + value.name; }
  template <class T>
  std::string Item(const std::vector<T>& values) {
    std::string text = "[";
    for (size_t i = 0; i < values.size(); ++i) text += (i > 0 ? ", " : "") + Item(static_cast<T>(values[i]));
    return text + "]";
  }

  template <class T>
  static std::string Element(T value) {
    if constexpr (std::is_same_v<T, bool>)
      return value ? "true" : "false";
    else if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>)
      return fmt::format("{}", static_cast<float>(value));
    else if constexpr (std::is_arithmetic_v<T>)
      return fmt::format("{}", +value);
    else
      return "";
  }

  // dtype, dims, then the elements.
  std::string TensorText(const Tensor& tensor) {
    std::string text = fmt::format("{}{} ", BriefNameOf(tensor.dtype()), ToText(tensor.dims()));
    if (tensor.dtype() == DType::kString && tensor.elements() <= kMaxInlineElements) {
      text += '[';
      bool first = true;
      for (std::string_view one : tensor.strings()) {
        text += (first ? "" : ", ") + Quoted(one);
        first = false;
      }
      return text + ']';
    }
    std::string elements;
    VisitDType(tensor.dtype(), [&]<class T>(std::type_identity<T>) {
      if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
        const auto data = tensor.data<T>();
        const size_t size = sizeof(T);
        const bool equal = !data.empty() && std::all_of(data.begin(), data.end(), [&](const T& one) {
          return std::memcmp(&one, data.data(), size) == 0;
        });
        if (tensor.elements() <= kMaxInlineElements) {
          elements = "[";
          for (size_t i = 0; i < data.size(); ++i) elements += (i > 0 ? ", " : "") + Element<T>(data[i]);
          elements += ']';
        } else if (equal) {
          elements = fmt::format("splat({})", Element<T>(data[0]));
        }
      }
    });
    if (!elements.empty()) return text + elements;
    out_.tensors.push_back(tensor);
    return text + fmt::format("#{}", out_.tensors.size() - 1);
  }

  Text& out_;
  std::unordered_map<const Value*, std::string> names_;
  int next_ = 0;
};

}  // namespace

Text Print(const Function& function) {
  Text out;
  Printer(out).Print(function);
  return out;
}

Text Print(const Module& module) {
  Text out;
  for (const Signature& signature : module.signatures) {
    out.text += fmt::format("signature {} @{}\n", Quoted(signature.key), signature.function);
  }
  for (const auto& function : module.functions()) Printer(out).Print(*function);
  return out;
}

}  // namespace litesmith::ir
