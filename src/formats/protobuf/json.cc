#include "formats/protobuf/json.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <variant>
#include <vector>

#include "base/finding.h"
#include "formats/protobuf/wire.h"

namespace litesmith::protobuf {
namespace {

using Value = std::variant<bool, int64_t, uint64_t, double, std::string_view>;

template <class T>
std::optional<T> Number(std::string_view text) {
  T value{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// A whole number as a varint holds it: two's complement if negative.
std::optional<uint64_t> WholeNumber(const Value& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) return static_cast<uint64_t>(*number);
  if (const auto* number = std::get_if<uint64_t>(&value)) return *number;
  if (const auto* number = std::get_if<double>(&value)) {
    if (std::trunc(*number) != *number || std::abs(*number) >= 0x1p63) return std::nullopt;
    return static_cast<uint64_t>(static_cast<int64_t>(*number));
  }
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    if (const auto number = Number<int64_t>(*text)) return static_cast<uint64_t>(*number);
    return Number<uint64_t>(*text);
  }
  return std::nullopt;
}

std::optional<double> RealNumber(const Value& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) return static_cast<double>(*number);
  if (const auto* number = std::get_if<uint64_t>(&value)) return static_cast<double>(*number);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  const auto* text = std::get_if<std::string_view>(&value);
  if (text == nullptr) return std::nullopt;
  if (*text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (*text == "Infinity") return std::numeric_limits<double>::infinity();
  if (*text == "-Infinity") return -std::numeric_limits<double>::infinity();
  return Number<double>(*text);
}

std::string TextOf(const Value& value) {
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    return text->size() <= 40 ? fmt::format("'{}'", *text) : fmt::format("'{}...'", text->substr(0, 40));
  }
  return std::visit([](const auto& plain) { return fmt::format("{}", plain); }, value);
}

// "tensor_shape" is written "tensorShape" or as it is.
bool SameName(std::string_view field, std::string_view key) {
  if (field == key) return true;
  size_t at = 0;
  for (size_t i = 0; i < field.size(); ++i, ++at) {
    char expected = field[i];
    if (expected == '_' && ++i < field.size() && field[i] >= 'a' && field[i] <= 'z') {
      expected = static_cast<char>(field[i] - 'a' + 'A');
    }
    if (at >= key.size() || key[at] != expected) return false;
  }
  return at == key.size();
}

bool IsMapEntry(const MessageSchema& schema) {
  return schema.fields.size() == 2 && schema.fields[0].name == "key" && schema.fields[1].name == "value";
}

// Appends the field to `out`; else what was expected.
std::optional<std::string_view> Encode(std::string& out, const FieldSchema& field, const Value& value) {
  switch (field.kind) {
    case Kind::kInt:
    case Kind::kFixed32:
    case Kind::kFixed64: {
      const auto number = WholeNumber(value);
      if (!number) return "a whole number";
      if (field.kind == Kind::kInt) PutVarintField(out, field.number, *number);
      if (field.kind == Kind::kFixed32) PutFixedField(out, field.number, static_cast<uint32_t>(*number));
      if (field.kind == Kind::kFixed64) PutFixedField(out, field.number, *number);
      return std::nullopt;
    }
    case Kind::kBool: {
      const auto* flag = std::get_if<bool>(&value);
      if (flag == nullptr) return "true or false";
      PutVarintField(out, field.number, *flag ? 1 : 0);
      return std::nullopt;
    }
    case Kind::kEnum: {
      std::optional<uint64_t> number = WholeNumber(value);
      const auto* name = std::get_if<std::string_view>(&value);
      if (!number && name != nullptr) {
        if (const auto known = field.enum_value(*name)) number = static_cast<uint64_t>(*known);
      }
      if (!number) return "a known name";
      PutVarintField(out, field.number, *number);
      return std::nullopt;
    }
    case Kind::kFloat:
    case Kind::kDouble: {
      const auto number = RealNumber(value);
      if (!number) return "a number";
      if (field.kind == Kind::kFloat) PutFixedField(out, field.number, static_cast<float>(*number));
      if (field.kind == Kind::kDouble) PutFixedField(out, field.number, *number);
      return std::nullopt;
    }
    case Kind::kText: {
      const auto* text = std::get_if<std::string_view>(&value);
      if (text == nullptr) return "a string";
      PutBytesField(out, field.number, *text);
      return std::nullopt;
    }
    case Kind::kBytes: {
      const auto* text = std::get_if<std::string_view>(&value);
      const auto bytes = text != nullptr ? DecodeBase64(*text) : std::nullopt;
      if (!bytes) return "bytes in base64";
      PutBytesField(out, field.number, *bytes);
      return std::nullopt;
    }
    case Kind::kMessage:
      break;
  }
  return "an object";
}

// Takes the events of nlohmann's parser, which keeps no stack of its own calls: nesting costs no recursion.
class JsonReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  JsonReader(Context& context, const std::string& file, std::string_view text, const MessageSchema& schema)
      : context_(context), file_(file), text_(text), schema_(schema) {}

