#include "evaluate/elementwise.h"

#include <algorithm>

#include "evaluate/nested_loop.h"

namespace litesmith::evaluate {

Result<Dims> BroadcastDims(const Call& call, std::span<const int64_t> a, std::span<const int64_t> b) {
  Dims dims(std::max(a.size(), b.size()));
  for (size_t back = 1; back <= dims.size(); ++back) {
    const int64_t left = back <= a.size() ? a[a.size() - back] : 1;
    const int64_t right = back <= b.size() ? b[b.size() - back] : 1;
    if (left != right && left != 1 && right != 1) {
      return call.Fail(fmt::format("shapes {} and {} do not broadcast", ToText(a), ToText(b)));
    }
    dims[dims.size() - back] = left == 1 ? right : left;
  }
  return dims;
}

Result<Tensor> RunUnary(const Call& call, const Tensor& original, UnaryChoice (*choose)(DType)) {
  const Tensor input = Widen(original);
  const UnaryChoice choice = choose(input.dtype());
  if (choice.loop == nullptr) return WrongDType(call, original.dtype());
  LS_TRY(Tensor output, Allocate(call, choice.output, input.dims()));
  choice.loop(input.elements(), input.bytes().data(), output.mutable_bytes().data());
  return Narrow(output, original.dtype());
}

Result<Tensor> RunBinary(const Call& call, const Tensor& original_a, const Tensor& original_b,
                         BinaryChoice (*choose)(DType)) {
  if (original_a.dtype() != original_b.dtype()) {
    return call.Fail(
        fmt::format("its operands are {} and {}", NameOf(original_a.dtype()), NameOf(original_b.dtype())),
        Code::kDtypeMismatch);
  }
  const Tensor a = Widen(original_a), b = Widen(original_b);
  const BinaryChoice choice = choose(a.dtype());
  if (choice.loop == nullptr) return WrongDType(call, original_a.dtype());
  LS_TRY(const Dims dims, BroadcastDims(call, a.dims(), b.dims()));
  LS_TRY(Tensor output, Allocate(call, choice.output, dims));

  const auto in_size = static_cast<int64_t>(BitsOf(a.dtype()) / 8);
  const auto out_size = static_cast<int64_t>(BitsOf(choice.output) / 8);
  std::byte* to = output.mutable_bytes().data();
  const NestedLoop<3> loop(
      dims, {BroadcastStrides(a.dims(), dims), BroadcastStrides(b.dims(), dims), DenseStrides(dims)});
  loop.Run([&](int64_t count, const auto& offsets, const auto& strides) {
    choice.loop(count, a.bytes().data() + offsets[0] * in_size, strides[0],
                b.bytes().data() + offsets[1] * in_size, strides[1], to + offsets[2] * out_size);
  });
  return Narrow(output, original_a.dtype());
}

}  // namespace litesmith::evaluate
