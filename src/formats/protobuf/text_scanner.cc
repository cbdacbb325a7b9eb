#include "formats/protobuf/text_scanner.h"

#include <cstdint>

namespace litesmith::protobuf {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNameStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

int DigitOf(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

void PutUtf8(std::string& out, uint32_t point) {
  if (point < 0x80) {
    out.push_back(static_cast<char>(point));
  } else if (point < 0x800) {
    out.push_back(static_cast<char>(0xc0 | point >> 6));
    out.push_back(static_cast<char>(0x80 | (point & 0x3f)));
  } else if (point < 0x10000) {
    out.push_back(static_cast<char>(0xe0 | point >> 12));
    out.push_back(static_cast<char>(0x80 | (point >> 6 & 0x3f)));
    out.push_back(static_cast<char>(0x80 | (point & 0x3f)));
  } else {
    out.push_back(static_cast<char>(0xf0 | point >> 18));
    out.push_back(static_cast<char>(0x80 | (point >> 12 & 0x3f)));
    out.push_back(static_cast<char>(0x80 | (point >> 6 & 0x3f)));
    out.push_back(static_cast<char>(0x80 | (point & 0x3f)));
  }
}

}  // namespace

void TextScanner::SkipBlanks() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '#') {
      while (at_ < text_.size() && text_[at_] != '\n') ++at_;
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v') {
      line_ += c == '\n';
      ++at_;
    } else {
      break;
    }
  }
}

void TextScanner::Advance() {
  SkipBlanks();
  spelled_ = {};
  if (at_ >= text_.size()) {
    token_ = Token::kEnd;
    return;
  }
  const size_t start = at_;
  const char c = text_[at_];
  if (c == '"' || c == '\'') {  // neighbouring strings are one
    value_.clear();
    do {
      ScanString(text_[at_]);
      if (token_ == Token::kBad) return;
      SkipBlanks();
    } while (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\''));
    return;
  }
  if (IsNameStart(c)) {
    while (at_ < text_.size() && (IsNameStart(text_[at_]) || IsDigit(text_[at_]))) ++at_;
    token_ = Token::kName;
  } else if (IsDigit(c) || (c == '.' && at_ + 1 < text_.size() && IsDigit(text_[at_ + 1]))) {
    for (++at_; at_ < text_.size(); ++at_) {
      const char n = text_[at_];
      const bool exponent_sign = (n == '+' || n == '-') && (text_[at_ - 1] == 'e' || text_[at_ - 1] == 'E');
      if (!IsDigit(n) && !IsNameStart(n) && n != '.' && !exponent_sign) break;
    }
    token_ = Token::kNumber;
  } else {
    ++at_;
    token_ = Token::kSymbol;
  }
  spelled_ = text_.substr(start, at_ - start);
}

void TextScanner::ScanString(char quote) {
  token_ = Token::kBad;
  for (++at_; at_ < text_.size();) {
    const char c = text_[at_++];
    if (c == quote) {
      token_ = Token::kString;
      return;
    }
    if (c == '\n') return;
    if (c != '\\') {
      value_.push_back(c);
    } else if (!ScanEscape()) {
      return;
    }
  }
}

bool TextScanner::ScanEscape() {
  if (at_ >= text_.size()) return false;
  const char c = text_[at_++];
  const auto digits = [&](int base, int most) {
    uint32_t value = 0;
    for (int i = 0; i < most && at_ < text_.size() && DigitOf(text_[at_]) < base; ++i) {
      value = value * static_cast<uint32_t>(base) + static_cast<uint32_t>(DigitOf(text_[at_++]));
    }
    return value;
  };
  switch (c) {
    case 'n':
      value_.push_back('\n');
      return true;
    case 'r':
      value_.push_back('\r');
      return true;
    case 't':
      value_.push_back('\t');
      return true;
    case 'a':
      value_.push_back('\a');
      return true;
    case 'b':
      value_.push_back('\b');
      return true;
    case 'f':
      value_.push_back('\f');
      return true;
    case 'v':
      value_.push_back('\v');
      return true;
    case '\\':
    case '\'':
    case '"':
    case '?':
      value_.push_back(c);
      return true;
    case 'x':
    case 'X':
      value_.push_back(static_cast<char>(digits(16, 2)));
      return true;
    case 'u':
      PutUtf8(value_, digits(16, 4));
      return true;
    case 'U':
      PutUtf8(value_, digits(16, 8) & 0x1fffffu);
      return true;
    default:
      break;
  }
  if (c < '0' || c > '7') return false;
  --at_;
  value_.push_back(static_cast<char>(digits(8, 3)));
  return true;
}

}  // namespace litesmith::protobuf
