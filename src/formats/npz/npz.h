// Arrays of NumPy: .npz (a ZIP archive of .npy files) and single .npy files.
#pragma once

#include <string>
#include <vector>

#include "base/host.h"
#include "tensor/tensor.h"

namespace litesmith::npz {

struct Entry {
  std::string name;  // without ".npy"; empty for a single .npy file
  Tensor tensor;
};

// Reads either kind, told apart by the first bytes. Both byte orders and both memory orders are taken; the
// tensors are little-endian and row-major, views into the file where it stores them so. Text arrays (S and U)
// become string tensors, two raw bytes (V2) bfloat16. Reports kNotAnArray with what is wrong with `path`.
Result<std::vector<Entry>> Read(const FileBytes& file, const std::string& path, Context& context);

// The bytes of an .npz: stored, not compressed, without times, so that equal arrays give equal files. Strings
// become fixed-width bytes. Reports kDtypeUnsupported for types that NumPy lacks.
Result<std::vector<std::byte>> Write(const std::vector<Entry>& entries, Context& context);

}  // namespace litesmith::npz
