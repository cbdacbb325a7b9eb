// Moving elements without knowing what they are: pieces of 1, 2, 4, 8 or 16 bytes. Strings take part as the
// 16 bytes of a std::string_view, and are packed again at the end.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "evaluate/evaluate.h"
#include "evaluate/nested_loop.h"

namespace litesmith::evaluate {

static_assert(sizeof(std::string_view) == 16);

class Source {
 public:
  // Fails for dtypes whose elements are no whole bytes.
  static Result<Source> Of(const Call& call, const Tensor& tensor);
  const std::byte* data() const { return data_; }
  size_t element_size() const { return element_size_; }

 private:
  std::shared_ptr<std::vector<std::string_view>> strings_;
  const std::byte* data_ = nullptr;
  size_t element_size_ = 0;
};

class Target {
 public:
  Target() = default;
  Target(Target&&) = default;
  Target& operator=(Target&&) = default;
  // Zeros, or empty strings; the size is checked against the limits. Views into the sources' strings must
  // stay valid until Finish.
  static Result<Target> Of(const Call& call, DType dtype, Dims dims);
  std::byte* data() const { return data_; }
  size_t element_size() const { return element_size_; }
  const Dims& dims() const { return dims_; }
  // Sets all elements to the one at `element`.
  void Fill(const std::byte* element) const;
  Result<Tensor> Finish(const Call& call);

 private:
  DType dtype_ = DType::kInvalid;
  Dims dims_;
  Tensor tensor_;
  std::vector<std::string_view> strings_;
  std::byte* data_ = nullptr;
  size_t element_size_ = 0;
};

// Copies dims' elements from source to target, each with its own strides and first element (in elements). The
// caller has made sure that all of them exist.
void CopyElements(std::span<const int64_t> dims, size_t element_size, const std::byte* source,
                  const Dims& source_strides, int64_t source_offset, std::byte* target,
                  const Dims& target_strides, int64_t target_offset);

// The whole op "output[i] = input[offset + i * strides]": what transposing, slicing, reversing, broadcasting
// are.
Result<Tensor> Rearranged(const Call& call, const Tensor& input, Dims output_dims, const Dims& input_strides,
                          int64_t input_offset);

}  // namespace litesmith::evaluate
