// Findings about a node at run time.
#pragma once

#include <string>

#include "base/finding.h"
#include "ir/module.h"

namespace litesmith::runtime {

// Names op, node, layer and source, and lists the operands; the headline follows from the code.
Finding NodeFinding(Code code, const ir::Node& node, std::string cause);

}  // namespace litesmith::runtime
