// Constants in fewer bits.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "tensor/tensor.h"

namespace litesmith::quantization {

struct QuantizedConstant {
  Tensor values;
  std::shared_ptr<const Quantization> quantization;
  bool exact = false;  // the numbers lay on a grid already: there is nothing to round
};

// float32 to symmetric integers of `bits` (8 or 4: -127..127, -7..7), with one scale for each slice along
// `axis`, or one for all if it is -1. A slice that lies on a grid of so few steps, as quantization-aware
// training leaves it, keeps its step and is exact (then -128 and -8 may occur, too). Else the scale is
// max |w| / most; with 4 bits, where that wastes steps on outliers, the one of least squared error. A slice
// of zeros gets the largest scale of the others. No scale is below its entry in `least`, if there is one for
// each slice.
QuantizedConstant QuantizeWeights(const Tensor& weights, int axis, int bits,
                                  std::span<const float> least = {});
// Inputs that share a scale in blockwise weights: what official kernels take at the least.
inline constexpr int64_t kBlock = 32;
// Weights [outputs, inputs] of float32 to int4 with a scale, a number of float16, for each kBlock inputs of
// an output; inputs are a multiple of kBlock.
QuantizedConstant QuantizeBlocks(const Tensor& weights);
// Integers of 8 or 4 bits as a tensor, those of 4 packed (the first in the low bits), and back.
Tensor PackIntegers(std::span<const int8_t> integers, const Dims& dims, int bits);
std::vector<int8_t> UnpackIntegers(const Tensor& tensor);
// The real numbers that the integers stand for, float32.
Tensor Dequantize(const QuantizedConstant& constant);
// float32 to float16, to nearest; beyond its range the largest finite number.
Tensor ToFloat16(const Tensor& values);

}  // namespace litesmith::quantization
