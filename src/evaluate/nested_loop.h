// Walking several arrays of up to any rank at once, each with its own stride per dimension (0 broadcasts,
// negative ones go backwards). Strides and offsets count elements.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "tensor/shape.h"

namespace litesmith::evaluate {

// Strides of a dense array, the last dimension fastest; of an array that exists (no overflow).
inline Dims DenseStrides(std::span<const int64_t> dims) {
  Dims strides(dims.size());
  int64_t stride = 1;
  for (size_t i = dims.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= dims[i];
  }
  return strides;
}

// Strides with which a dense array of shape `dims` is read as the larger shape `as`, to which it broadcasts.
inline Dims BroadcastStrides(std::span<const int64_t> dims, std::span<const int64_t> as) {
  const Dims dense = DenseStrides(dims);
  Dims strides(as.size(), 0);
  const size_t lead = as.size() - dims.size();
  for (size_t i = 0; i < dims.size(); ++i)
    strides[lead + i] = dims[i] == 1 && as[lead + i] != 1 ? 0 : dense[i];
  return strides;
}

template <size_t kArrays>
class NestedLoop {
 public:
  using Offsets = std::array<int64_t, kArrays>;

  // One entry per dimension in each of `strides`.
  NestedLoop(std::span<const int64_t> dims, const std::array<Dims, kArrays>& strides) {
    for (size_t axis = 0; axis < dims.size(); ++axis) {
      if (dims[axis] == 1) continue;
      if (dims[axis] == 0) empty_ = true;
      Level level{dims[axis], {}};
      for (size_t i = 0; i < kArrays; ++i) level.strides[i] = strides[i][axis];
      Append(level);
    }
    if (levels_.empty()) levels_.push_back({1, {}});
  }

  // Calls body(count, offsets, strides) for each run along the innermost dimension.
  template <class Body>
  void Run(Body&& body, Offsets offsets = {}) const {
    if (empty_) return;
    const Level& inner = levels_.back();
    std::vector<int64_t> index(levels_.size() - 1, 0);
    while (true) {
      body(inner.count, offsets, inner.strides);
      size_t level = index.size();
      while (level > 0) {
        --level;
        const Level& outer = levels_[level];
        for (size_t i = 0; i < kArrays; ++i) offsets[i] += outer.strides[i];
        if (++index[level] < outer.count) break;
        for (size_t i = 0; i < kArrays; ++i) offsets[i] -= outer.strides[i] * outer.count;
        index[level] = 0;
        if (level == 0) return;
      }
      if (index.empty()) return;
    }
  }

 private:
  struct Level {
    int64_t count;
    Offsets strides;
  };

  // Merges with the previous dimension where that is one step of all arrays.
  void Append(const Level& level) {
    if (!levels_.empty()) {
      Level& outer = levels_.back();
      bool mergeable = true;
      for (size_t i = 0; i < kArrays; ++i) mergeable &= outer.strides[i] == level.strides[i] * level.count;
      if (mergeable) {
        outer.count *= level.count;
        outer.strides = level.strides;
        return;
      }
    }
    levels_.push_back(level);
  }

  std::vector<Level> levels_;
  bool empty_ = false;
};

}  // namespace litesmith::evaluate
