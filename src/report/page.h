// The page without its data: markup, style and script of page/, bundled at build time.
#pragma once

#include <string>

namespace litesmith::report {

// The whole HTML file. `json`: one valid JSON document, whatever texts it holds.
std::string PageWith(const std::string& json);

}  // namespace litesmith::report