  Result<std::string> Read() {
    const char* begin = text_.data();
    if (!nlohmann::json::sax_parse(begin, begin + text_.size(), this)) return kFailed;
    return std::move(result_);
  }

  bool null() override {
    if (!open_.empty()) ++open_.back().index;
    return !open_.empty() || Fail("an object", "null");
  }
  bool boolean(bool value) override { return TakeScalar(value); }
  bool number_integer(int64_t value) override { return TakeScalar(value); }
  bool number_unsigned(uint64_t value) override { return TakeScalar(value); }
  bool number_float(double value, const std::string&) override { return TakeScalar(value); }
  bool string(std::string& value) override { return TakeScalar(std::string_view(value)); }
  bool binary(nlohmann::json::binary_t&) override { return false; }  // JSON as text has none
  bool start_object(size_t) override;
  bool key(std::string& name) override;
  bool end_object() override;
  bool start_array(size_t) override;
  bool end_array() override {
    open_.pop_back();
    return true;
  }
  bool parse_error(size_t position, const std::string& token,
                   const nlohmann::detail::exception& problem) override;

 private:
  enum class Form : uint8_t { kIgnored, kMessage, kMap, kList };
  // What has begun and not ended.
  struct Open {
    Form form;
    const MessageSchema* schema = nullptr;  // of a message, or of a map's entries
    const FieldSchema* field = nullptr;     // what this is in the message around it; null for the outermost
    std::string bytes;                      // of a message
    const FieldSchema* next = nullptr;      // the field whose value comes next in a message; null: ignored
    std::string key;                        // the last one, of a message or a map
    size_t index = 0;                       // the next one, of a list
  };

  bool TakeScalar(const Value& value);
  bool Push(Open open);
  void Deliver(std::string_view field_bytes);
  // The field that the next value is; null for one that nobody decodes.
  const FieldSchema* Expected() const;
  std::string Place() const;
  bool Fail(std::string_view expected, std::string_view found);

  Context& context_;
  const std::string& file_;
  std::string_view text_;
  const MessageSchema& schema_;
  std::vector<Open> open_;
  std::string result_;
};

const FieldSchema* JsonReader::Expected() const {
  const Open& top = open_.back();
  switch (top.form) {
    case Form::kMessage:
      return top.next;
    case Form::kMap:
      return &top.schema->fields[1];
    case Form::kList:
      return top.field;
    case Form::kIgnored:
      break;
  }
  return nullptr;
}

// "modelTopology.node[3].attr.T.type"
std::string JsonReader::Place() const {
  std::string place;
  for (const Open& open : open_) {
    if (open.form == Form::kList) {
      place += fmt::format("[{}]", open.index);
    } else if (!open.key.empty()) {
      place += (place.empty() ? "" : ".") + open.key.substr(0, 100);
    }
  }
  return place.empty() ? "the beginning" : place;
}

bool JsonReader::Fail(std::string_view expected, std::string_view found) {
  context_.findings.Report(
      Finding(Code::kFileDamaged)
          .Headline("{} is no JSON form of a TensorFlow model", FileName(file_))
          .Cause("{}, at {}: {} expected, but there is {}", file_, Place(), expected, found)
          .Fix("copy, download or export the model again"));
  return false;
}

