// The fast kernels by op name.
#pragma once

#include <span>
#include <string_view>

#include "kernels/fast_kernel.h"

namespace litesmith {

// The variants of an op for all instruction sets, best first; empty if there are none.
std::span<const FastKernel> FastKernelsFor(std::string_view op);

}  // namespace litesmith
