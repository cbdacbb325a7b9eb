// What was seen of the tensors of a float model while samples ran through it.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "ir/module.h"
#include "kernels/kernel.h"
#include "quantization/histogram.h"

namespace litesmith::quantization {

// Sums in fixed point, so that the order in which numbers are added does not change the result: files are the
// same for every number of threads.
class ExactSum {
 public:
  void Add(double value);
  void Add(const ExactSum& other) { sum_ += other.sum_; }
  double value() const;

 private:
  __extension__ __int128 sum_ = 0;
};

struct Observed {
  float min = 0, max = 0;
  Histogram histogram;                // of a part of the elements, at least kCounted per sample if there are
  std::vector<ExactSum> channels;     // sums over samples of the mean of each slice of the last axis
  size_t samples = 0;                 // in how many executions the tensor was seen
  size_t not_finite_sample = kNever;  // the first sample in which it held NaN or infinity

  static constexpr size_t kNever = static_cast<size_t>(-1);
  static constexpr size_t kCounted = 16384;

  Range range() const { return {min, max}; }
  std::vector<double> channel_means() const;
};

class Observations {
 public:
  // Whose `channels` are wanted.
  void WantChannels(const ir::Value& value) { entries_[&value].wants_channels = true; }
  // Those wishes, nothing seen.
  Observations Wishes() const;
  // Only float32 tensors are looked at. `sample`: the number of the sample that runs.
  void Add(const ir::Value& value, const TensorView& view, size_t sample);
  void Merge(const Observations& other);

  // Null if no sample reached it.
  const Observed* Find(const ir::Value& value) const;

 private:
  struct Entry {
    Observed observed;
    bool wants_channels = false;
  };
  std::unordered_map<const ir::Value*, Entry> entries_;
};

}  // namespace litesmith::quantization
