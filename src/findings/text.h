// Findings for people at a terminal.
#pragma once

#include <string>
#include <vector>

#include "base/finding.h"

namespace litesmith::findings {

struct TextStyle {
  bool colour = false;
  int width = 100;  // columns to wrap at
};

// One finding, of several lines, with a line feed at its end:
//   error[LS0101]: op MyOp is unknown
//     at: model/head/my_op (3 times), layer head
//     ...
std::string RenderText(const Finding& finding, const TextStyle& style);
// All of them, those that block first, then warnings, then notes, each group in the order of arrival.
std::string RenderText(const std::vector<Finding>& findings, const TextStyle& style);

}  // namespace litesmith::findings
