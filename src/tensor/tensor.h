// A tensor with its data: dtype, known shape, and storage that is owned or a view into something that stays
// (a mapped file). Copying a Tensor copies no data.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "tensor/dtype.h"
#include "tensor/shape.h"

namespace litesmith {

class Tensor {
 public:
  Tensor() = default;
  // A view of `bytes`, which `owner` keeps. The caller has checked that the size fits dtype and dims; bytes
  // that are not aligned for the dtype are copied.
  Tensor(DType dtype, Dims dims, std::shared_ptr<const void> owner, Bytes bytes);

  // Owned and zero; the size must not overflow (check BytesOf first for sizes from a file).
  static Tensor Zeros(DType dtype, Dims dims);
  // Owned, a copy of `values`; their number must be the product of dims.
  template <class T>
  static Tensor Of(const Dims& dims, std::span<const T> values);
  template <class T>
  static Tensor Of(const Dims& dims, std::initializer_list<T> values) {
    return Of<T>(dims, std::span<const T>(values.begin(), values.size()));
  }
  template <class T>
  static Tensor Of(const Dims& dims, const std::vector<T>& values) {
    return Of<T>(dims, std::span<const T>(values));
  }
  template <class T>
  static Tensor Scalar(T value) {
    return Of<T>({}, std::span<const T>(&value, 1));
  }
  static Tensor OfStrings(Dims dims, const std::vector<std::string_view>& strings);

  bool valid() const { return dtype_ != DType::kInvalid; }
  DType dtype() const { return dtype_; }
  const Dims& dims() const { return dims_; }
  int rank() const { return static_cast<int>(dims_.size()); }
  int64_t elements() const { return elements_; }
  Bytes bytes() const { return bytes_; }
  const std::shared_ptr<const void>& owner() const { return owner_; }

  // The elements; T must be the C++ type of the dtype.
  template <class T>
  std::span<const T> data() const;
  template <class T>
  T scalar() const {
    return data<T>()[0];
  }
  // For filling a tensor that Zeros() made, before anyone else has it.
  template <class T>
  std::span<T> mutable_data();
  std::span<std::byte> mutable_bytes();
  std::vector<std::string_view> strings() const;  // string tensors, whose layout the reader has checked

  // The same data under other dims of the same number of elements.
  Tensor Reshaped(Dims dims) const;

  // Any integer or bool tensor as int64, any number as double; empty if it holds something else.
  std::optional<std::vector<int64_t>> ToInt64() const;
  std::optional<std::vector<double>> ToDouble() const;

 private:
  DType dtype_ = DType::kInvalid;
  Dims dims_;
  int64_t elements_ = 0;
  std::shared_ptr<const void> owner_;
  Bytes bytes_;
  std::byte* writable_ = nullptr;
};

// The same dtype, shape and bytes.
bool SameTensor(const Tensor& a, const Tensor& b);
uint64_t HashOf(const Tensor& tensor);

// How a tensor of integers stands for real numbers: real = scale * (q - zero_point).
struct Quantization {
  std::vector<float> scale;         // one, or one per slice along `dimension`
  std::vector<int64_t> zero_point;  // as many, or none for all zero
  int dimension = 0;
  std::vector<float> min, max;  // informative
  int32_t block_size = 0;       // blockwise: `scale` then counts blocks along the last axis
  bool per_channel() const { return scale.size() > 1; }
  int64_t zero_point_at(size_t channel) const {
    return zero_point.empty() ? 0 : zero_point[zero_point.size() == 1 ? 0 : channel];
  }
  float scale_at(size_t channel) const { return scale[scale.size() == 1 ? 0 : channel]; }
};

}  // namespace litesmith

#include "tensor/tensor_inl.h"
