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

// Where an .npy file keeps its elements, and how.
struct NpyLayout {
  DType dtype = DType::kInvalid;  // kString for texts
  Dims dims;
  size_t data_offset = 0;    // of the first element, in the file
  size_t element_bytes = 0;  // in the file; of texts, all have the same
  size_t data_bytes = 0;
  bool big_endian = false, column_major = false, wide_texts = false;
};

// How many bytes of the file ParseNpyHead wants, by its first kNpyStartBytes (or all there are); empty with
// `problem` set when this is no .npy file.
inline constexpr size_t kNpyStartBytes = 12;
std::optional<size_t> NpyHeadBytes(Bytes start, std::string& problem);
// The layout is within `limits`; whether the file holds as much is the caller's to check.
std::optional<NpyLayout> ParseNpyHead(Bytes head, const Limits& limits, std::string& problem);
// Some of the elements as a tensor of `dims`: a view of `data` where that is possible. `data` holds
// element_bytes for each; they stand in row-major order.
Tensor NpyElements(const NpyLayout& layout, Dims dims, std::shared_ptr<const void> owner, Bytes data);

// What is wrong with a layout whose elements are not all there.
std::string NpyTooLarge(const NpyLayout& layout);

// The bytes of an .npy file; empty if NumPy has no such type.
std::optional<std::vector<std::byte>> FormatNpy(const Tensor& tensor);

}  // namespace litesmith::npz
