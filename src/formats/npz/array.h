// Arrays of NumPy read part by part, for files that do not fit into memory.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/host.h"
#include "formats/npz/zip.h"
#include "tensor/tensor.h"

namespace litesmith::npz {

class Array {
 public:
  virtual ~Array() = default;
  virtual const std::string& name() const = 0;  // without ".npy"; empty for a single .npy file
  virtual DType dtype() const = 0;
  virtual const Dims& dims() const = 0;

  // The elements from `first` on, in row-major order, as a tensor of `dims`; the array must have them. A view
  // into the file where it stores them so. Reading a deflated array from front to back, by a few threads each
  // its part or by turns, costs the memory of the part and the time of unpacking once for each. May be called
  // from several threads at once. Empty with `problem` set when the file is damaged; what its checksum alone
  // shows is found only where a deflated array ends.
  virtual std::optional<Tensor> Part(int64_t first, Dims dims, std::string& problem) const = 0;
  // All elements, the checksum compared.
  virtual std::optional<Tensor> Whole(std::string& problem) const = 0;
};

// The array of an archive's member, whose bytes `owner` keeps; null with `problem` set when it is none.
// Arrays in column-major order are rearranged at once, in memory.
std::shared_ptr<const Array> OpenMember(const Member& member, std::shared_ptr<const void> owner,
                                        const Limits& limits, std::string& problem);

// The arrays of an .npz or .npy file (npz.h). Reports kNotAnArray with what is wrong with `path`.
Result<std::vector<std::shared_ptr<const Array>>> Open(const FileBytes& file, const std::string& path,
                                                       Context& context);

}  // namespace litesmith::npz
