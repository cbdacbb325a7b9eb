// The text of a log as the rules see it: without colours, decorations and folding.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace litesmith::findings {

// `lines` holds the cleaned lines, one line feed behind each; runs of blanks are one blank, and no line
// begins or ends with one. `flat` is the same text with blanks instead of line feeds, so that a message is
// found wherever a program or a mailer broke its line; an offset means the same place in both.
struct LogText {
  std::string lines, flat;
  std::vector<size_t> starts;   // offset of each cleaned line
  std::vector<size_t> numbers;  // the line of the file that it comes from, from 1
  bool skipped = false;         // the file is larger than what is read: its middle was left out

  size_t LineIndex(size_t offset) const;
  std::string_view Line(size_t index) const;
};

// Reads at most the first kLogHead and the last kLogTail bytes: the first error of a run stands near the
// beginning of what it prints, the last one at the end. UTF-16 (what PowerShell writes) becomes UTF-8.
inline constexpr size_t kLogHead = size_t{2} << 20, kLogTail = size_t{6} << 20;
LogText CleanLog(Bytes file);

// The same text with lines joined that a terminal folded at its width; equal to `text` if none was.
LogText Unfolded(const LogText& text);

// Whether this is text at all: no NUL bytes outside of UTF-16 and few control characters.
bool LooksLikeText(Bytes file);

}  // namespace litesmith::findings