bool JsonReader::parse_error(size_t position, const std::string& token, const nlohmann::detail::exception&) {
  if (position > text_.size()) {  // the end counts as read, too
    context_.findings.Report(Finding(Code::kFileTruncated)
                                 .Headline("{} ends too early", FileName(file_))
                                 .Cause("{} ({} bytes) ends within {}", file_, text_.size(), Place())
                                 .Fix("copy or download it again, or export the model again"));
    return false;
  }
  context_.findings.Report(Finding(Code::kFileDamaged)
                               .Headline("{} is no valid JSON", FileName(file_))
                               .Cause("{}, byte {} of {}, at {}: '{}' does not belong there", file_, position,
                                      text_.size(), Place(), token.substr(0, 40))
                               .Fix("copy or download it again, or export the model again"));
  return false;
}

bool JsonReader::Push(Open open) {
  if (static_cast<int>(open_.size()) >= context_.limits.max_depth) {
    context_.findings.Report(Finding(Code::kLimitExceeded)
                                 .Headline("{} nests values too deeply", FileName(file_))
                                 .Cause("{}, at {}: more than {} objects and lists within each other", file_,
                                        Place(), context_.limits.max_depth)
                                 .Fix("export the model again: no TensorFlow writes such a file"));
    return false;
  }
  open_.push_back(std::move(open));
  return true;
}

bool JsonReader::TakeScalar(const Value& value) {
  if (open_.empty()) return Fail("an object", TextOf(value));
  const FieldSchema* field = Expected();
  if (field == nullptr) return true;
  std::string bytes;
  if (const auto expected = Encode(bytes, *field, value)) return Fail(*expected, TextOf(value));
  Deliver(bytes);
  return true;
}

// Puts a field into the message that is open, a map's value as the map's next entry.
void JsonReader::Deliver(std::string_view field_bytes) {
  Open& top = open_.back();
  if (top.form == Form::kMessage) {
    top.bytes += field_bytes;
    return;
  }
  std::string& message = open_[open_.size() - 2].bytes;  // lists and maps are fields of messages
  ++top.index;
  if (top.form == Form::kList) {
    message += field_bytes;
    return;
  }
  std::string entry;
  Encode(entry, top.schema->fields[0], std::string_view(top.key));
  entry += field_bytes;
  PutBytesField(message, top.field->number, entry);
}

bool JsonReader::start_object(size_t) {
  if (open_.empty()) return Push({Form::kMessage, &schema_});
  const FieldSchema* field = Expected();
  if (field == nullptr) return Push({Form::kIgnored});
  if (field->kind != Kind::kMessage) return Fail("a value", "an object");
  if (!IsMapEntry(*field->message)) return Push({Form::kMessage, field->message, field});
  if (open_.back().form != Form::kMessage) return Fail("no map", "an object");
  return Push({Form::kMap, field->message, field});
}

bool JsonReader::start_array(size_t) {
  if (open_.empty()) return Fail("an object", "a list");
  const FieldSchema* field = Expected();
  if (field == nullptr) return Push({Form::kIgnored});
  const bool map = field->kind == Kind::kMessage && IsMapEntry(*field->message);
  if (open_.back().form != Form::kMessage || map) return Fail("no list", "a list");
  return Push({Form::kList, nullptr, field});
}

bool JsonReader::key(std::string& name) {
  Open& top = open_.back();
  if (top.form == Form::kIgnored) return true;
  top.key = std::move(name);
  if (top.form == Form::kMap) {
    std::string bytes;
    const auto expected = Encode(bytes, top.schema->fields[0], std::string_view(top.key));
    return !expected || Fail(*expected, "a key");
  }
  top.next = nullptr;
  for (const FieldSchema& field : top.schema->fields) {
    if (SameName(field.name, top.key)) top.next = &field;
  }
  return true;
}

bool JsonReader::end_object() {
  Open done = std::move(open_.back());
  open_.pop_back();
  if (done.form != Form::kMessage) return true;
  if (open_.empty()) {
    result_ = std::move(done.bytes);
    return true;
  }
  std::string field;
  PutBytesField(field, done.field->number, done.bytes);
  Deliver(field);
  return true;
}

}  // namespace

Result<std::string> JsonToWire(Context& context, const std::string& file, std::string_view text,
                               const MessageSchema& schema) {
  return JsonReader(context, file, text, schema).Read();
}

}  // namespace litesmith::protobuf
