// Arrays that go into a model and come out of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace litesmith::api {

// The numbers are part of the interface: they do not change.
enum class DType : uint8_t {
  kInvalid = 0,
  kFloat32 = 1,
  kFloat64 = 2,
  kFloat16 = 3,  // as uint16_t, IEEE 754
  kBFloat16 = 4,
  kInt8 = 5,
  kInt16 = 6,
  kInt32 = 7,
  kInt64 = 8,
  kUInt8 = 9,
  kUInt16 = 10,
  kUInt32 = 11,
  kUInt64 = 12,
  kBool = 13,
  kComplex64 = 14,
  kComplex128 = 15,
  kString = 16,
  kInt4 = 17,  // two in a byte, the first in the low bits
  kInt2 = 18,
  kUInt4 = 19,
};

std::string_view NameOf(DType dtype);  // "float32"

// The DType of a C++ type; kInvalid for types that stand for none.
template <class T>
inline constexpr DType kDTypeOf = DType::kInvalid;
template <>
inline constexpr DType kDTypeOf<float> = DType::kFloat32;
template <>
inline constexpr DType kDTypeOf<double> = DType::kFloat64;
template <>
inline constexpr DType kDTypeOf<int8_t> = DType::kInt8;
template <>
inline constexpr DType kDTypeOf<int16_t> = DType::kInt16;
template <>
inline constexpr DType kDTypeOf<int32_t> = DType::kInt32;
template <>
inline constexpr DType kDTypeOf<int64_t> = DType::kInt64;
template <>
inline constexpr DType kDTypeOf<uint8_t> = DType::kUInt8;
template <>
inline constexpr DType kDTypeOf<uint16_t> = DType::kUInt16;
template <>
inline constexpr DType kDTypeOf<uint32_t> = DType::kUInt32;
template <>
inline constexpr DType kDTypeOf<uint64_t> = DType::kUInt64;
template <>
inline constexpr DType kDTypeOf<bool> = DType::kBool;

// A tensor that does not change; row-major. Copies share the data.
class Tensor {
 public:
  Tensor() = default;  // not valid()

  // A copy of `bytes`. Not valid() if their number is not what dtype and shape take, if a dimension is
  // negative, or for strings.
  static Tensor Of(DType dtype, std::vector<int64_t> shape, std::span<const std::byte> bytes);
  // A copy of `values`, likewise.
  template <class T>
  static Tensor Of(std::vector<int64_t> shape, std::span<const T> values) {
    return Of(kDTypeOf<T>, std::move(shape), std::as_bytes(values));
  }
  template <class T>
  static Tensor Of(std::vector<int64_t> shape, const std::vector<T>& values) {
    return Of<T>(std::move(shape), std::span<const T>(values));
  }
  static Tensor OfStrings(std::vector<int64_t> shape, const std::vector<std::string>& strings);

  bool valid() const { return dtype_ != DType::kInvalid; }
  DType dtype() const { return dtype_; }
  const std::vector<int64_t>& shape() const { return shape_; }
  // As they lie in memory; those of strings are Litesmith's own form.
  std::span<const std::byte> bytes() const { return bytes_; }
  // The elements; none if T is not the dtype's C++ type.
  template <class T>
  std::span<const T> data() const {
    if (kDTypeOf<T> == DType::kInvalid || kDTypeOf<T> != dtype_) return {};
    return {reinterpret_cast<const T*>(bytes_.data()), bytes_.size() / sizeof(T)};
  }
  std::vector<std::string> strings() const;  // none for other dtypes

 private:
  friend struct TensorAccess;
  DType dtype_ = DType::kInvalid;
  std::vector<int64_t> shape_;
  std::shared_ptr<const void> owner_;
  std::span<const std::byte> bytes_;
};

struct NamedTensor {
  std::string name;
  Tensor tensor;
};

}  // namespace litesmith::api
