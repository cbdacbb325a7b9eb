#include "formats/protobuf/text.h"

#include <charconv>
#include <limits>
#include <vector>

#include "base/finding.h"
#include "formats/protobuf/text_scanner.h"
#include "formats/protobuf/wire.h"

namespace litesmith::protobuf {
namespace {

using Token = TextScanner::Token;

// A whole number as the text form spells it: decimal, 0x1f or 017; two's complement if negative.
std::optional<uint64_t> WholeNumber(std::string_view text, bool negative) {
  int base = 10;
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text[0] == '0') {
    base = 8;
  }
  uint64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return negative ? ~value + 1 : value;
}

std::optional<double> RealNumber(std::string_view text, bool negative) {
  if (text.size() > 1 && (text.back() == 'f' || text.back() == 'F') && text != "inf" && text != "Inf") {
    text.remove_suffix(1);
  }
  double value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem == std::errc::result_out_of_range) {
    value = text.find("e-") != text.npos || text.find("E-") != text.npos
                ? 0
                : std::numeric_limits<double>::infinity();
  } else if (problem != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return negative ? -value : value;
}

class TextParser {
 public:
  TextParser(Context& context, const std::string& file, std::string_view text)
      : context_(context), file_(file), scanner_(text) {}

  Result<std::string> Parse(const MessageSchema& schema);

 private:
  // A message whose end has not come yet. Without schema its fields are read over.
  struct Open {
    const MessageSchema* schema;
    uint32_t number;
    char end;
    std::string bytes;
    const FieldSchema* list = nullptr;  // inside `field: [ {..}, {..} ]` of this field
    bool in_list = false;
  };

  Result<void> ReadField();
  Result<void> ReadValues(const FieldSchema* field);
  Result<void> ReadScalar(const FieldSchema* field);
  Result<void> OpenMessage(const FieldSchema* field);
  void CloseMessage();
  bool AtMessage() const { return scanner_.IsSymbol('{') || scanner_.IsSymbol('<'); }
  Failed Fail(std::string_view expected);

