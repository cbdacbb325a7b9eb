// What the weights of an op are multiplied with, collected while samples run: for rounding weights so that
// the op's results change least (rounding.h).
#pragma once

#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "ir/module.h"
#include "kernels/kernel.h"

namespace litesmith::quantization {

// Of one CONV_2D, DEPTHWISE_CONV_2D or FULLY_CONNECTED. Each sample has rows of its own, so that samples may
// run on several threads and the result is always the same.
class Patches {
 public:
  // Empty where the op is of another kind, has a shape that is not known, or would take too much memory.
  static std::unique_ptr<Patches> Of(const ir::Node& node);
  // How many rows tell its moments, and room for `rows` of them out of `samples`.
  size_t wanted_rows() const;
  void Allocate(size_t samples, size_t rows);

  // Takes rows out of the op's data operand.
  void Add(const TensorView& input, size_t sample);

  // Numbers in a row: what one output is the weighted sum of; for a depthwise convolution of all channels,
  // [height, width, channels].
  size_t width() const { return width_; }
  bool depthwise() const { return depthwise_; }
  // There are enough rows to tell which inputs go together; else they tell means only.
  bool tells_moments() const { return depthwise_ || width_ <= kWidest; }
  // Calls visit(const float* row) for the rows that were filled.
  template <class Visit>
  void ForEachRow(const Visit& visit) const {
    for (size_t i = 0; i < filled_.size(); ++i) {
      if (filled_[i] != 0) visit(rows_.data() + i * width_);
    }
  }
  // They all, one after the other.
  std::vector<float> Rows() const;

  // Moments of wider rows would take longer than they bring.
  static constexpr size_t kWidest = 2304;

 private:
  Patches() = default;
  void TakePixel(const TensorView& input, size_t pixel, float* row) const;
  size_t OutputPixels(const TensorView& input) const;

  bool depthwise_ = false, matrix_ = false;
  size_t width_ = 0, rows_per_sample_ = 0, sample_step_ = 1;
  int64_t height_ = 1, wide_ = 1, channels_ = 0;  // of the filter
  int64_t stride_h_ = 1, stride_w_ = 1, dilation_h_ = 1, dilation_w_ = 1;
  bool same_ = false;
  std::vector<float> rows_;
  std::vector<uint8_t> filled_;  // by row
};

// Of all ops of a module, by the value that they read.
class PatchCollection {
 public:
  PatchCollection(const ir::Module& module, size_t samples);
  void Add(const ir::Value& value, const TensorView& view, size_t sample);
  const Patches* Find(const ir::Node& node) const;

 private:
  std::unordered_map<const ir::Node*, std::unique_ptr<Patches>> by_node_;
  std::unordered_map<const ir::Value*, std::vector<Patches*>> by_value_;
};

}  // namespace litesmith::quantization
