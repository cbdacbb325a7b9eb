// From ranges of real numbers to scales and zero points: real = scale * (q - zero_point).
#pragma once

#include <algorithm>
#include <memory>

#include "quantization/options.h"
#include "tensor/tensor.h"

namespace litesmith::quantization {

struct Range {
  float min = 0, max = 0;
  bool trained = false;  // by quantization-aware training: tensors that share a scale take this one
  void Include(const Range& other) {
    min = std::min(min, other.min);
    max = std::max(max, other.max);
  }
  float width() const { return max - min; }
};

struct Parameters {
  float scale = 1;
  int64_t zero_point = 0;
  friend bool operator==(const Parameters&, const Parameters&) = default;
};

// int8: the range is extended to hold 0, which must be exact (padding), and divided into 255 steps. int16:
// symmetric, max(|min|, |max|) / 32767. A range of no width gets a scale at which its value is exact.
Parameters ParametersOf(Range range, Mode mode);
// The real numbers that the parameters can stand for.
Range RangeOf(const Parameters& parameters, Mode mode);
// Of 0 and a constant of float32.
Range RangeOf(const Tensor& constant);
// Those of a constant of float32 of its own: exact where it lies on a grid of so few steps.
Parameters ParametersOf(const Tensor& constant, Mode mode);

std::shared_ptr<const Quantization> ToQuantization(const Parameters& parameters);

// float32 to the activations' dtype, halves away from zero as TensorFlow Lite's QUANTIZE rounds.
Tensor QuantizeActivation(const Tensor& values, const Parameters& parameters, DType dtype);

}  // namespace litesmith::quantization
