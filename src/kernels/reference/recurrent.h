// What recurrent kernels share: products of matrices with vectors in float32 and hybrid form, and
// activations.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "kernels/reference/checks.h"

namespace litesmith {

// A vector of activations; integer weights meet it quantized (once, when the first such weights come).
class ActivationVector {
 public:
  ActivationVector(std::span<const float> values, bool asymmetric)
      : values_(values), asymmetric_(asymmetric) {}
  // out[r] += sum over c of weights[r][c] * values[c]; weights float32, or int8 with one scale (called uint8
  // in files of 2018).
  void AddProduct(const TensorView& weights, std::span<float> out);
  // out[i] += weights[i] * values[i]
  void AddElementwise(const TensorView& weights, std::span<float> out);

 private:
  std::span<const float> values_;
  bool asymmetric_;
  bool quantized_ = false;
  std::vector<int8_t> integers_;
  float scale_ = 1;
  int32_t zero_point_ = 0;
};

// Element i of a float32 vector or of an int8 one with a scale, as a real number.
float RealAt(const TensorView& vector, size_t i);

// The input `index` is a tensor of these dims with weights of float32, or int8 with one scale.
Result<void> ExpectWeights(PrepareContext& context, size_t index, const Dims& dims, std::string_view what);
// The input `index` is a float32 tensor of these dims.
Result<void> ExpectFloats(PrepareContext& context, size_t index, const Dims& dims, std::string_view what);

// The input `index` keeps its value between inferences, so that the kernel may write to it.
Result<void> ExpectState(PrepareContext& context, size_t index, std::string_view what);

// NONE, RELU, RELU_N1_TO_1, RELU6 and TANH.
Result<Activation> RecurrentActivation(PrepareContext& context);
float Activate(Activation activation, float x);

// Where in [time, batch, ...] or [batch, time, ...] a step of a batch entry stands.
struct SequenceLayout {
  bool time_major = false;
  int64_t steps = 0, batches = 0;

  static SequenceLayout Of(const TensorView& input, bool time_major) {
    return {time_major, input.dim(time_major ? 0 : 1), input.dim(time_major ? 1 : 0)};
  }
  int64_t At(int64_t step, int64_t batch) const {
    return time_major ? step * batches + batch : batch * steps + step;
  }
  Dims OutputDims(int64_t size) const {
    return time_major ? Dims{steps, batches, size} : Dims{batches, steps, size};
  }
};

}  // namespace litesmith
