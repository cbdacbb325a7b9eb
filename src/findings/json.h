// Findings for programs, in the form that the contract fixes. A key whose value is not known is absent.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "base/finding.h"

namespace litesmith::findings {

nlohmann::ordered_json ToJson(const Finding& finding);
nlohmann::ordered_json ToJson(const std::vector<Finding>& findings);

// A document as one line; bytes that are no UTF-8 (names from a file) are replaced.
std::string Dump(const nlohmann::ordered_json& document);

}  // namespace litesmith::findings
