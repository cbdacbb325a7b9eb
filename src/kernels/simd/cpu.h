// What the processor can do, asked of the processor itself.
#pragma once

#include <string_view>

#include "kernels/fast_kernel.h"

namespace litesmith {

// A feature counts only if the operating system also saves the registers that it needs.
struct CpuFeatures {
  bool sse41 = false, avx2 = false, fma = false, f16c = false, avx_vnni = false;
  bool avx512 = false;  // F, BW, DQ and VL
  bool avx512_vnni = false, avx512_vbmi = false, avx512_bf16 = false;
};

const CpuFeatures& Cpu();
// The best instruction set that this processor has in full.
Isa BestIsa();
std::string_view NameOf(Isa isa);  // "avx2"

}  // namespace litesmith
