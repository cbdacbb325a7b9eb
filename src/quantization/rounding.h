// Rounds weights so that the results of their op change least, not the weights themselves.
#pragma once

#include <vector>

#include "quantization/parameters.h"
#include "quantization/patches.h"
#include "quantization/weights.h"

namespace litesmith::quantization {

// Integers of `bits` for the weights of an op (as QuantizeWeights or QuantizeBlocks gives them, of the same
// scales) that take the second moments of what they are multiplied with into account: going through the
// inputs one after the other, the error made so far is made good by the weights that are left, as far as
// inputs go together. That is the method of GPTQ (Frantar et al. 2022, arXiv:2210.17323) in the form of LDLQ
// (Chee et al. 2023, arXiv:2307.13304). `weights`: CONV_2D [out, height, width, in], FULLY_CONNECTED [out,
// in], DEPTHWISE_CONV_2D [1, height, width, out]. `patches`: of all ops that use them; null ones are passed
// over.
void RoundByMoments(const Tensor& weights, const std::vector<const Patches*>& patches, int bits,
                    QuantizedConstant& rounded);

// By how much quantization shifts each output's mean: what its bias is to grow by (bias correction; Nagel et
// al. 2019, arXiv:1906.04721, section 4.2, with means from samples). `input`: how the op's data operand is
// rounded and clipped, null where it is not. One number an output.
std::vector<float> MeanShift(const Tensor& weights, const Patches& patches, const QuantizedConstant& rounded,
                             const Parameters* input, Mode mode);

}  // namespace litesmith::quantization
