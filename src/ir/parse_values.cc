#include "ir/parse_values.h"

#include <cmath>
#include <limits>

namespace litesmith::ir {
namespace {

// Elements of a tensor that is written out, as splat(v) or random(seed): more stand beside the text.
constexpr int64_t kMostWritten = int64_t{1} << 26;

constexpr int64_t kMostSymbols = 100'000;

// False if T cannot hold the number.
template <class T>
bool StoreInteger(double value, T& target) {
  const double end = std::ldexp(1.0, std::numeric_limits<T>::digits);
  if (!(value < end && value >= (std::is_signed_v<T> ? -end : 0.0))) return false;
  target = static_cast<T>(value);
  return true;
}

}  // namespace

Result<DType> ValueParser::ParseDType() {
  LS_TRY(const std::string_view word, Word());
  const auto dtype = DTypeOfName(word);
  if (word == "invalid") return DType::kInvalid;
  if (!dtype) return Fail(fmt::format("'{}' is no data type", word));
  return *dtype;
}

Result<Shape> ValueParser::ParseShape() {
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
      if (id < 0 || id >= kMostSymbols) return Fail("a symbol of a smaller number expected");
      while (symbols_.size() <= static_cast<size_t>(id)) symbols_.push_back(table_.Fresh());
      dims.push_back(symbols_[static_cast<size_t>(id)]);
    } else {
      LS_TRY(const int64_t value, Integer());
      dims.emplace_back(value);
    }
  }
  return Shape(std::move(dims));
}

Result<Type> ValueParser::ParseType() {
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

Result<Tensor> ValueParser::ParseTensor() {
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

Result<Tensor> ValueParser::ParseStrings(Dims dims, int64_t elements) {
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

Result<void> ValueParser::ParseElements(DType dtype, int64_t count, std::vector<double>& values) {
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
  if (static_cast<int64_t>(values.size()) != count) return Fail("as many elements as the shape has expected");
  return {};
}

Result<double> ValueParser::Scalar() {
  if (TryWord("true")) return 1.0;
  if (TryWord("false")) return 0.0;
  return Number();
}

Result<Attribute> ValueParser::ParseItem() {
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

Result<Attribute> ValueParser::ParseList() {
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

}  // namespace litesmith::ir
