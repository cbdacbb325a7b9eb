// What was seen of the tensors of a float model while samples ran through it.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "ir/module.h"
#include "kernels/kernel.h"
#include "quantization/histogram.h"

namespace litesmith::quantization {

struct Observed {
  float min = 0, max = 0;
  Histogram histogram;                // of a part of the elements, at least kCounted per sample if there are
  size_t samples = 0;                 // in how many executions the tensor was seen
  size_t not_finite_sample = kNever;  // the first sample in which it held NaN or infinity

  static constexpr size_t kNever = static_cast<size_t>(-1);
  static constexpr size_t kCounted = 4096;

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
