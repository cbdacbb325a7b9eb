// The ops that a converter says it cannot convert, or a loader does not know: gathered from everything that a
// log says of each, since names, types and places stand in different lines.
#pragma once

#include <vector>

#include "findings/logs/rules.h"

namespace litesmith::findings {

struct Placed {
  size_t offset, end;  // in the text, where the log speaks of it first
  Finding finding;
};

// One finding for each op, in the order of the log.
std::vector<Placed> UnsupportedOps(const LogText& text, const Knowledge& knowledge);

}  // namespace litesmith::findings
