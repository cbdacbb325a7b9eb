#include "tensor/transpose.h"

#include "base/check.h"

namespace litesmith {
namespace {

template <size_t kSize>
void CopyElements(std::byte* to, const std::byte* from, int64_t count, int64_t stride) {
  for (int64_t i = 0; i < count; ++i) std::memcpy(to + i * kSize, from + i * stride * kSize, kSize);
}

}  // namespace

Tensor Transposed(const Tensor& tensor, std::span<const int> permutation) {
  const size_t rank = tensor.dims().size();
  LS_CHECK(permutation.size() == rank && BitsOf(tensor.dtype()) >= 8);
  Dims strides(rank, 1), dims(rank), steps(rank);
  for (size_t i = rank; i-- > 1;) strides[i - 1] = strides[i] * tensor.dims()[i];
  for (size_t i = 0; i < rank; ++i) {
    dims[i] = tensor.dims()[static_cast<size_t>(permutation[i])];
    steps[i] = strides[static_cast<size_t>(permutation[i])];
  }
  Tensor result = Tensor::Zeros(tensor.dtype(), dims);
  if (tensor.elements() == 0 || rank == 0) {
    if (rank == 0) std::memcpy(result.mutable_bytes().data(), tensor.bytes().data(), tensor.bytes().size());
    return result;
  }
  const size_t size = static_cast<size_t>(BitsOf(tensor.dtype()) / 8);
  const int64_t row = dims[rank - 1], step = steps[rank - 1];
  std::byte* to = result.mutable_bytes().data();
  const std::byte* from = tensor.bytes().data();
  std::vector<int64_t> index(rank, 0);
  int64_t offset = 0;
  for (int64_t done = 0; done < tensor.elements(); done += row, to += static_cast<size_t>(row) * size) {
    const std::byte* start = from + static_cast<size_t>(offset) * size;
    if (step == 1) {
      std::memcpy(to, start, static_cast<size_t>(row) * size);
    } else {
      switch (size) {
        case 1:
          CopyElements<1>(to, start, row, step);
          break;
        case 2:
          CopyElements<2>(to, start, row, step);
          break;
        case 4:
          CopyElements<4>(to, start, row, step);
          break;
        case 8:
          CopyElements<8>(to, start, row, step);
          break;
        default:
          CopyElements<16>(to, start, row, step);
          break;
      }
    }
    for (size_t axis = rank - 1; axis-- > 0;) {
      offset += steps[axis];
      if (++index[axis] < dims[axis]) break;
      offset -= steps[axis] * dims[axis];
      index[axis] = 0;
    }
  }
  return result;
}

}  // namespace litesmith
