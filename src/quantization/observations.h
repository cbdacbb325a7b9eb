// What was seen of the tensors of a float model while samples ran through it.
#pragma once

#include <array>
#include <limits>
#include <string>
#include <unordered_map>
#include <vector>

#include "ir/module.h"
#include "kernels/kernel.h"
#include "quantization/parameters.h"

namespace litesmith::quantization {

struct Observed {
  Observed() {
    lows.fill(std::numeric_limits<float>::infinity());
    highs.fill(-std::numeric_limits<float>::infinity());
  }
  float min = 0, max = 0;
  size_t samples = 0;                 // in how many executions the tensor was seen
  size_t not_finite_sample = kNever;  // the first sample in which it held NaN or infinity
  // The extremes of each of so many parts of the samples, infinite where a part has none: how they vary tells
  // what other samples will hold.
  static constexpr size_t kBlocks = 64;
  std::array<float, kBlocks> lows, highs;

  static constexpr size_t kNever = static_cast<size_t>(-1);

  Range range() const { return {min, max}; }
};

class Observations {
 public:
  // Only float32 tensors are looked at. `sample`: the number of the sample that runs.
  void Add(const ir::Value& value, const TensorView& view, size_t sample);
  void Merge(const Observations& other);

  // Null if no sample reached it.
  const Observed* Find(const ir::Value& value) const;

 private:
  std::unordered_map<const ir::Value*, Observed> entries_;
};

}  // namespace litesmith::quantization
