// Sparse constants. A node of kSparseConstant has one output, of the dense shape, and these attributes:
//   values (Tensor of one dimension: what is stored), traversal_order, block_map (std::vector<int64_t>),
//   dense_sizes (std::vector<int64_t>: one for each level of traversal; -1 for a sparse level),
//   segments_N, indices_N (std::vector<int64_t>) for each sparse level N.
#pragma once

#include "base/host.h"
#include "base/result.h"
#include "ir/module.h"

namespace litesmith::tfl {

// The dense tensor; elements that are not stored are 0. The importer's reader has checked the description.
Tensor DenseTensor(const ir::Node& sparse_constant);

// Makes every sparse constant an ordinary one and removes the DENSIFY ops behind them, for users that know
// dense tensors only; true if anything changed. kLimitExceeded if a dense tensor would be larger than
// limits.max_tensor_bytes.
Result<bool> ExpandSparseConstants(ir::Module& module, Context& context);

}  // namespace litesmith::tfl
