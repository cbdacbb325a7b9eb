#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <unordered_map>

#include "ir/text.h"

namespace litesmith::ir {
namespace {

bool IsWord(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '/' || c == '-' ||
         c == ':';
}

// Elements of a tensor that is written out, as splat(v) or random(seed): more stand beside the text.
constexpr int64_t kMostWritten = int64_t{1} << 26;

// False if T cannot hold the number.
template <class T>
bool StoreInteger(double value, T& target) {
  const double end = std::ldexp(1.0, std::numeric_limits<T>::digits);
  if (!(value < end && value >= (std::is_signed_v<T> ? -end : 0.0))) return false;
  target = static_cast<T>(value);
  return true;
}

class Parser {
 public:
  Parser(std::string_view text, const std::vector<Tensor>& tensors, OpLookup lookup, FindingSink& findings)
      : text_(text), tensors_(tensors), lookup_(lookup), findings_(findings) {}

  Result<std::unique_ptr<Module>> Parse() {
    module_ = std::make_unique<Module>();
    for (SkipSpace(); at_ < text_.size(); SkipSpace()) {
      if (TryWord("signature")) {
        LS_TRY(std::string key, QuotedText());
        LS_RETURN_IF_FAILED(Need("@"));
        LS_TRY(std::string_view function, Word());
        module_->signatures.push_back({std::move(key), std::string(function)});
      } else {
        LS_RETURN_IF_FAILED(ParseFunction());
      }
    }
    return std::move(module_);
  }

 private:
  // ---- characters

