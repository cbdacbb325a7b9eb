// The reference kernels by op name.
#pragma once

#include <string_view>
#include <vector>

#include "kernels/kernel.h"

namespace litesmith {

// The kernel of a builtin op ("CONV_2D") or of a custom op that this program knows; null if there is none.
KernelFactory FindReferenceKernel(std::string_view name);
// All names, sorted.
const std::vector<std::string_view>& ReferenceKernelNames();

}  // namespace litesmith
