// Scales channels so that those of one tensor have like ranges: one scale for the whole tensor then costs the
// narrow ones less.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "ir/module.h"
#include "kernels/kernel.h"
#include "quantization/channels.h"
#include "quantization/parameters.h"

namespace litesmith::quantization {

// What channels hold, 0 included.
class ChannelRanges {
 public:
  explicit ChannelRanges(const ChannelClasses& classes) : classes_(&classes) {}
  // Takes note of float32 values with free channels.
  void Add(const ir::Value& value, const TensorView& view);
  void Merge(const ChannelRanges& other);
  // By class, the widest of its channels as a part (0 to 1) of the tensor it is in; 1 where nothing was seen,
  // and near it where little was.
  std::vector<float> Widths() const;

 private:
  struct Entry {
    bool free = false;
    std::vector<float> low, high;
    size_t rows = 0;  // numbers seen of each channel
  };
  const ChannelClasses* classes_;
  std::unordered_map<const ir::Value*, Entry> entries_;
};

// A module that computes the same up to rounding, in which narrow channels are scaled up; null where there is
// nothing to scale. Equalization across layers (Nagel et al. 2019, arXiv:1906.04721, section 4.1), but with
// the ranges of activations: weights have a scale for each channel anyway.
std::shared_ptr<const ir::Module> Equalize(const ir::Module& module, const ChannelClasses& classes,
                                           const ChannelRanges& ranges);

}  // namespace litesmith::quantization
