// Moves the elements of a tensor apart and adds or cuts margins, as StableHLO's pad does.
#pragma once

#include <optional>
#include <vector>

#include "tensor/shape.h"

namespace litesmith::reference {

struct Spread {
  std::vector<int64_t> low, high;  // elements added at either end of each axis, or cut away where negative
  std::vector<int64_t> steps;      // from one element to the next in the result; 1 leaves them together

  // The dims of the result; empty if the lists do not fit `dims`, or numbers are out of range. An axis of
  // which less than nothing is left is empty.
  std::optional<Dims> Apply(const Dims& dims) const;
  // Fills the result with `value` and puts the elements in their places. Elements are `width` bytes.
  void Copy(const Dims& dims, const std::byte* from, const std::byte* value, std::byte* to,
            size_t width) const;
};

}  // namespace litesmith::reference
