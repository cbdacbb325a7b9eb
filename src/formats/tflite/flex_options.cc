#include "formats/tflite/flex_options.h"

#include <flatbuffers/flexbuffers.h>

#include <cstring>

namespace litesmith::flex {
namespace {

template <class T, class Add>
void PackVector(flexbuffers::Builder& builder, const char* key, const std::vector<T>& values, Add add) {
  const size_t start = builder.StartVector(key);
  for (const auto& value : values) add(value);
  builder.EndVector(start, false, false);
}

void PackEntry(flexbuffers::Builder& builder, const char* key, const Attribute& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) {
    builder.Int(key, *number);
  } else if (const auto* real = std::get_if<float>(&value)) {
    builder.Float(key, *real);
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    builder.Bool(key, *flag);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    builder.String(key, *text);
  } else if (const auto* numbers = std::get_if<std::vector<int64_t>>(&value)) {
    PackVector(builder, key, *numbers, [&](int64_t entry) { builder.Int(entry); });
  } else if (const auto* reals = std::get_if<std::vector<float>>(&value)) {
    PackVector(builder, key, *reals, [&](float entry) { builder.Float(entry); });
  } else if (const auto* flags = std::get_if<std::vector<bool>>(&value)) {
    PackVector(builder, key, *flags, [&](bool entry) { builder.Bool(entry); });
  } else if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) {
    PackVector(builder, key, *texts, [&](const std::string& entry) { builder.String(entry); });
  } else if (const auto* tensor = std::get_if<Tensor>(&value); tensor && tensor->dtype() == DType::kUInt8) {
    builder.Key(key);
    builder.Blob(tensor->bytes().data(), tensor->bytes().size());
  }
}

template <class T, class Is, class As>
bool UnpackAs(const flexbuffers::Vector& vector, Is is, As as, Attribute& value) {
  std::vector<T> entries;
  for (size_t i = 0; i < vector.size(); ++i) {
    if (!is(vector[i])) return false;
    entries.push_back(as(vector[i]));
  }
  value = std::move(entries);
  return true;
}

using flexbuffers::Reference;

bool UnpackVector(const flexbuffers::Vector& vector, Attribute& value) {
  const auto is_integer = [](const Reference& entry) { return entry.IsIntOrUint(); };
  const auto is_number = [](const Reference& entry) { return entry.IsNumeric(); };
  const auto is_bool = [](const Reference& entry) { return entry.IsBool(); };
  const auto is_text = [](const Reference& entry) { return entry.IsString() || entry.IsKey(); };
  return UnpackAs<int64_t>(
             vector, is_integer, [](const Reference& entry) { return entry.AsInt64(); }, value) ||
         UnpackAs<bool>(
             vector, is_bool, [](const Reference& entry) { return entry.AsBool(); }, value) ||
         UnpackAs<float>(
             vector, is_number, [](const Reference& entry) { return entry.AsFloat(); }, value) ||
         UnpackAs<std::string>(
             vector, is_text, [](const Reference& entry) { return std::string(entry.AsString().c_str()); },
             value);
}

// Vectors of a type of their own have readers of their own.
template <class From>
std::vector<int64_t> Integers(const From& from) {
  std::vector<int64_t> values;
  for (size_t i = 0; i < from.size(); ++i) values.push_back(from[i].AsInt64());
  return values;
}

bool UnpackTypedVector(const flexbuffers::TypedVector& vector, flexbuffers::Type element, Attribute& value) {
  if (element == flexbuffers::FBT_INT || element == flexbuffers::FBT_UINT) {
    value = Integers(vector);
  } else if (element == flexbuffers::FBT_FLOAT) {
    std::vector<float> values;
    for (size_t i = 0; i < vector.size(); ++i) values.push_back(vector[i].AsFloat());
    value = std::move(values);
  } else if (element == flexbuffers::FBT_BOOL) {
    std::vector<bool> values;
    for (size_t i = 0; i < vector.size(); ++i) values.push_back(vector[i].AsBool());
    value = std::move(values);
  } else {
    return false;
  }
  return true;
}

bool UnpackEntry(const Reference& entry, Attribute& value) {
  if (entry.IsBool()) {
    value = entry.AsBool();
  } else if (entry.IsIntOrUint()) {
    value = entry.AsInt64();
  } else if (entry.IsFloat()) {
    value = entry.AsFloat();
  } else if (entry.IsString()) {
    value = std::string(entry.AsString().c_str(), entry.AsString().size());
  } else if (entry.IsBlob()) {
    const auto blob = entry.AsBlob();
    value = Tensor::Of<uint8_t>({static_cast<int64_t>(blob.size())}, std::span(blob.data(), blob.size()));
  } else if (entry.IsTypedVector()) {
    return UnpackTypedVector(entry.AsTypedVector(), flexbuffers::ToTypedVectorElementType(entry.GetType()),
                             value);
  } else if (entry.IsUntypedVector()) {
    return UnpackVector(entry.AsVector(), value);
  } else {
    return false;
  }
  return true;
}

}  // namespace

Tensor Pack(const Attributes& options) {
  flexbuffers::Builder builder;
  builder.Map([&] {
    for (const auto& [name, value] : options) PackEntry(builder, name.c_str(), value);
  });
  builder.Finish();
  const std::vector<uint8_t>& bytes = builder.GetBuffer();
  return Tensor::Of<uint8_t>({static_cast<int64_t>(bytes.size())}, bytes);
}

std::optional<Attributes> Unpack(Bytes bytes) {
  Attributes attributes;
  if (bytes.empty()) return attributes;
  if (bytes.size() >= FLATBUFFERS_MAX_BUFFER_SIZE) return std::nullopt;
  // The library's verifier (2.0.8) does not look for the end of keys: a zero after a copy of the bytes is one
  // for all.
  std::vector<uint8_t> copy(bytes.size() + 1);
  std::memcpy(copy.data(), bytes.data(), bytes.size());
  // The reuse tracker keeps shared parts from being walked again and again.
  std::vector<uint8_t> reuse_tracker;
  if (!flexbuffers::VerifyBuffer(copy.data(), bytes.size(), &reuse_tracker)) return std::nullopt;
  const Reference root = flexbuffers::GetRoot(copy.data(), bytes.size());
  if (!root.IsMap()) return std::nullopt;
  const flexbuffers::Map map = root.AsMap();
  const flexbuffers::TypedVector keys = map.Keys();
  const flexbuffers::Vector values = map.Values();
  for (size_t i = 0; i < keys.size() && i < values.size(); ++i) {
    Attribute value;
    if (UnpackEntry(values[i], value)) attributes.Set(keys[i].AsKey(), std::move(value));
  }
  return attributes;
}

}  // namespace litesmith::flex
