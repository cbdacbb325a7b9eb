// Moving whole axes: transposing, repeating, reversing, padding, and the exchanges between space, depth and
// batch.
#include <algorithm>
#include <cstring>
#include <numeric>

#include "base/checked.h"
#include "evaluate/contraction.h"
#include "evaluate/elements.h"
#include "evaluate/operands.h"

namespace litesmith::evaluate {
namespace {

Result<Outputs> TransposeOf(const Call& call, bool conjugate) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  LS_TRY(const auto permutation, AxesOf(call, 1, call.input(0).rank()));
  if (static_cast<int>(permutation.size()) != call.input(0).rank()) {
    return call.Fail(
        fmt::format("the permutation has {} axes, the tensor {}", permutation.size(), call.input(0).rank()));
  }
  LS_TRY(Tensor output, Permuted(call, call.input(0), permutation));
  if (conjugate && output.dtype() == DType::kComplex64) {
    for (auto& value : output.mutable_data<std::complex<float>>()) value = std::conj(value);
  } else if (conjugate && output.dtype() == DType::kComplex128) {
    for (auto& value : output.mutable_data<std::complex<double>>()) value = std::conj(value);
  }
  return One(output);
}

Result<Tensor> Reversed(const Call& call, const std::vector<bool>& reversed) {
  const Tensor& input = call.input(0);
  Dims strides = DenseStrides(input.dims());
  int64_t offset = 0;
  for (size_t axis = 0; axis < strides.size(); ++axis) {
    if (!reversed[axis]) continue;
    offset += (input.dims()[axis] - 1) * strides[axis];
    strides[axis] = -strides[axis];
  }
  return Rearranged(call, input, input.dims(), strides, offset);
}

}  // namespace

LS_EVALUATE(Transpose) { return TransposeOf(call, false); }
LS_EVALUATE(ConjugateTranspose) { return TransposeOf(call, true); }

LS_EVALUATE(Reverse) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  LS_RETURN_IF_FAILED(ExpectDType(call, 1, DType::kBool));
  const auto flags = call.input(1).data<bool>();
  if (call.input(1).elements() != call.input(0).rank()) return call.Fail("it needs one flag for each axis");
  return One(Reversed(call, std::vector<bool>(flags.begin(), flags.end())));
}
LS_EVALUATE(ReverseV2) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  LS_TRY(const auto axes, AxesOf(call, 1, call.input(0).rank()));
  std::vector<bool> reversed(call.input(0).dims().size());
  for (int axis : axes) reversed[static_cast<size_t>(axis)] = true;
  return One(Reversed(call, reversed));
}

LS_EVALUATE(Tile) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  const Tensor& input = call.input(0);
  LS_TRY(const auto multiples, IntegersOf(call, 1));
  if (multiples.size() != input.dims().size()) {
    return call.Fail(fmt::format("{} multiples for a tensor of rank {}", multiples.size(), input.rank()));
  }
  // [multiple, dim] for each axis, read with stride 0 along the multiples.
  const Dims dense = DenseStrides(input.dims());
  Dims split, strides, dims;
  for (size_t axis = 0; axis < multiples.size(); ++axis) {
    if (multiples[axis] < 0) return call.Fail(fmt::format("multiple {} is negative", multiples[axis]));
    const auto dim = CheckedMul(multiples[axis], input.dims()[axis]);
    if (!dim) return call.Fail("its result cannot exist", Code::kLimitExceeded);
    split.insert(split.end(), {multiples[axis], input.dims()[axis]});
    strides.insert(strides.end(), {0, dense[axis]});
    dims.push_back(*dim);
  }
  LS_TRY(const Tensor output, Rearranged(call, input, split, strides, 0));
  return One(output.Reshaped(std::move(dims)));
}

LS_EVALUATE(BroadcastTo) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  const Tensor& input = call.input(0);
  LS_TRY(const Dims dims, IntegersOf(call, 1));
  bool fits = dims.size() >= input.dims().size();
  for (size_t back = 1; fits && back <= input.dims().size(); ++back) {
    const int64_t dim = input.dims()[input.dims().size() - back];
    fits = dim == 1 || dim == dims[dims.size() - back];
  }
  if (!fits) {
    return call.Fail(fmt::format("shape {} does not broadcast to {}", ToText(input.dims()), ToText(dims)));
  }
  return One(Rearranged(call, input, dims, BroadcastStrides(input.dims(), dims), 0));
}

namespace {

struct Padding {
  Dims before, output;  // per axis
};

// From an operand [rank, 2] of counts before and after.
Result<Padding> PaddingOf(const Call& call, const Dims& dims) {
  LS_TRY(const auto counts, IntegersOf(call, 1));
  if (counts.size() != 2 * dims.size()) {
    return call.Fail(fmt::format("{} counts of padding for a tensor of rank {}", counts.size(), dims.size()));
  }
  Padding padding;
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    const int64_t before = counts[2 * axis], after = counts[2 * axis + 1];
    const auto sum = CheckedAdd(before, after);
    const auto dim = sum ? CheckedAdd(*sum, dims[axis]) : std::nullopt;
    if (before < 0 || after < 0 || !dim) {
      return call.Fail(fmt::format("paddings {} and {} of axis {} make no sense", before, after, axis));
    }
    padding.before.push_back(before);
    padding.output.push_back(*dim);
  }
  return padding;
}