  Context& context_;
  const std::string& file_;
  TextScanner scanner_;
  std::vector<Open> open_;
};

Failed TextParser::Fail(std::string_view expected) {
  return context_.findings.Report(
      Finding(Code::kFileDamaged)
          .Headline("{} is no text form of a TensorFlow model", FileName(file_))
          .Cause("{}, line {}: {} expected, but there is '{}'", file_, scanner_.line(), expected,
                 scanner_.token() == Token::kEnd ? "the end of the file" : scanner_.text().substr(0, 40))
          .Fix("copy, download or export the model again"));
}

Result<std::string> TextParser::Parse(const MessageSchema& schema) {
  open_.push_back({&schema, 0, '\0', {}});
  while (true) {
    Open& top = open_.back();
    if (top.in_list) {  // between the messages of a list
      if (scanner_.TakeSymbol(']')) {
        top.in_list = false;
        continue;
      }
      scanner_.TakeSymbol(',');
      if (!AtMessage()) return Fail("a message of a list");
      LS_RETURN_IF_FAILED(OpenMessage(top.list));
      continue;
    }
    if (scanner_.TakeSymbol(',') || scanner_.TakeSymbol(';')) continue;
    if (open_.size() > 1 && scanner_.TakeSymbol(top.end)) {
      CloseMessage();
    } else if (scanner_.token() == Token::kEnd && open_.size() == 1) {
      return std::move(top.bytes);
    } else {
      LS_RETURN_IF_FAILED(ReadField());
    }
  }
}

Result<void> TextParser::ReadField() {
  const FieldSchema* field = nullptr;
  if (scanner_.TakeSymbol('[')) {  // an extension or the type of an Any: nothing that is decoded
    while (!scanner_.IsSymbol(']')) {
      if (scanner_.token() == Token::kEnd || scanner_.token() == Token::kBad) return Fail("']'");
      scanner_.Advance();
    }
  } else {
    if (scanner_.token() != Token::kName) return Fail("a field");
    if (const MessageSchema* schema = open_.back().schema; schema != nullptr) {
      for (const FieldSchema& known : schema->fields) {
        if (known.name == scanner_.text()) field = &known;
      }
    }
  }
  scanner_.Advance();
  const bool colon = scanner_.TakeSymbol(':');
  if (AtMessage()) return OpenMessage(field);
  if (!colon) return Fail("':' or '{'");
  return ReadValues(field);
}

Result<void> TextParser::ReadValues(const FieldSchema* field) {
  if (!scanner_.TakeSymbol('[')) return ReadScalar(field);
  if (AtMessage()) {
    open_.back().list = field;
    open_.back().in_list = true;
    return OpenMessage(field);
  }
  while (!scanner_.TakeSymbol(']')) {
    LS_RETURN_IF_FAILED(ReadScalar(field));
    if (!scanner_.TakeSymbol(',') && !scanner_.IsSymbol(']')) return Fail("',' or ']'");
  }
  return {};
}

Result<void> TextParser::ReadScalar(const FieldSchema* field) {
  const bool negative = scanner_.TakeSymbol('-');
  const Token token = scanner_.token();
  if (token != Token::kName && token != Token::kNumber && token != Token::kString) return Fail("a value");
  if (field == nullptr) {
    scanner_.Advance();
    return {};
  }
  const std::string_view text = scanner_.text();
  std::string& out = open_.back().bytes;
  const std::optional<uint64_t> whole = token == Token::kNumber ? WholeNumber(text, negative) : std::nullopt;
  std::optional<double> real;
  if (token == Token::kNumber || token == Token::kName) real = RealNumber(text, negative);
  switch (field->kind) {
    case Kind::kInt:
      if (!whole) return Fail("a whole number");
      PutVarintField(out, field->number, *whole);
      break;
    case Kind::kBool:
      if (text != "true" && text != "false" && text != "t" && text != "f" && text != "True" &&
          text != "False" && !whole) {
        return Fail("true or false");
      }
      PutVarintField(out, field->number, whole ? *whole != 0 : text[0] == 't' || text[0] == 'T');
      break;
    case Kind::kEnum: {
      std::optional<int64_t> value;
      if (whole) value = static_cast<int64_t>(*whole);
      if (token == Token::kName) value = field->enum_value(text);
      if (!value) return Fail("a known name");
      PutVarintField(out, field->number, static_cast<uint64_t>(*value));
      break;
    }
    case Kind::kFloat:
      if (!real) return Fail("a number");
      PutFixedField(out, field->number, static_cast<float>(*real));
      break;
    case Kind::kDouble:
      if (!real) return Fail("a number");
      PutFixedField(out, field->number, *real);
      break;
    case Kind::kFixed32:
      if (!whole) return Fail("a whole number");
      PutFixedField(out, field->number, static_cast<uint32_t>(*whole));
      break;
    case Kind::kFixed64:
      if (!whole) return Fail("a whole number");
      PutFixedField(out, field->number, *whole);
      break;
    case Kind::kText:
    case Kind::kBytes:
      if (token != Token::kString) return Fail("a string");
      PutBytesField(out, field->number, text);
      break;
    case Kind::kMessage:
      return Fail("'{'");
  }
  scanner_.Advance();
  return {};
}

Result<void> TextParser::OpenMessage(const FieldSchema* field) {
  if (static_cast<int>(open_.size()) > context_.limits.max_depth) {
    return context_.findings.Report(Finding(Code::kLimitExceeded)
                                        .Headline("{} nests messages too deeply", FileName(file_))
                                        .Cause("{}, line {}: more than {} messages deep", file_,
                                               scanner_.line(), context_.limits.max_depth)
                                        .Fix("export the model again: no TensorFlow writes such a file"));
  }
  if (field != nullptr && field->kind != Kind::kMessage) return Fail("a value instead of a message");
  const char end = scanner_.IsSymbol('<') ? '>' : '}';
  scanner_.Advance();
  open_.push_back(
      {field != nullptr ? field->message : nullptr, field != nullptr ? field->number : 0, end, {}});
  return {};
}

void TextParser::CloseMessage() {
  const Open done = std::move(open_.back());
  open_.pop_back();
  if (done.schema != nullptr) PutBytesField(open_.back().bytes, done.number, done.bytes);
}

}  // namespace

Result<std::string> TextToWire(Context& context, const std::string& file, std::string_view text,
                               const MessageSchema& schema) {
  return TextParser(context, file, text).Parse(schema);
}

}  // namespace litesmith::protobuf
