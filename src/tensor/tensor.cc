#include "tensor/tensor.h"

#include <algorithm>
#include <numeric>

#include "base/checked.h"
#include "tensor/strings.h"

namespace litesmith {
namespace {

constexpr size_t kAlignment = 64;

std::shared_ptr<std::byte> AllocateBytes(size_t size) {
  const size_t rounded = (std::max<size_t>(size, 1) + kAlignment - 1) / kAlignment * kAlignment;
  auto* memory = static_cast<std::byte*>(::operator new(rounded, std::align_val_t(kAlignment)));
  return {memory, [](std::byte* bytes) { ::operator delete(bytes, std::align_val_t(kAlignment)); }};
}

size_t AlignmentOf(DType dtype) {
  const int bits = BitsOf(dtype);
  if (bits == 0) return 4;
  if (dtype == DType::kComplex64 || dtype == DType::kComplex128) return static_cast<size_t>(bits / 16);
  return static_cast<size_t>(std::max(bits / 8, 1));
}

}  // namespace

Tensor::Tensor(DType dtype, Dims dims, std::shared_ptr<const void> owner, Bytes bytes)
    : dtype_(dtype), dims_(std::move(dims)), owner_(std::move(owner)), bytes_(bytes) {
  const auto elements = CheckedProduct(dims_);
  LS_CHECK(elements.has_value());
  elements_ = *elements;
  if (HasFixedSize(dtype_)) LS_CHECK(BytesOf(dtype_, elements_) == bytes_.size());
  if (reinterpret_cast<uintptr_t>(bytes_.data()) % AlignmentOf(dtype_) != 0) {
    const auto copy = AllocateBytes(bytes.size());
    std::memcpy(copy.get(), bytes.data(), bytes.size());
    bytes_ = {copy.get(), bytes.size()};
    owner_ = copy;
  }
}

Tensor Tensor::Zeros(DType dtype, Dims dims) {
  Tensor tensor;
  tensor.dtype_ = dtype;
  const auto elements = CheckedProduct(dims);
  LS_CHECK(elements.has_value());
  const auto size = BytesOf(dtype, *elements);
  LS_CHECK(size.has_value(), NameOf(dtype));
  tensor.dims_ = std::move(dims);
  tensor.elements_ = *elements;
  const auto memory = AllocateBytes(*size);
  std::memset(memory.get(), 0, *size);
  tensor.writable_ = memory.get();
  tensor.bytes_ = {memory.get(), *size};
  tensor.owner_ = memory;
  return tensor;
}

Tensor Tensor::OfStrings(Dims dims, const std::vector<std::string_view>& strings) {
  const auto packed = std::make_shared<std::vector<std::byte>>(PackStrings(strings));
  Tensor tensor(DType::kString, std::move(dims), packed, *packed);
  LS_CHECK(tensor.elements() == static_cast<int64_t>(strings.size()));
  return tensor;
}

std::span<std::byte> Tensor::mutable_bytes() {
  LS_CHECK(writable_ != nullptr);
  return {writable_, bytes_.size()};
}

std::vector<std::string_view> Tensor::strings() const {
  LS_CHECK(dtype_ == DType::kString);
  if (elements_ == 0) return {};
  auto strings = UnpackStrings(bytes_);
  LS_CHECK(strings.has_value() && static_cast<int64_t>(strings->size()) == elements_);
  return *std::move(strings);
}

Tensor Tensor::Reshaped(Dims dims) const {
  LS_CHECK(CheckedProduct(dims) == elements_);
  Tensor tensor = *this;
  tensor.dims_ = std::move(dims);
  return tensor;
}

std::optional<std::vector<int64_t>> Tensor::ToInt64() const {
  std::vector<int64_t> result;
  bool integral = false;
  VisitDType(dtype_, [&]<class T>(std::type_identity<T>) {
    if constexpr (std::is_integral_v<T>) {
      integral = true;
      for (T value : data<T>()) result.push_back(static_cast<int64_t>(value));
    }
  });
  return integral ? std::optional(std::move(result)) : std::nullopt;
}

std::optional<std::vector<double>> Tensor::ToDouble() const {
  std::vector<double> result;
  bool real = false;
  VisitDType(dtype_, [&]<class T>(std::type_identity<T>) {
    if constexpr (std::is_arithmetic_v<T>) {
      real = true;
      for (T value : data<T>()) result.push_back(static_cast<double>(value));
    } else if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
      real = true;
      for (T value : data<T>()) result.push_back(static_cast<float>(value));
    }
  });
  return real ? std::optional(std::move(result)) : std::nullopt;
}

bool SameTensor(const Tensor& a, const Tensor& b) {
  return a.dtype() == b.dtype() && a.dims() == b.dims() && a.bytes().size() == b.bytes().size() &&
         (a.bytes().data() == b.bytes().data() || a.bytes().empty() ||
          std::memcmp(a.bytes().data(), b.bytes().data(), a.bytes().size()) == 0);
}

uint64_t HashOf(const Tensor& tensor) {  // FNV-1a over eight bytes at a time
  uint64_t hash = 0xcbf29ce484222325u;
  const auto mix = [&](uint64_t word) {
    hash = (hash ^ word) * 0x100000001b3u;
    hash ^= hash >> 32;
  };
  mix(static_cast<uint64_t>(tensor.dtype()));
  for (int64_t dim : tensor.dims()) mix(static_cast<uint64_t>(dim));
  const Bytes bytes = tensor.bytes();
  size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) mix(*Load<uint64_t>(bytes, at));
  for (; at < bytes.size(); ++at) mix(static_cast<uint64_t>(bytes[at]));
  return hash;
}

}  // namespace litesmith
