#include "base/near_name.h"

#include <algorithm>
#include <array>
#include <limits>

namespace litesmith {
namespace {

constexpr size_t kLongest = 64;

char Small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

// Row by row of the usual table; a row before the last is kept for swaps.
size_t LettersApart(std::string_view a, std::string_view b) {
  if (a.size() > kLongest || b.size() > kLongest) return std::numeric_limits<size_t>::max();
  std::array<size_t, kLongest + 1> before{}, last{}, row{};
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = Small(a[i - 1]) == Small(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      const bool swapped =
          i > 1 && j > 1 && Small(a[i - 1]) == Small(b[j - 2]) && Small(a[i - 2]) == Small(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = last;
    last = row;
  }
  return last[b.size()];
}

std::string NearName(std::string_view wanted, std::span<const std::string_view> names) {
  size_t least = wanted.size() / 3 + 1;
  std::string_view nearest;
  for (const std::string_view name : names) {
    const size_t apart = LettersApart(wanted, name);
    if (apart >= least) continue;
    least = apart;
    nearest = name;
  }
  return std::string(nearest);
}

}  // namespace litesmith
