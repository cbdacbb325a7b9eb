// Answers to what other tools print: a converter, an interpreter, the Python around them.
#pragma once

#include <vector>

#include "findings/logs/rules.h"

namespace litesmith::findings {

// What the text says is wrong, the root first: errors before warnings, causes before what follows from them,
// each told once. Never empty: a log that says nothing known gives a finding (kLogUnknown) that says so.
// Takes any bytes; time and memory are bounded by kLogHead and kLogTail (log_text.h).
std::vector<Finding> ExplainLog(Bytes log, const Knowledge& knowledge);

}  // namespace litesmith::findings
