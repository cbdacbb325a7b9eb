#include "evaluate/contraction.h"

#include <algorithm>
#include <numeric>

#include "evaluate/elements.h"
#include "evaluate/elementwise.h"
#include "evaluate/gemm.h"

namespace litesmith::evaluate {
namespace {

using Products = Types<float, double, int32_t, int64_t, std::complex<float>, std::complex<double>>;

template <class T>
struct WrappingType {
  using type = T;
};
template <class T>
requires std::is_integral_v<T>
struct WrappingType<T> {
  using type = std::make_unsigned_t<T>;
};

// Integers below 32 bits as int32, uint32 and uint64 as the signed type of their size: products wrap alike.
Result<Tensor> AsFactor(const Call& call, const Tensor& tensor) {
  const DType dtype = tensor.dtype();
  if (dtype == DType::kUInt32) return Tensor(DType::kInt32, tensor.dims(), tensor.owner(), tensor.bytes());
  if (dtype == DType::kUInt64) return Tensor(DType::kInt64, tensor.dims(), tensor.owner(), tensor.bytes());
  if (!IsInteger(dtype) || BitsOf(dtype) >= 32) return Widen(tensor);
  const auto values = tensor.ToInt64();
  if (!values) return WrongDType(call, dtype);
  return IntegerTensor(DType::kInt32, tensor.dims(), *values);
}

Result<Tensor> BackFrom(const Call& call, const Tensor& product, DType dtype) {
  if (product.dtype() == dtype) return product;
  if (Is16BitFloat(dtype)) return Narrow(product, dtype);
  if (BitsOf(product.dtype()) == BitsOf(dtype)) {
    return Tensor(dtype, product.dims(), product.owner(), product.bytes());
  }
  LS_TRY(Tensor result, Allocate(call, dtype, product.dims()));
  Dispatch(Integers{}, dtype, [&]<class T>(std::type_identity<T>) {
    const auto from = product.data<int32_t>();
    std::ranges::transform(from, result.mutable_data<T>().begin(),
                           [](int32_t x) { return static_cast<T>(x); });
  });
  return result;
}

}  // namespace

Result<Tensor> Permuted(const Call& call, const Tensor& input, std::span<const int> permutation) {
  const Dims dense = DenseStrides(input.dims());
  Dims dims, strides;
  for (int axis : permutation) {
    dims.push_back(input.dims()[static_cast<size_t>(axis)]);
    strides.push_back(dense[static_cast<size_t>(axis)]);
  }
  return Rearranged(call, input, std::move(dims), strides, 0);
}

Result<Tensor> MatrixTransposed(const Call& call, const Tensor& input, bool conjugate) {
  std::vector<int> order(input.dims().size());
  std::iota(order.begin(), order.end(), 0);
  std::swap(order[order.size() - 1], order[order.size() - 2]);
  LS_TRY(Tensor output, Permuted(call, input, order));
  if (conjugate && IsComplex(output.dtype())) {
    return UnaryTensor<Complexes>(call, output, [](auto x) { return std::conj(x); });
  }
  return output;
}

Result<Tensor> MatrixProduct(const Call& call, const Tensor& original_a, const Tensor& original_b,
                             bool keep_wide) {
  if (original_a.dtype() != original_b.dtype()) {
    return call.Fail(
        fmt::format("its operands are {} and {}", NameOf(original_a.dtype()), NameOf(original_b.dtype())),
        Code::kDtypeMismatch);
  }
  LS_TRY(const Tensor a, AsFactor(call, original_a));
  LS_TRY(const Tensor b, AsFactor(call, original_b));
  if (a.rank() < 2 || b.rank() < 2 || a.dims().back() != b.dims()[b.dims().size() - 2]) {
    return call.Fail(fmt::format("shapes {} and {} do not multiply", ToText(a.dims()), ToText(b.dims())));
  }
  const auto batch_of = [](const Dims& dims) { return std::span(dims).first(dims.size() - 2); };
  LS_TRY(Dims dims, BroadcastDims(call, batch_of(a.dims()), batch_of(b.dims())));
  const Dims batch = dims;
  const int64_t rows = a.dims()[a.dims().size() - 2], depth = a.dims().back(), columns = b.dims().back();
  dims.insert(dims.end(), {rows, columns});
  LS_TRY(Tensor output, Allocate(call, a.dtype(), dims));
  const bool known = Dispatch(Products{}, a.dtype(), [&]<class T>(std::type_identity<T>) {
    using U = typename WrappingType<T>::type;
    const U* left = reinterpret_cast<const U*>(a.data<T>().data());
    const U* right = reinterpret_cast<const U*>(b.data<T>().data());
    U* to = reinterpret_cast<U*>(output.mutable_data<T>().data());
    const NestedLoop<3> loop(batch, {BroadcastStrides(batch_of(a.dims()), batch),
                                     BroadcastStrides(batch_of(b.dims()), batch), DenseStrides(batch)});
    loop.Run([&](int64_t count, const auto& offsets, const auto& strides) {
      for (int64_t i = 0; i < count; ++i) {
        MultiplyAdd<U>(rows, columns, depth, left + (offsets[0] + i * strides[0]) * rows * depth, depth,
                       right + (offsets[1] + i * strides[1]) * depth * columns, columns,
                       to + (offsets[2] + i * strides[2]) * rows * columns, columns);
      }
    });
  });
  if (!known) return WrongDType(call, original_a.dtype());
  return keep_wide ? output : BackFrom(call, output, original_a.dtype());
}

}  // namespace litesmith::evaluate
