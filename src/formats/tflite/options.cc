#include "formats/tflite/options.h"

#include <flatbuffers/reflection.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>

#include "base/check.h"
#include "formats/tflite/options_flatbuffers.h"
#include "formats/tflite/tensor_types.h"
#include "tflite/schema_bfbs_generated.h"

namespace litesmith::tflite {
namespace {

using reflection::BaseType;

struct Field {
  std::string name;  // of the attribute
  flatbuffers::voffset_t offset;
  BaseType type, element;
  int64_t default_integer;
  double default_real;
  bool tensor_type;  // an enumeration of types of tensors: a DType is taken, too
};

struct Table {
  OptionsMember member;
  std::vector<Field> fields;  // widest first, as generated code writes them
  std::vector<std::string> subgraph_fields;
};

struct Tables {
  std::map<std::string, Table, std::less<>> by_name;
  std::map<std::pair<int, uint8_t>, std::string_view> by_type;
};

bool IsInteger(BaseType type) { return type >= reflection::UType && type <= reflection::ULong; }

bool IsSubgraphField(const reflection::Field& field) {
  return field.attributes() != nullptr && field.attributes()->LookupByKey("subgraph") != nullptr;
}

bool IsTensorType(const reflection::Schema& schema, const reflection::Field& field) {
  const int index = field.type()->index();
  return index >= 0 && IsInteger(field.type()->base_type()) &&
         schema.enums()->Get(static_cast<uint32_t>(index))->name()->string_view().ends_with(".TensorType");
}

Table MakeTable(const reflection::Schema& schema, const reflection::Object& object) {
  Table table;
  for (const reflection::Field* field : *object.fields()) {
    if (field->deprecated()) continue;
    const BaseType type = field->type()->base_type();
    LS_CHECK(type != reflection::Obj && type != reflection::Union, object.name()->string_view());
    std::string name = field->name()->str();
    if (name == "version") name = "options_version";
    if (IsSubgraphField(*field)) table.subgraph_fields.push_back(name);
    table.fields.push_back({std::move(name), field->offset(), type, field->type()->element(),
                            field->default_integer(), field->default_real(), IsTensorType(schema, *field)});
  }
  std::sort(table.fields.begin(), table.fields.end(), [](const Field& a, const Field& b) {
    const size_t size_a = flatbuffers::GetTypeSize(a.type), size_b = flatbuffers::GetTypeSize(b.type);
    return size_a != size_b ? size_a > size_b : a.offset < b.offset;
  });
  return table;
}

Tables MakeTables() {
  // Aligned, unlike the array that flatc makes.
  static const std::vector<uint64_t> bytes = [] {
    std::vector<uint64_t> words(fb::ModelBinarySchema::size() / sizeof(uint64_t) + 1);
    std::memcpy(words.data(), fb::ModelBinarySchema::data(), fb::ModelBinarySchema::size());
    return words;
  }();
  const reflection::Schema& schema = *reflection::GetSchema(bytes.data());
  Tables tables;
  for (const int union_index : {1, 2}) {
    const char* name =
        union_index == 1 ? "litesmith.tflite.fb.BuiltinOptions" : "litesmith.tflite.fb.BuiltinOptions2";
    const reflection::Enum* members = schema.enums()->LookupByKey(name);
    LS_CHECK(members != nullptr);
    for (const reflection::EnumVal* value : *members->values()) {
      if (value->value() == 0) continue;
      const auto object = static_cast<uint32_t>(value->union_type()->index());
      Table table = MakeTable(schema, *schema.objects()->Get(object));
      const auto [entry, fresh] = tables.by_name.emplace(value->name()->str(), std::move(table));
      LS_CHECK(fresh);
      const auto type = static_cast<uint8_t>(value->value());
      entry->second.member = {entry->first, union_index, type};
      tables.by_type[{union_index, type}] = entry->first;
    }
  }
  return tables;
}

const Tables& AllTables() {
  static const auto* tables = new Tables(MakeTables());
  return *tables;
}

const Table* FindTable(std::string_view name) {
  const auto found = AllTables().by_name.find(name);
  return found != AllTables().by_name.end() ? &found->second : nullptr;
}

// An integer of any width, or a float, at `data`.
template <class T>
T LoadAs(BaseType type, const uint8_t* data) {
  switch (type) {
    case reflection::UType:
    case reflection::Bool:
    case reflection::UByte:
      return static_cast<T>(flatbuffers::ReadScalar<uint8_t>(data));
    case reflection::Byte:
      return static_cast<T>(flatbuffers::ReadScalar<int8_t>(data));
    case reflection::Short:
      return static_cast<T>(flatbuffers::ReadScalar<int16_t>(data));
    case reflection::UShort:
      return static_cast<T>(flatbuffers::ReadScalar<uint16_t>(data));
    case reflection::Int:
      return static_cast<T>(flatbuffers::ReadScalar<int32_t>(data));
    case reflection::UInt:
      return static_cast<T>(flatbuffers::ReadScalar<uint32_t>(data));
    case reflection::Long:
      return static_cast<T>(flatbuffers::ReadScalar<int64_t>(data));
    case reflection::ULong:
      return static_cast<T>(flatbuffers::ReadScalar<uint64_t>(data));
    case reflection::Float:
      return static_cast<T>(flatbuffers::ReadScalar<float>(data));
    case reflection::Double:
      return static_cast<T>(flatbuffers::ReadScalar<double>(data));
    default:
      return T{};
  }
}

template <class T, class Convert>
std::vector<T> LoadVector(const flatbuffers::VectorOfAny& vector, BaseType element, Convert convert) {
  std::vector<T> values;
  values.reserve(vector.size());
  const size_t size = flatbuffers::GetTypeSize(element);
  for (size_t i = 0; i < vector.size(); ++i) values.push_back(convert(vector.Data() + i * size));
  return values;
}

Attribute ReadVector(const Field& field, const flatbuffers::VectorOfAny& vector) {
  const BaseType element = field.element;
  if (element == reflection::Bool) {
    return LoadVector<bool>(vector, element, [](const uint8_t* data) { return *data != 0; });
  }
  if (element == reflection::Float) {
    return LoadVector<float>(vector, element,
                             [&](const uint8_t* data) { return LoadAs<float>(element, data); });
  }
  if (element == reflection::UByte) {
    return Tensor::Of<uint8_t>({static_cast<int64_t>(vector.size())},
                               std::span<const uint8_t>(vector.Data(), vector.size()));
  }
  LS_CHECK(IsInteger(element), field.name);
  return LoadVector<int64_t>(vector, element,
                             [&](const uint8_t* data) { return LoadAs<int64_t>(element, data); });
}

bool InRange(BaseType type, int64_t value) {
  const auto within = [&](auto low, auto high) {
    return value >= static_cast<int64_t>(low) && value <= static_cast<int64_t>(high);
  };
  switch (type) {
    case reflection::Bool:
      return within(0, 1);
    case reflection::UType:
    case reflection::UByte:
      return within(0, std::numeric_limits<uint8_t>::max());
    case reflection::Byte:
      return within(std::numeric_limits<int8_t>::min(), std::numeric_limits<int8_t>::max());
    case reflection::Short:
      return within(std::numeric_limits<int16_t>::min(), std::numeric_limits<int16_t>::max());
    case reflection::UShort:
      return within(0, std::numeric_limits<uint16_t>::max());
    case reflection::Int:
      return within(std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max());
    case reflection::UInt:
      return within(0, std::numeric_limits<uint32_t>::max());
    default:
      return true;
  }
}

// The attribute as the integer that the field holds; empty if it is something else.
std::optional<int64_t> IntegerOf(const Field& field, const Attribute& attribute) {
  if (const auto* value = std::get_if<int64_t>(&attribute)) return *value;
  if (const auto* value = std::get_if<bool>(&attribute)) return *value ? 1 : 0;
  if (const auto* value = std::get_if<DType>(&attribute); value != nullptr && field.tensor_type) {
    if (const auto type = TensorTypeOf(*value)) return *type;
  }
  return std::nullopt;
}

bool VectorFits(const Field& field, const Attribute& attribute) {
  if (field.element == reflection::Bool) return std::holds_alternative<std::vector<bool>>(attribute);
  if (field.element == reflection::Float) return std::holds_alternative<std::vector<float>>(attribute);
  if (field.element == reflection::UByte) {
    const auto* tensor = std::get_if<Tensor>(&attribute);
    return tensor != nullptr && tensor->dtype() == DType::kUInt8;
  }
  const auto* values = std::get_if<std::vector<int64_t>>(&attribute);
  return values != nullptr && std::all_of(values->begin(), values->end(),
                                          [&](int64_t value) { return InRange(field.element, value); });
}

bool Fits(const Field& field, const Attribute& attribute) {
  if (field.type == reflection::String) return std::holds_alternative<std::string>(attribute);
  if (field.type == reflection::Vector) return VectorFits(field, attribute);
  if (field.type == reflection::Float) return std::holds_alternative<float>(attribute);
  const auto value = IntegerOf(field, attribute);
  return value.has_value() && InRange(field.type, *value);
}

template <class T>
flatbuffers::Offset<void> CreateIntegers(const std::vector<int64_t>& values,
                                         flatbuffers::FlatBufferBuilder& builder) {
  std::vector<T> narrow;
  narrow.reserve(values.size());
  for (const int64_t value : values) narrow.push_back(static_cast<T>(value));
  return builder.CreateVector(narrow).Union();
}

flatbuffers::Offset<void> CreateVector(const Field& field, const Attribute& attribute,
                                       flatbuffers::FlatBufferBuilder& builder) {
  if (const auto* values = std::get_if<std::vector<bool>>(&attribute))
    return builder.CreateVector(*values).Union();
  if (const auto* values = std::get_if<std::vector<float>>(&attribute))
    return builder.CreateVector(*values).Union();
  if (const auto* tensor = std::get_if<Tensor>(&attribute)) {
    return builder.CreateVector(tensor->data<uint8_t>().data(), tensor->bytes().size()).Union();
  }
  const auto& values = std::get<std::vector<int64_t>>(attribute);
  switch (flatbuffers::GetTypeSize(field.element)) {
    case 1:
      return CreateIntegers<int8_t>(values, builder);
    case 2:
      return CreateIntegers<int16_t>(values, builder);
    case 4:
      return CreateIntegers<int32_t>(values, builder);
    default:
      return CreateIntegers<int64_t>(values, builder);
  }
}

void AddScalar(const Field& field, const Attribute& attribute, flatbuffers::FlatBufferBuilder& builder) {
  if (field.type == reflection::Float) {
    builder.AddElement<float>(field.offset, std::get<float>(attribute),
                              static_cast<float>(field.default_real));
    return;
  }
  const int64_t value = *IntegerOf(field, attribute), otherwise = field.default_integer;
  const auto add = [&]<class T>(T) {
    builder.AddElement<T>(field.offset, static_cast<T>(value), static_cast<T>(otherwise));
  };
  switch (flatbuffers::GetTypeSize(field.type)) {
    case 1:
      return add(int8_t{});
    case 2:
      return add(int16_t{});
    case 4:
      return add(int32_t{});
    default:
      return add(int64_t{});
  }
}

}  // namespace

bool IsOptionsTable(std::string_view table) { return FindTable(table) != nullptr; }

const std::vector<std::string>& SubgraphFields(std::string_view table) {
  static const auto* none = new std::vector<std::string>;
  const Table* found = FindTable(table);
  return found != nullptr ? found->subgraph_fields : *none;
}

std::vector<std::string> OptionFields(std::string_view table) {
  std::vector<std::string> names;
  if (const Table* found = FindTable(table)) {
    for (const Field& field : found->fields) names.push_back(field.name);
  }
  return names;
}

std::string OptionsProblem(std::string_view table, const Attributes& attributes) {
  const Table* found = FindTable(table);
  if (found == nullptr) return fmt::format("the schema has no table {}", table);
  for (const Field& field : found->fields) {
    const Attribute* attribute = attributes.Find(field.name);
    if (attribute != nullptr && !Fits(field, *attribute)) {
      return fmt::format("attribute {} is of another type than the field of {}, or out of its range",
                         field.name, table);
    }
  }
  return {};
}

OptionsMember OptionsOfType(int union_index, uint8_t type) {
  const auto found = AllTables().by_type.find({union_index, type});
  if (found == AllTables().by_type.end()) return {{}, union_index, type};
  return {found->second, union_index, type};
}

OptionsMember OptionsOfName(std::string_view table) {
  const Table* found = FindTable(table);
  return found != nullptr ? found->member : OptionsMember{};
}

Attributes ReadOptions(std::string_view table, const flatbuffers::Table& data) {
  Attributes attributes;
  const Table* found = FindTable(table);
  if (found == nullptr) return attributes;
  for (const Field& field : found->fields) {
    if (field.type == reflection::String) {
      if (const auto* text = data.GetPointer<const flatbuffers::String*>(field.offset)) {
        attributes.Set(field.name, text->str());
      }
    } else if (field.type == reflection::Vector) {
      if (const auto* vector = data.GetPointer<const flatbuffers::VectorOfAny*>(field.offset)) {
        attributes.Set(field.name, ReadVector(field, *vector));
      }
    } else {
      const uint8_t* at = data.GetAddressOf(field.offset);
      if (field.type == reflection::Float) {
        attributes.Set(field.name,
                       at ? LoadAs<float>(field.type, at) : static_cast<float>(field.default_real));
      } else {
        const int64_t value = at ? LoadAs<int64_t>(field.type, at) : field.default_integer;
        attributes.Set(field.name, field.type == reflection::Bool ? Attribute(value != 0) : Attribute(value));
      }
    }
  }
  return attributes;
}

flatbuffers::Offset<void> WriteOptions(std::string_view table, const Attributes& attributes,
                                       flatbuffers::FlatBufferBuilder& builder) {
  const Table* found = FindTable(table);
  LS_CHECK(found != nullptr, table);
  // Strings and vectors first: a table may not be interrupted by them.
  std::map<flatbuffers::voffset_t, flatbuffers::Offset<void>> parts;
  for (const Field& field : found->fields) {
    const Attribute* attribute = attributes.Find(field.name);
    if (attribute == nullptr) continue;
    if (field.type == reflection::String) {
      parts[field.offset] = builder.CreateString(std::get<std::string>(*attribute)).Union();
    } else if (field.type == reflection::Vector) {
      parts[field.offset] = CreateVector(field, *attribute, builder);
    }
  }
  const auto start = builder.StartTable();
  for (const Field& field : found->fields) {
    const Attribute* attribute = attributes.Find(field.name);
    if (attribute == nullptr) continue;
    const auto part = parts.find(field.offset);
    if (part != parts.end()) {
      builder.AddOffset(field.offset, part->second);
    } else {
      AddScalar(field, *attribute, builder);
    }
  }
  return flatbuffers::Offset<void>(builder.EndTable(start));
}

}  // namespace litesmith::tflite