  void SkipSpace() {
    while (at_ < text_.size()) {
      if (std::isspace(static_cast<unsigned char>(text_[at_])) != 0) {
        ++at_;
      } else if (text_.substr(at_, 2) == "//") {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else {
        return;
      }
    }
  }
  bool Try(std::string_view token) {
    SkipSpace();
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }
  bool TryWord(std::string_view word) {
    SkipSpace();
    if (text_.substr(at_, word.size()) != word) return false;
    if (at_ + word.size() < text_.size() && IsWord(text_[at_ + word.size()])) return false;
    at_ += word.size();
    return true;
  }
  bool Peek(std::string_view token) {
    SkipSpace();
    return text_.substr(at_, token.size()) == token;
  }
  Result<void> Need(std::string_view token) {
    if (Try(token)) return {};
    return Fail(fmt::format("'{}' expected", token));
  }
  Failed Fail(std::string what) {
    const auto line =
        1 +
        std::count(text_.begin(), text_.begin() + static_cast<ptrdiff_t>(std::min(at_, text_.size())), '\n');
    return findings_.Report(
        Finding(Code::kGraphDamaged)
            .Headline("the text of a graph cannot be read at line {}", line)
            .Cause("{}, found '{}'", what, text_.substr(std::min(at_, text_.size()), 20)));
  }
  Result<std::string_view> Word() {
    SkipSpace();
    const size_t start = at_;
    while (at_ < text_.size() && IsWord(text_[at_])) ++at_;
    if (start == at_) return Fail("a name expected");
    return text_.substr(start, at_ - start);
  }
  Result<std::string> QuotedText() {
    LS_RETURN_IF_FAILED(Need("\""));
    std::string result;
    while (at_ < text_.size() && text_[at_] != '"') {
      char c = text_[at_++];
      if (c == '\\' && at_ < text_.size()) {
        c = text_[at_++];
        if (c == 'x') {
          unsigned value = 0;
          const char* begin = text_.data() + at_;
          const auto end = std::from_chars(begin, text_.data() + std::min(at_ + 2, text_.size()), value, 16);
          at_ += static_cast<size_t>(end.ptr - begin);
          c = static_cast<char>(value);
        }
      }
      result += c;
    }
    LS_RETURN_IF_FAILED(Need("\""));
    return result;
  }
  Result<double> Number() {
    SkipSpace();
    const std::string rest(text_.substr(at_, 64));  // strtod knows inf and nan, and wants an end
    char* end = nullptr;
    const double value = std::strtod(rest.c_str(), &end);
    if (end == rest.c_str()) return Fail("a number expected");
    at_ += static_cast<size_t>(end - rest.c_str());
    return value;
  }
  Result<int64_t> Integer() {
    SkipSpace();
    int64_t value = 0;
    const auto result = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (result.ec != std::errc()) return Fail("a whole number expected");
    at_ = static_cast<size_t>(result.ptr - text_.data());
    return value;
  }

  // ---- types

  Result<DType> ParseDType() {
    LS_TRY(const std::string_view word, Word());
    const auto dtype = DTypeOfName(word);
    if (word == "invalid") return DType::kInvalid;
    if (!dtype) return Fail(fmt::format("'{}' is no data type", word));
    return *dtype;
  }
  Result<Shape> ParseShape() {
    LS_RETURN_IF_FAILED(Need("["));
    if (Try("*")) {
      LS_RETURN_IF_FAILED(Need("]"));
      return Shape::Unknown();
    }
    std::vector<Dim> dims;
    while (!Try("]")) {
      if (!dims.empty()) LS_RETURN_IF_FAILED(Need(","));
      if (Try("?")) {
        dims.emplace_back();
      } else if (Try("s")) {
        LS_TRY(const int64_t id, Integer());
        while (symbols_.size() <= static_cast<size_t>(id) && symbols_.size() < 100'000) {
          symbols_.push_back(module_->symbols.Fresh());
        }
        dims.push_back(symbols_[static_cast<size_t>(id)]);
      } else {
        LS_TRY(const int64_t value, Integer());
        dims.emplace_back(value);
      }
    }
    return Shape(std::move(dims));
  }
  template <class T>
  Result<std::vector<T>> Numbers() {
    LS_RETURN_IF_FAILED(Need("["));
    std::vector<T> values;
    while (!Try("]")) {
      if (!values.empty()) LS_RETURN_IF_FAILED(Need(","));
      LS_TRY(const double value, Number());
      values.push_back(static_cast<T>(value));
    }
    return values;
  }
  Result<Type> ParseType() {
    Type type;
    LS_TRY(type.dtype, ParseDType());
    LS_TRY(type.shape, ParseShape());
    if (!Try("<")) return type;
    auto quantization = std::make_shared<Quantization>();
    if (Peek("[")) {
      LS_TRY(quantization->scale, Numbers<float>());
      LS_RETURN_IF_FAILED(Need(":"));
      LS_TRY(quantization->zero_point, Numbers<int64_t>());
      LS_RETURN_IF_FAILED(Need("@"));
      LS_TRY(const int64_t dimension, Integer());
      quantization->dimension = static_cast<int>(dimension);
      if (Try("/")) {
        LS_TRY(const int64_t block, Integer());
        quantization->block_size = static_cast<int32_t>(block);
      }
    } else {
      LS_TRY(const double scale, Number());
      LS_RETURN_IF_FAILED(Need(":"));
      LS_TRY(const int64_t zero_point, Integer());
      quantization->scale = {static_cast<float>(scale)};
      quantization->zero_point = {zero_point};
    }
    LS_RETURN_IF_FAILED(Need(">"));
    type.quantization = std::move(quantization);
    return type;
  }

  // ---- tensors and attributes

  Result<Tensor> ParseTensor() {
    LS_TRY(const DType dtype, ParseDType());
    LS_TRY(const Shape shape, ParseShape());
    if (!shape.known()) return Fail("a constant's shape must be known");
    if (Try("#")) {
      LS_TRY(const int64_t index, Integer());
      if (index < 0 || static_cast<size_t>(index) >= tensors_.size())
        return Fail("a tensor of the list expected");
      return tensors_[static_cast<size_t>(index)];
    }
    const auto elements = shape.elements();
    if (!elements) return Fail("a smaller shape expected");
    if (dtype == DType::kString) return ParseStrings(shape.known_dims(), *elements);
    if (!BytesOf(dtype, *elements) || *elements > kMostWritten) return Fail("a smaller shape expected");
    std::vector<double> values;
    LS_RETURN_IF_FAILED(ParseElements(dtype, *elements, values));
    Tensor tensor = Tensor::Zeros(dtype, shape.known_dims());
    bool fits = true;
    const bool filled = VisitDType(dtype, [&]<class T>(std::type_identity<T>) {
      const auto data = tensor.mutable_data<T>();
      for (size_t i = 0; i < data.size(); ++i) {
        if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>)
          data[i] = T(static_cast<float>(values[i]));
        else if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>)
          fits = fits && StoreInteger(values[i], data[i]);
        else if constexpr (std::is_arithmetic_v<T>)
          data[i] = static_cast<T>(values[i]);
      }
    });
    if (!filled) return Fail("a type that has numbers expected");
    if (!fits) return Fail(fmt::format("numbers that {} holds expected", NameOf(dtype)));
    return tensor;
  }
  Result<Tensor> ParseStrings(Dims dims, int64_t elements) {
    LS_RETURN_IF_FAILED(Need("["));
    std::vector<std::string> texts;
    while (!Try("]")) {
      if (!texts.empty()) LS_RETURN_IF_FAILED(Need(","));
      LS_TRY(std::string text, QuotedText());
      texts.push_back(std::move(text));
    }
    if (static_cast<int64_t>(texts.size()) != elements)
      return Fail("as many strings as the shape has expected");
    return Tensor::OfStrings(std::move(dims), std::vector<std::string_view>(texts.begin(), texts.end()));
  }
  Result<void> ParseElements(DType dtype, int64_t count, std::vector<double>& values) {
    if (TryWord("splat")) {
      LS_RETURN_IF_FAILED(Need("("));
      LS_TRY(const double value, Scalar());
      values.assign(static_cast<size_t>(count), value);
      return Need(")");
    }
    if (TryWord("random")) {
      LS_RETURN_IF_FAILED(Need("("));
      LS_TRY(const int64_t seed, Integer());
      uint64_t state = static_cast<uint64_t>(seed) * 2862933555777941757u + 3037000493u;
      for (int64_t i = 0; i < count; ++i) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        const double unit = static_cast<double>(state >> 40) / static_cast<double>(1 << 23) - 1.0;
        values.push_back(IsFloat(dtype) ? unit : std::floor(unit * (dtype == DType::kInt8 ? 128 : 100)));
      }
      return Need(")");
    }
    LS_RETURN_IF_FAILED(Need("["));
    while (!Try("]")) {
      if (!values.empty()) LS_RETURN_IF_FAILED(Need(","));
      LS_TRY(const double value, Scalar());
      values.push_back(value);
    }
    if (static_cast<int64_t>(values.size()) != count)
      return Fail("as many elements as the shape has expected");
    return {};
  }
  Result<double> Scalar() {
    if (TryWord("true")) return 1.0;
    if (TryWord("false")) return 0.0;
    return Number();
  }

