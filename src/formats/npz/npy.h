// One array of NumPy's .npy format (NEP 1).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "tensor/tensor.h"

namespace litesmith::npz {

// The array in `bytes`, kept by `owner`; empty with `problem` set.
std::optional<Tensor> ParseNpy(Bytes bytes, std::shared_ptr<const void> owner, const Limits& limits,
                               std::string& problem);

// The bytes of an .npy file; empty if NumPy has no such type.
std::optional<std::vector<std::byte>> FormatNpy(const Tensor& tensor);

}  // namespace litesmith::npz
