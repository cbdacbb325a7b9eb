// How often which numbers occurred, in bounded memory and independent of the order in which they came.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "quantization/parameters.h"

namespace litesmith::quantization {

// kBins bins of equal width between -2^e and 2^e; e grows as needed by merging neighbours in pairs, so two
// histograms of the same numbers in any order, or merged from parts, are equal.
class Histogram {
 public:
  static constexpr int kBins = 4096;

  // Counts every `stride`-th of `values` from `first`; not finite ones are left out.
  void Add(std::span<const float> values, size_t first, size_t stride);
  void Merge(const Histogram& other);

  uint64_t count() const;
  bool empty() const { return counts_.empty(); }
  // Real numbers between which bin `index` lies.
  double bin_width() const;
  double bin_start(int index) const { return (index - kBins / 2) * bin_width(); }
  const std::vector<uint32_t>& counts() const { return counts_; }

 private:
  void GrowTo(int exponent);

  int exponent_ = 0;
  std::vector<uint32_t> counts_;  // empty until something was counted
};

}  // namespace litesmith::quantization