  Result<Attribute> ParseItem() {
    if (TryWord("true")) return Attribute(true);
    if (TryWord("false")) return Attribute(false);
    if (Peek("\"")) {
      LS_TRY(std::string text, QuotedText());
      return Attribute(std::move(text));
    }
    if (TryWord("type")) {
      LS_TRY(const DType dtype, ParseDType());
      return Attribute(dtype);
    }
    if (TryWord("shape")) {
      LS_TRY(Shape shape, ParseShape());
      return Attribute(std::move(shape));
    }
    if (TryWord("tensor")) {
      LS_TRY(Tensor tensor, ParseTensor());
      return Attribute(std::move(tensor));
    }
    if (Try("@")) {
      LS_TRY(const std::string_view name, Word());
      return Attribute(FunctionRef{std::string(name)});
    }
    if (Peek("[")) return ParseList();
    SkipSpace();
    const size_t start = at_;
    LS_TRY(const double number, Number());
    if (Try("f")) return Attribute(static_cast<float>(number));
    at_ = start;
    LS_TRY(const int64_t value, Integer());
    return Attribute(value);
  }
  template <class T>
  Result<Attribute> Gather(const std::vector<Attribute>& items) {
    std::vector<T> values;
    for (const Attribute& item : items) {
      if (!std::holds_alternative<T>(item)) return Fail("a list of one kind of items expected");
      values.push_back(std::get<T>(item));
    }
    return Attribute(std::move(values));
  }
  Result<Attribute> ParseList() {
    LS_RETURN_IF_FAILED(Need("["));
    std::vector<Attribute> items;
    while (!Try("]")) {
      if (!items.empty()) LS_RETURN_IF_FAILED(Need(","));
      if (Peek("[")) return Fail("lists hold no lists");
      LS_TRY(Attribute item, ParseItem());
      items.push_back(std::move(item));
    }
    if (items.empty() || std::holds_alternative<int64_t>(items[0])) return Gather<int64_t>(items);
    if (std::holds_alternative<float>(items[0])) return Gather<float>(items);
    if (std::holds_alternative<bool>(items[0])) return Gather<bool>(items);
    if (std::holds_alternative<std::string>(items[0])) return Gather<std::string>(items);
    if (std::holds_alternative<DType>(items[0])) return Gather<DType>(items);
    if (std::holds_alternative<Shape>(items[0])) return Gather<Shape>(items);
    if (std::holds_alternative<FunctionRef>(items[0])) return Gather<FunctionRef>(items);
    return Fail("a list of another kind of items expected");
  }

