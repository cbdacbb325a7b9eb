#include "formats/graphdef/attributes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "formats/graphdef/tensor.h"

namespace litesmith::graphdef {

using protobuf::Reader;

namespace {

// DataType of tensorflow/core/framework/types.proto, by number.
constexpr std::array kDTypes = {DType::kInvalid,    DType::kFloat32,      DType::kFloat64,    DType::kInt32,
                                DType::kUInt8,      DType::kInt16,        DType::kInt8,       DType::kString,
                                DType::kComplex64,  DType::kInt64,        DType::kBool,       DType::kQInt8,
                                DType::kQUInt8,     DType::kQInt32,       DType::kBFloat16,   DType::kQInt16,
                                DType::kQUInt16,    DType::kUInt16,       DType::kComplex128, DType::kFloat16,
                                DType::kResource,   DType::kVariant,      DType::kUInt32,     DType::kUInt64,
                                DType::kFloat8E5M2, DType::kFloat8E4M3FN, DType::kInvalid,    DType::kInvalid,
                                DType::kInvalid,    DType::kInt4,         DType::kUInt4,      DType::kInt2};

constexpr uint64_t kReferenceOffset = 100;  // DT_FLOAT_REF = DT_FLOAT + 100

// Values of an AttrValue.ListValue, one of which has elements.
struct Lists {
  std::vector<std::string> texts;
  std::vector<int64_t> ints;
  std::vector<float> floats;
  std::vector<bool> bools;
  std::vector<DType> types;
  std::vector<Shape> shapes;
  std::vector<FunctionRef> functions;
  bool other = false;
};

std::string FunctionName(Reader reader, bool& ok) {
  std::string name;
  while (reader.Next()) {
    if (reader.field() == 1) name = reader.Text();
  }
  ok = ok && reader.ok();
  return name;
}

template <class T>
void Append(Reader& reader, std::vector<T>& values, T (*convert)(uint64_t)) {
  std::vector<uint64_t> numbers;
  reader.AppendVarints(numbers);
  for (uint64_t number : numbers) values.push_back(convert(number));
}

std::optional<Attribute> DecodeList(Reader reader, bool& ok) {
  Lists lists;
  while (reader.Next()) {
    switch (reader.field()) {
      case 2:
        lists.texts.emplace_back(reader.Text());
        break;
      case 3:
        reader.AppendVarints(lists.ints);
        break;
      case 4:
        reader.AppendFixed(lists.floats);
        break;
      case 5:
        Append<bool>(reader, lists.bools, [](uint64_t number) { return number != 0; });
        break;
      case 6:
        Append<DType>(reader, lists.types, DTypeOfNumber);
        break;
      case 7:
        lists.shapes.push_back(DecodeShape(reader.Message("TensorShapeProto"), ok));
        break;
      case 8:
        lists.other = true;
        break;
      case 9:
        lists.functions.push_back({FunctionName(reader.Message("NameAttrList"), ok)});
        break;
      default:
        break;
    }
  }
  ok = ok && reader.ok();
  if (!ok || lists.other) return std::nullopt;
  if (!lists.texts.empty()) return std::move(lists.texts);
  if (!lists.floats.empty()) return std::move(lists.floats);
  if (!lists.bools.empty()) return std::move(lists.bools);
  if (!lists.types.empty()) return std::move(lists.types);
  if (!lists.shapes.empty()) return std::move(lists.shapes);
  if (!lists.functions.empty()) return std::move(lists.functions);
  return std::move(lists.ints);  // an empty list does not say of what
}

// The text form of a NameAttrList whose values are plain: `name: "Op" attr { key: "k" value { f: 10 } }`.
std::string TextOfCall(Reader reader, bool& ok) {
  std::string text;
  while (reader.Next()) {
    if (reader.field() == 1) {
      text = fmt::format("name: \"{}\"", reader.Text()) + text;
    } else if (reader.field() == 2) {
      Attributes one;
      DecodeAttributeEntry(reader, one);
      for (const auto& [name, value] : one) {
        std::string plain;
        if (const auto* number = std::get_if<int64_t>(&value)) plain = fmt::format("i: {}", *number);
        if (const auto* number = std::get_if<float>(&value)) plain = fmt::format("f: {}", *number);
        if (const auto* flag = std::get_if<bool>(&value)) plain = fmt::format("b: {}", *flag);
        if (const auto* words = std::get_if<std::string>(&value)) plain = fmt::format("s: \"{}\"", *words);
        if (!plain.empty()) text += fmt::format(" attr {{ key: \"{}\" value {{ {} }} }}", name, plain);
      }
    }
  }
  ok = ok && reader.ok();
  return text;
}

// `_implements` says which op a function stands for: as text, or, since TensorFlow parses that text when it
// writes a graph, as a call, which is turned into the text again.
std::optional<Attribute> DecodeImplements(Reader reader, bool& ok) {
  std::optional<Attribute> value;
  while (reader.Next()) {
    if (reader.field() == 2) value = std::string(reader.Text());
    if (reader.field() == 10) value = TextOfCall(reader.Message("NameAttrList"), ok);
  }
  ok = ok && reader.ok();
  return value;
}

}  // namespace

int64_t NumberOf(DType dtype) {
  const auto found = std::find(kDTypes.begin() + 1, kDTypes.end(), dtype);
  return found != kDTypes.end() ? found - kDTypes.begin() : 0;
}

DType DTypeOfNumber(uint64_t number) {
  if (number > kReferenceOffset) number -= kReferenceOffset;
  return number < kDTypes.size() ? kDTypes[number] : DType::kInvalid;
}

Shape DecodeShape(Reader reader, bool& ok) {
  std::vector<Dim> dims;
  bool unknown_rank = false;
  while (reader.Next()) {
    if (reader.field() == 2) {
      int64_t size = 0;
      Reader dim = reader.Message("TensorShapeProto.Dim");
      while (dim.Next()) {
        if (dim.field() == 1) size = dim.Int();
      }
      if (!dim.ok()) reader.Abandon();
      if (dims.size() >= static_cast<size_t>(reader.context().limits.max_rank)) {
        reader.Fail("more dimensions than a tensor may have");
      }
      dims.emplace_back(size);
    } else if (reader.field() == 3) {
      unknown_rank = reader.Bool();
    }
  }
  ok = ok && reader.ok();
  return unknown_rank || !ok ? Shape::Unknown() : Shape(std::move(dims));
}

std::optional<Attribute> DecodeAttribute(Reader reader, bool& ok) {
  std::optional<Attribute> value;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        value = DecodeList(reader.Message("AttrValue.ListValue"), ok);
        break;
      case 2:
        value = std::string(reader.Text());
        break;
      case 3:
        value = reader.Int();
        break;
      case 4:
        value = reader.Float();
        break;
      case 5:
        value = reader.Bool();
        break;
      case 6:
        value = DTypeOfNumber(reader.Varint());
        break;
      case 7:
        value = DecodeShape(reader.Message("TensorShapeProto"), ok);
        break;
      case 8: {
        auto tensor = DecodeTensor(reader.Message("TensorProto"));
        if (tensor) {
          value = *std::move(tensor);
        } else {
          ok = false;
        }
        break;
      }
      case 10:
        value = FunctionRef{FunctionName(reader.Message("NameAttrList"), ok)};
        break;
      default:
        break;
    }
  }
  ok = ok && reader.ok();
  if (!ok) return std::nullopt;
  return value;
}

bool KeepsAttribute(std::string_view name) {
  return !name.starts_with('_') || name == "_implements" || name == "_output_shapes";
}

void DecodeAttributeEntry(Reader& reader, Attributes& attributes, std::string_view without) {
  const protobuf::MapEntry entry = protobuf::ReadMapEntry(reader);
  if (!reader.ok() || !KeepsAttribute(entry.text_key) || entry.text_key == without) return;
  bool ok = true;
  const Reader message(reader.document(), reader.context(), entry.value, "AttrValue", reader.depth() + 2);
  auto value = entry.text_key == "_implements" ? DecodeImplements(message, ok) : DecodeAttribute(message, ok);
  if (!ok) reader.Abandon();
  if (value) attributes.Set(entry.text_key, *std::move(value));
}

}  // namespace litesmith::graphdef
