// Families of ops by their names.
#pragma once

#include <string_view>

namespace litesmith::tf {

// Whether `name` fits `pattern`, in which each `*` stands for any characters, none included. Time is the
// product of both lengths at most.
bool Matches(std::string_view pattern, std::string_view name);
// Whether it fits one of the patterns, which blanks separate.
bool MatchesAny(std::string_view patterns, std::string_view name);

}  // namespace litesmith::tf
