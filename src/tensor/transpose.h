// Rearranging a tensor's axes, for weights on their way from one layout to another.
#pragma once

#include <span>

#include "tensor/tensor.h"

namespace litesmith {

// Axis i of the result is axis permutation[i] of `tensor`. The permutation must be one of 0..rank-1; dtypes
// of whole bytes only. Linear in elements; runs along the last axis are copied whole where the permutation
// keeps it.
Tensor Transposed(const Tensor& tensor, std::span<const int> permutation);

}  // namespace litesmith
