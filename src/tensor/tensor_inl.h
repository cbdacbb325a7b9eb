#pragma once

#include <cstring>

#include "base/check.h"

namespace litesmith {

template <class T>
std::span<const T> Tensor::data() const {
  LS_CHECK(dtype_ == kDTypeOf<T>, NameOf(dtype_));
  return {reinterpret_cast<const T*>(bytes_.data()), static_cast<size_t>(elements_)};
}

template <class T>
std::span<T> Tensor::mutable_data() {
  LS_CHECK(dtype_ == kDTypeOf<T> && writable_ != nullptr);
  return {reinterpret_cast<T*>(writable_), static_cast<size_t>(elements_)};
}

template <class T>
Tensor Tensor::Of(const Dims& dims, std::span<const T> values) {
  Tensor tensor = Zeros(kDTypeOf<T>, dims);
  LS_CHECK(tensor.elements() == static_cast<int64_t>(values.size()));
  if (!values.empty()) std::memcpy(tensor.writable_, values.data(), values.size_bytes());
  return tensor;
}

}  // namespace litesmith
