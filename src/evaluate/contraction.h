// Products of matrices as tensors.
#pragma once

#include "evaluate/evaluate.h"

namespace litesmith::evaluate {

// a[batch..., rows, depth] * b[batch..., depth, columns], the batches broadcasting. Floats, complex numbers
// and integers; what is narrower than 32 bits is computed in 32 and, with `keep_wide`, stays so.
Result<Tensor> MatrixProduct(const Call& call, const Tensor& a, const Tensor& b, bool keep_wide = false);

// Output axis i is input axis permutation[i].
Result<Tensor> Permuted(const Call& call, const Tensor& input, std::span<const int> permutation);
// The last two axes exchanged; with `conjugate`, complex numbers conjugated.
Result<Tensor> MatrixTransposed(const Call& call, const Tensor& input, bool conjugate);

}  // namespace litesmith::evaluate