  // ---- functions

  Result<void> ParseFunction() {
    LS_RETURN_IF_FAILED(Need("func"));
    LS_RETURN_IF_FAILED(Need("@"));
    LS_TRY(const std::string_view name, Word());
    if (module_->FindFunction(name) != nullptr)
      return Fail(fmt::format("another name than {} expected", name));
    function_ = module_->AddFunction(std::string(name));
    values_.clear();
    LS_RETURN_IF_FAILED(Need("("));
    while (!Try(")")) {
      if (function_->parameter_count() > 0) LS_RETURN_IF_FAILED(Need(","));
      LS_RETURN_IF_FAILED(Need("%"));
      LS_TRY(const std::string_view value_name, ValueName());
      if (Peek("\"")) {
        LS_TRY(std::string parameter, QuotedText());
        function_->parameter_names.push_back(std::move(parameter));
      }
      LS_RETURN_IF_FAILED(Need(":"));
      LS_TRY(Type type, ParseType());
      Value* value = function_->AddParameter(std::move(type));
      LS_RETURN_IF_FAILED(ParseValueName(value));
      values_[value_name] = value;
    }
    if (Try("->")) {
      LS_RETURN_IF_FAILED(Need("("));
      while (!Try(")")) {
        if (!function_->result_names.empty()) LS_RETURN_IF_FAILED(Need(","));
        LS_TRY(std::string result, QuotedText());
        function_->result_names.push_back(std::move(result));
      }
    }
    LS_RETURN_IF_FAILED(Need("{"));
    while (!Try("}")) LS_RETURN_IF_FAILED(ParseNode());
    return {};
  }
  Result<std::string_view> ValueName() {  // no colon: it separates name and type
    const size_t start = at_;
    while (at_ < text_.size() && IsWord(text_[at_]) && text_[at_] != ':') ++at_;
    if (start == at_) return Fail("a value's name expected");
    return text_.substr(start, at_ - start);
  }
  Result<void> ParseValueName(Value* value) {
    if (!Peek("\"")) return {};
    LS_TRY(value->name, QuotedText());
    return {};
  }
  Result<std::vector<Value*>> ParseOperands() {
    std::vector<Value*> operands;
    while (Peek("%") || Peek("_")) {
      if (Try("_")) {
        operands.push_back(nullptr);
      } else {
        LS_RETURN_IF_FAILED(Need("%"));
        LS_TRY(const std::string_view name, ValueName());
        const auto found = values_.find(name);
        if (found == values_.end()) return Fail(fmt::format("%{} is not defined above", name));
        operands.push_back(found->second);
      }
      if (!Try(",")) break;
    }
    return operands;
  }
  Result<void> ParseNode() {
    if (TryWord("return")) {
      LS_TRY(const std::vector<Value*> results, ParseOperands());
      function_->SetResults(results);
      return {};
    }
    std::vector<std::string_view> names;
    while (Peek("%")) {
      LS_RETURN_IF_FAILED(Need("%"));
      LS_TRY(const std::string_view name, ValueName());
      names.push_back(name);
      if (!Try(",")) break;
    }
    if (!names.empty()) LS_RETURN_IF_FAILED(Need("="));
    Builder builder(*function_);
    Node* node = nullptr;
    if (TryWord("const")) {
      LS_TRY(Tensor tensor, ParseTensor());
      node = builder.Constant(std::move(tensor))->node();
      if (Try(":")) {
        LS_TRY(node->output()->type, ParseType());
      }
      LS_RETURN_IF_FAILED(ParseValueName(node->output()));
    } else {
      LS_TRY(node, ParseOp(builder));
    }
    if (TryWord("loc")) {
      LS_RETURN_IF_FAILED(Need("("));
      LS_TRY(node->name, QuotedText());
      LS_RETURN_IF_FAILED(Need(")"));
    }
    if (node->output_count() != names.size()) return Fail("as many names as types expected");
    for (size_t i = 0; i < names.size(); ++i) values_[names[i]] = node->output(i);
    return {};
  }
  Result<Node*> ParseOp(Builder& builder) {
    LS_TRY(std::string_view word, Word());
    Dialect dialect = Dialect::kCore;
    for (const Dialect one : {Dialect::kTf, Dialect::kTfl}) {
      if (word.starts_with(PrefixOf(one))) {
        dialect = one;
        word.remove_prefix(PrefixOf(one).size());
        break;
      }
    }
    if (dialect == Dialect::kCore) return Fail(fmt::format("an op such as tf.{} expected", word));
    const OpDef* op = lookup_ != nullptr ? lookup_(dialect, word) : nullptr;
    if (op == nullptr) op = &module_->UnknownOp(dialect, word);
    LS_RETURN_IF_FAILED(Need("("));
    LS_TRY(const std::vector<Value*> operands, ParseOperands());
    LS_RETURN_IF_FAILED(Need(")"));
    Node* node = builder.Create(*op, operands, {});
    if (Try("{")) {
      while (!Try("}")) {
        if (!node->attributes.empty()) LS_RETURN_IF_FAILED(Need(","));
        LS_TRY(const std::string_view name, Word());
        LS_RETURN_IF_FAILED(Need("="));
        LS_TRY(Attribute value, ParseItem());
        node->attributes.Set(name, std::move(value));
      }
    }
    if (Try(":")) {
      do {
        LS_TRY(Type type, ParseType());
        LS_RETURN_IF_FAILED(ParseValueName(node->AddOutput(std::move(type))));
      } while (Try(","));
    }
    return node;
  }

  std::string_view text_;
  const std::vector<Tensor>& tensors_;
  OpLookup lookup_;
  FindingSink& findings_;
  size_t at_ = 0;
  std::unique_ptr<Module> module_;
  Function* function_ = nullptr;
  std::vector<Dim> symbols_;
  std::unordered_map<std::string_view, Value*> values_;
};

}  // namespace

Result<std::unique_ptr<Module>> Parse(std::string_view text, const std::vector<Tensor>& tensors,
                                      OpLookup lookup, FindingSink& findings) {
  return Parser(text, tensors, lookup, findings).Parse();
}

}  // namespace litesmith::ir
