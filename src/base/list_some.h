// Lists of names for findings: what nobody reads to its end helps nobody.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace litesmith {

inline constexpr size_t kShownNames = 8;  // in a line or two of a terminal

// "a, b, c and 12 more".
std::string ListSome(std::span<const std::string> names, size_t most);

}  // namespace litesmith
