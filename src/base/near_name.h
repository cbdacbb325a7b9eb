// "Did you mean": the name among those that exist which a misspelt one most likely stands for.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace litesmith {

// How many letters have to be put in, left out, replaced or swapped with their neighbour to make one of the
// other; capitals count as their small letters. Names of more than 64 letters are infinitely far apart.
size_t LettersApart(std::string_view a, std::string_view b);

// The nearest of `names`, or "" where none is near: as many letters apart as a third of `wanted` at most.
std::string NearName(std::string_view wanted, std::span<const std::string_view> names);

}  // namespace litesmith
