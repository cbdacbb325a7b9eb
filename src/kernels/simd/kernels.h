// The fast kernels, for their registry.
#pragma once

#include <array>

#include "kernels/fast_kernel.h"

namespace litesmith::simd {

extern const FastKernel kConv2DF32Avx2;
extern const FastKernel kDepthwiseConv2DF32Avx2;
extern const FastKernel kConv2DI8Avx2;
extern const FastKernel kDepthwiseConv2DI8;
extern const FastKernel kFullyConnectedF32Avx2;
extern const FastKernel kFullyConnectedI8Avx2;
extern const std::array<FastKernel, 9> kElementwiseI8;

}  // namespace litesmith::simd
