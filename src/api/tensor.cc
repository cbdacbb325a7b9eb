#include "api/tensor.h"

#include <limits>
#include <utility>

#include "base/checked.h"
#include "tensor/strings.h"

namespace litesmith::api {
namespace {

constexpr std::pair<DType, litesmith::DType> kPairs[] = {
    {DType::kFloat32, litesmith::DType::kFloat32},
    {DType::kFloat64, litesmith::DType::kFloat64},
    {DType::kFloat16, litesmith::DType::kFloat16},
    {DType::kBFloat16, litesmith::DType::kBFloat16},
    {DType::kInt8, litesmith::DType::kInt8},
    {DType::kInt16, litesmith::DType::kInt16},
    {DType::kInt32, litesmith::DType::kInt32},
    {DType::kInt64, litesmith::DType::kInt64},
    {DType::kUInt8, litesmith::DType::kUInt8},
    {DType::kUInt16, litesmith::DType::kUInt16},
    {DType::kUInt32, litesmith::DType::kUInt32},
    {DType::kUInt64, litesmith::DType::kUInt64},
    {DType::kBool, litesmith::DType::kBool},
    {DType::kComplex64, litesmith::DType::kComplex64},
    {DType::kComplex128, litesmith::DType::kComplex128},
    {DType::kString, litesmith::DType::kString},
    {DType::kInt4, litesmith::DType::kInt4},
    {DType::kInt2, litesmith::DType::kInt2},
    {DType::kUInt4, litesmith::DType::kUInt4},
};

DType ToPublic(litesmith::DType dtype) {
  for (const auto& [ours, own] : kPairs) {
    if (own == dtype) return ours;
  }
  return DType::kInvalid;
}

}  // namespace

litesmith::DType ToInternal(DType dtype) {
  for (const auto& [ours, own] : kPairs) {
    if (ours == dtype) return own;
  }
  return litesmith::DType::kInvalid;
}

struct TensorAccess {
  static Tensor Make(DType dtype, std::vector<int64_t> shape, std::shared_ptr<const void> owner,
                     Bytes bytes) {
    Tensor tensor;
    tensor.dtype_ = dtype;
    tensor.shape_ = std::move(shape);
    tensor.owner_ = std::move(owner);
    tensor.bytes_ = bytes;
    return tensor;
  }
  static const std::shared_ptr<const void>& Owner(const Tensor& tensor) { return tensor.owner_; }
};

std::string_view NameOf(DType dtype) { return litesmith::NameOf(ToInternal(dtype)); }

Tensor Tensor::Of(DType dtype, std::vector<int64_t> shape, std::span<const std::byte> bytes) {
  const auto elements = CheckedProduct(shape);
  const auto size = elements ? BytesOf(ToInternal(dtype), *elements) : std::nullopt;
  if (!size || *size != bytes.size()) return {};
  const auto copy = std::make_shared<std::vector<std::byte>>(bytes.begin(), bytes.end());
  return TensorAccess::Make(dtype, std::move(shape), copy, *copy);
}

Tensor Tensor::OfStrings(std::vector<int64_t> shape, const std::vector<std::string>& strings) {
  const auto elements = CheckedProduct(shape);
  size_t bytes = (strings.size() + 2) * sizeof(int32_t);
  for (const std::string& one : strings) bytes += one.size();
  // Offsets have 31 bits.
  if (!elements || static_cast<size_t>(*elements) != strings.size() ||
      bytes > static_cast<size_t>(std::numeric_limits<int32_t>::max()))
    return {};
  return api::ToPublic(litesmith::Tensor::OfStrings(std::move(shape), {strings.begin(), strings.end()}));
}

std::vector<std::string> Tensor::strings() const {
  if (dtype_ != DType::kString) return {};
  const auto views = UnpackStrings(bytes_);
  if (!views) return {};
  return {views->begin(), views->end()};
}

Tensor ToPublic(const litesmith::Tensor& tensor) {
  const DType dtype = ToPublic(tensor.dtype());
  if (dtype == DType::kInvalid) return {};
  return TensorAccess::Make(dtype, tensor.dims(), tensor.owner(), tensor.bytes());
}

litesmith::Tensor ToInternal(const Tensor& tensor) {
  if (!tensor.valid()) return {};
  return {ToInternal(tensor.dtype()), tensor.shape(), TensorAccess::Owner(tensor), tensor.bytes()};
}

TensorInfo ToPublic(const std::string& name, const std::string& tensor, litesmith::DType dtype,
                    const Shape& shape) {
  return {name, tensor, ToPublic(dtype), shape.ranked() ? shape.with_minus_one() : std::vector<int64_t>(),
          shape.ranked()};
}

}  // namespace litesmith::api
