// Who owns the data of a TfLiteTensor.
#pragma once

#include <cstddef>

#include "litesmith/custom_op.h"

namespace litesmith::custom {

// Data of dynamic tensors is malloc's, as kernels expect, except where the interpreter has lent a block of
// its own: `allocation` then has the same address. A kernel that gives the tensor another buffer changes
// `data` and so ends that.
inline void LendData(TfLiteTensor& tensor, std::byte* data) {
  tensor.data.raw = reinterpret_cast<char*>(data);
  tensor.allocation = data;
}
inline bool IsLent(const TfLiteTensor& tensor) {
  return tensor.data.data != nullptr && tensor.allocation == tensor.data.data;
}
inline bool OnHeap(const TfLiteTensor& tensor) {
  return tensor.allocation_type == kTfLiteDynamic || tensor.allocation_type == kTfLitePersistentRo;
}

}  // namespace litesmith::custom