Result<Tensor> Padded(const Call& call, const Tensor* value) {
  const Tensor& input = call.input(0);
  LS_TRY(const Padding padding, PaddingOf(call, input.dims()));
  LS_TRY(const Source source, Source::Of(call, input));
  LS_TRY(Target target, Target::Of(call, input.dtype(), padding.output));
  if (value != nullptr) {
    LS_TRY(const Source filler, Source::Of(call, *value));
    target.Fill(filler.data());
  }
  const Dims strides = DenseStrides(padding.output);
  const int64_t offset =
      std::inner_product(strides.begin(), strides.end(), padding.before.begin(), int64_t{0});
  CopyElements(input.dims(), source.element_size(), source.data(), DenseStrides(input.dims()), 0,
               target.data(), strides, offset);
  return target.Finish(call);
}

}  // namespace

LS_EVALUATE(Pad) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  return One(Padded(call, nullptr));
}
LS_EVALUATE(PadV2) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 3));
  if (call.input(2).elements() != 1 || call.input(2).dtype() != call.input(0).dtype()) {
    return call.Fail("the value it pads with must be a scalar of the tensor's dtype");
  }
  return One(Padded(call, &call.input(2)));
}

// REFLECT leaves the edge out, SYMMETRIC repeats it. One axis at a time, so that corners follow by
// themselves.
LS_EVALUATE(MirrorPad) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  const int64_t edge = call.attributes().Text("mode", "REFLECT") == "REFLECT" ? 1 : 0;
  Tensor current = call.input(0);
  LS_TRY(const Padding padding, PaddingOf(call, current.dims()));
  LS_RETURN_IF_FAILED(CheckSize(call, padding.output, 1));
  for (size_t axis = 0; axis < padding.output.size(); ++axis) {
    const int64_t dim = current.dims()[axis], before = padding.before[axis];
    const int64_t after = padding.output[axis] - dim - before;
    if (before == 0 && after == 0) continue;
    if (std::max(before, after) > dim - edge) {
      return call.Fail(fmt::format("axis {} of {} is too short to be mirrored by {}", axis,
                                   ToText(current.dims()), std::max(before, after)));
    }
    Dims dims = current.dims();
    dims[axis] = padding.output[axis];
    LS_TRY(const Source source, Source::Of(call, current));
    LS_TRY(Target target, Target::Of(call, current.dtype(), dims));
    const Dims from = DenseStrides(current.dims()), to = DenseStrides(dims);
    Dims back = from;
    back[axis] = -from[axis];
    const auto copy = [&](int64_t count, const Dims& strides, int64_t first, int64_t place) {
      Dims part = current.dims();
      part[axis] = count;
      CopyElements(part, source.element_size(), source.data(), strides, first * from[axis], target.data(), to,
                   place * to[axis]);
    };
    copy(before, back, before - 1 + edge, 0);
    copy(dim, from, 0, before);
    copy(after, back, dim - 1 - edge, before + dim);
    LS_TRY(current, target.Finish(call));
  }
  return One(current);
}

LS_EVALUATE(Roll) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 3));
  const Tensor& input = call.input(0);
  LS_TRY(const auto shifts, IntegersOf(call, 1));
  LS_TRY(const auto axes, IntegersOf(call, 2));
  if (shifts.size() != axes.size()) return call.Fail("shift and axis differ in length");
  Dims total(input.dims().size(), 0);  // in [0, dim)
  for (size_t i = 0; i < axes.size(); ++i) {
    LS_TRY(const int wanted, AxisOf(call, axes[i], input.rank()));
    const auto axis = static_cast<size_t>(wanted);
    const int64_t dim = std::max<int64_t>(input.dims()[axis], 1);
    total[axis] = ((total[axis] + shifts[i] % dim) % dim + dim) % dim;
  }
  Tensor current = input;
  const Dims strides = DenseStrides(input.dims());
  for (size_t axis = 0; axis < total.size(); ++axis) {
    const int64_t shift = total[axis], dim = input.dims()[axis];
    if (shift == 0) continue;
    LS_TRY(const Source source, Source::Of(call, current));
    LS_TRY(Target target, Target::Of(call, input.dtype(), input.dims()));
    const auto copy = [&](int64_t count, int64_t from, int64_t to) {
      Dims part = input.dims();
      part[axis] = count;
      CopyElements(part, source.element_size(), source.data(), strides, from * strides[axis], target.data(),
                   strides, to * strides[axis]);
    };
    copy(dim - shift, 0, shift);
    copy(shift, dim - shift, 0);
    LS_TRY(current, target.Finish(call));
  }
  return One(current);
}

}  // namespace litesmith::evaluate
