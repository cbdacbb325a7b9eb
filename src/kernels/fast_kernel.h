// Fast variants of kernels. The runtime takes the first variant in the list of an op that the processor can
// execute and that supports the node's dtypes, shapes and attributes; where none does, the reference kernel
// runs.
#pragma once

#include <string_view>

#include "kernels/kernel.h"

namespace litesmith {

// Instruction sets, each containing the ones before it. kAvx2 stands for AVX2 with FMA and F16C, kAvx512 for
// the parts F, BW, DQ and VL, kAvx512Vnni for that with the int8 and int16 products.
enum class Isa : uint8_t { kPortable, kSse41, kAvx2, kAvx512, kAvx512Vnni };

struct FastKernel {
  std::string_view op;    // "CONV_2D"
  std::string_view name;  // "conv2d_f32_avx2": what the profile shows
  Isa isa = Isa::kPortable;
  // True if Prepare and Invoke can do this node. Looks at dtypes, dims, quantization, attributes and at which
  // inputs are constant; outputs have their dtype and quantization, but no dims yet.
  bool (*supports)(const KernelContext& context);
  KernelFactory make;
};

}  // namespace litesmith
