// The words, numbers and marks of which the text form is made.
#pragma once

#include <string>
#include <string_view>

#include "base/finding.h"

namespace litesmith::ir {

// Goes through a text; comments and blanks count for nothing. What fails reports kGraphDamaged with the line.
class TextReader {
 public:
  TextReader(std::string_view text, FindingSink& findings) : text_(text), findings_(findings) {}

 protected:
  static bool IsWord(char c);
  void SkipSpace();
  bool Try(std::string_view token);
  bool TryWord(std::string_view word);
  bool Peek(std::string_view token);
  Result<void> Need(std::string_view token);
  Failed Fail(std::string what);
  Result<std::string_view> Word();
  Result<std::string> QuotedText();
  Result<double> Number();
  Result<int64_t> Integer();

  std::string_view text_;
  FindingSink& findings_;
  size_t at_ = 0;
};

}  // namespace litesmith::ir
