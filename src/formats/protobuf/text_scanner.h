// Splits protobuf's text form into tokens.
#pragma once

#include <string>
#include <string_view>

namespace litesmith::protobuf {

class TextScanner {
 public:
  enum class Token { kEnd, kName, kNumber, kString, kSymbol, kBad };

  explicit TextScanner(std::string_view text) : text_(text) { Advance(); }

  Token token() const { return token_; }
  // The token as it stands; for a string, its value with escapes resolved.
  std::string_view text() const { return token_ == Token::kString ? std::string_view(value_) : spelled_; }
  bool IsSymbol(char symbol) const { return token_ == Token::kSymbol && spelled_[0] == symbol; }
  bool TakeSymbol(char symbol) {
    const bool here = IsSymbol(symbol);
    if (here) Advance();
    return here;
  }
  void Advance();
  int line() const { return line_; }  // from 1

 private:
  void SkipBlanks();
  void ScanString(char quote);
  bool ScanEscape();

  std::string_view text_;
  size_t at_ = 0;
  int line_ = 1;
  Token token_ = Token::kEnd;
  std::string_view spelled_;
  std::string value_;
};

}  // namespace litesmith::protobuf
