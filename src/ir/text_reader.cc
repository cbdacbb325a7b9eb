#include "ir/text_reader.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace litesmith::ir {

bool TextReader::IsWord(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '/' || c == '-' ||
         c == ':';
}

void TextReader::SkipSpace() {
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

bool TextReader::Try(std::string_view token) {
  SkipSpace();
  if (text_.substr(at_, token.size()) != token) return false;
  at_ += token.size();
  return true;
}

bool TextReader::TryWord(std::string_view word) {
  SkipSpace();
  if (text_.substr(at_, word.size()) != word) return false;
  if (at_ + word.size() < text_.size() && IsWord(text_[at_ + word.size()])) return false;
  at_ += word.size();
  return true;
}

bool TextReader::Peek(std::string_view token) {
  SkipSpace();
  return text_.substr(at_, token.size()) == token;
}

Result<void> TextReader::Need(std::string_view token) {
  if (Try(token)) return {};
  return Fail(fmt::format("'{}' expected", token));
}

Failed TextReader::Fail(std::string what) {
  const auto line = 1 + std::count(text_.begin(),
                                   text_.begin() + static_cast<ptrdiff_t>(std::min(at_, text_.size())), '\n');
  return findings_.Report(Finding(Code::kGraphDamaged)
                              .Headline("the text of a graph cannot be read at line {}", line)
                              .Cause("{}, found '{}'", what, text_.substr(std::min(at_, text_.size()), 20)));
}

Result<std::string_view> TextReader::Word() {
  SkipSpace();
  const size_t start = at_;
  while (at_ < text_.size() && IsWord(text_[at_])) ++at_;
  if (start == at_) return Fail("a name expected");
  return text_.substr(start, at_ - start);
}

Result<std::string> TextReader::QuotedText() {
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

Result<double> TextReader::Number() {
  SkipSpace();
  const std::string rest(text_.substr(at_, 64));  // strtod knows inf and nan, and wants an end
  char* end = nullptr;
  const double value = std::strtod(rest.c_str(), &end);
  if (end == rest.c_str()) return Fail("a number expected");
  at_ += static_cast<size_t>(end - rest.c_str());
  return value;
}

Result<int64_t> TextReader::Integer() {
  SkipSpace();
  int64_t value = 0;
  const auto result = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
  if (result.ec != std::errc()) return Fail("a whole number expected");
  at_ = static_cast<size_t>(result.ptr - text_.data());
  return value;
}

}  // namespace litesmith::ir
