// Findings for people at a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/finding.h"

namespace litesmith::findings {

struct TextStyle {
  bool colour = false;
  int width = 100;           // columns to wrap at
  bool errors_last = false;  // what blocks comes last, as a terminal scrolls
};

// `text` with control characters as \x1b, so that names from a file cannot steer a terminal; line feeds and
// tabs stay where asked. What is not ASCII stays as it is, but for the control characters of Latin-1.
std::string Printable(std::string_view text, bool keep_lines);

// One finding, of several lines, with a line feed at its end:
//   error[LS0101]: op MyOp is unknown
//     at: model/head/my_op (3 times), layer head
//     ...
std::string RenderText(const Finding& finding, const TextStyle& style);
// All of them, those that block first (or last), then warnings, then notes, each group in the order of
// arrival.
std::string RenderText(const std::vector<Finding>& findings, const TextStyle& style);

}  // namespace litesmith::findings
