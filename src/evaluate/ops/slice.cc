// Parts of tensors.
#include <algorithm>
#include <array>

#include "base/checked.h"
#include "evaluate/elements.h"
#include "evaluate/operands.h"

namespace litesmith::evaluate {

LS_EVALUATE(Slice) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 3));
  const Tensor& input = call.input(0);
  LS_TRY(const auto begin, IntegersOf(call, 1));
  LS_TRY(auto size, IntegersOf(call, 2));
  if (begin.size() != input.dims().size() || size.size() != input.dims().size()) {
    return call.Fail(fmt::format("begin {} and size {} do not fit a tensor of rank {}", ToText(begin),
                                 ToText(size), input.rank()));
  }
  const Dims strides = DenseStrides(input.dims());
  int64_t offset = 0;
  for (size_t axis = 0; axis < begin.size(); ++axis) {
    const int64_t dim = input.dims()[axis];
    const bool begins = begin[axis] >= 0 && begin[axis] <= dim;
    if (begins && size[axis] == -1) size[axis] = dim - begin[axis];
    if (!begins || size[axis] < 0 || size[axis] > dim - begin[axis]) {
      return call.Fail(fmt::format("{} elements from {} are not in axis {} of {}", size[axis], begin[axis],
                                   axis, ToText(input.dims())));
    }
    offset += begin[axis] * strides[axis];
  }
  return One(Rearranged(call, input, std::move(size), strides, offset));
}

namespace {

struct StridedPart {
  Dims dims, strides;  // one entry per input axis: what is taken, and how (in elements of the input)
  Dims shape;          // of the result: shrunk axes gone, new ones in
  int64_t offset = 0;
};

struct Masks {
  uint64_t begin, end, ellipsis, new_axis, shrink;
  explicit Masks(const Attributes& attributes)
      : begin(static_cast<uint64_t>(attributes.Int("begin_mask"))),
        end(static_cast<uint64_t>(attributes.Int("end_mask"))),
        ellipsis(static_cast<uint64_t>(attributes.Int("ellipsis_mask"))),
        new_axis(static_cast<uint64_t>(attributes.Int("new_axis_mask"))),
        shrink(static_cast<uint64_t>(attributes.Int("shrink_axis_mask"))) {}
};

// Takes axis `axis` from the entry's begin to end (numpy's rules), or one index of it if it shrinks.
Result<void> TakeAxis(const Call& call, StridedPart& part, size_t axis, std::array<int64_t, 3> entry,
                      bool open_begin, bool open_end, bool shrink) {
  auto [begin, end, stride] = entry;
  const Dims& input = call.input(0).dims();
  const int64_t dim = input[axis], step = DenseStrides(input)[axis];
  if (stride == 0) return call.Fail(fmt::format("the stride of axis {} is 0", axis));
  if (shrink) {
    const int64_t index = open_begin ? 0 : begin < 0 ? begin + dim : begin;
    if (index < 0 || index >= dim) {
      return call.Fail(fmt::format("index {} is not in axis {} of {}", begin, axis, ToText(input)));
    }
    if (stride < 0) return call.Fail("a single index is taken with a negative stride");
    part.offset += index * step;
    part.dims.push_back(1);
    part.strides.push_back(step);
    return {};
  }
  const int64_t low = stride > 0 ? 0 : -1, high = stride > 0 ? dim : dim - 1;
  const auto clamp = [&](int64_t value) { return std::clamp(value < 0 ? value + dim : value, low, high); };
  begin = open_begin ? (stride > 0 ? low : high) : clamp(begin);
  end = open_end ? (stride > 0 ? high : low) : clamp(end);
  const int64_t distance = stride > 0 ? end - begin : begin - end;
  // A stride longer than the axis takes one element whatever its length; cut it, so that nothing overflows.
  const int64_t bounded = std::clamp(stride, -dim - 1, dim + 1);
  const int64_t length = bounded > 0 ? bounded : -bounded;
  const int64_t count = distance <= 0 ? 0 : (distance + length - 1) / length;
  if (count > 0) part.offset += begin * step;
  part.dims.push_back(count);
  part.strides.push_back(bounded * step);
  part.shape.push_back(count);
  return {};
}

Result<StridedPart> StridedPartOf(const Call& call, size_t first_operand) {
  LS_TRY(const auto begin, IntegersOf(call, first_operand));
  LS_TRY(const auto end, IntegersOf(call, first_operand + 1));
  LS_TRY(const auto strides, IntegersOf(call, first_operand + 2));
  const size_t entries = begin.size();
  if (end.size() != entries || strides.size() != entries || entries > 64) {
    return call.Fail("begin, end and strides differ in length, or are longer than the masks");
  }
  const Masks masks(call.attributes());
  if ((masks.ellipsis & (masks.ellipsis - 1)) != 0) return call.Fail("there is more than one ellipsis");
  const auto has = [](uint64_t mask, size_t bit) { return (mask >> bit & 1) != 0; };

  const size_t rank = call.input(0).dims().size();
  size_t taken = 0;  // axes that entries other than the ellipsis take
  for (size_t i = 0; i < entries; ++i) taken += !has(masks.ellipsis, i) && !has(masks.new_axis, i);
  if (taken > rank) {
    return call.Fail(fmt::format("{} indices for a tensor of shape {}", taken, ToText(call.input(0).dims())));
  }
  StridedPart part;
  size_t axis = 0;
  bool seen_ellipsis = false;
  const auto take_whole = [&](size_t count) -> Result<void> {
    for (; count > 0; --count)
      LS_RETURN_IF_FAILED(TakeAxis(call, part, axis++, {0, 0, 1}, true, true, false));
    return {};
  };
  for (size_t i = 0; i < entries; ++i) {
    if (has(masks.ellipsis, i)) {
      LS_RETURN_IF_FAILED(take_whole(rank - taken));
      seen_ellipsis = true;
    } else if (has(masks.new_axis, i)) {
      part.shape.push_back(1);
    } else {
      LS_RETURN_IF_FAILED(TakeAxis(call, part, axis++, {begin[i], end[i], strides[i]}, has(masks.begin, i),
                                   has(masks.end, i), has(masks.shrink, i)));
    }
  }
  if (!seen_ellipsis) LS_RETURN_IF_FAILED(take_whole(rank - taken));
  return part;
}

}  // namespace

LS_EVALUATE(StridedSlice) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 4));
  LS_TRY(const StridedPart part, StridedPartOf(call, 1));
  LS_TRY(const Tensor output, Rearranged(call, call.input(0), part.dims, part.strides, part.offset));
  return One(output.Reshaped(part.shape));
}

// The tensor with that part replaced.
LS_EVALUATE(TensorStridedSliceUpdate) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 5));
  const Tensor &input = call.input(0), &value = call.input(4);
  LS_TRY(const StridedPart part, StridedPartOf(call, 1));
  if (value.dtype() != input.dtype() || value.dims() != part.shape) {
    return call.Fail(
        fmt::format("the part has shape {}, the update {}", ToText(part.shape), ToText(value.dims())));
  }
  LS_TRY(const Source whole, Source::Of(call, input));
  LS_TRY(const Source update, Source::Of(call, value));
  LS_TRY(Target target, Target::Of(call, input.dtype(), input.dims()));
  const Dims strides = DenseStrides(input.dims());
  CopyElements(input.dims(), whole.element_size(), whole.data(), strides, 0, target.data(), strides, 0);
  CopyElements(part.dims, whole.element_size(), update.data(), DenseStrides(part.dims), 0, target.data(),
               part.strides, part.offset);
  return One(target.Finish(call));
}

namespace {

// Cuts `axis` into pieces of the given lengths.
Result<Outputs> Cut(const Call& call, const Tensor& input, int axis, std::span<const int64_t> lengths) {
  const Dims strides = DenseStrides(input.dims());
  Outputs outputs;
  int64_t at = 0;
  for (int64_t length : lengths) {
    Dims dims = input.dims();
    dims[static_cast<size_t>(axis)] = length;
    LS_TRY(outputs.emplace_back(),
           Rearranged(call, input, std::move(dims), strides, at * strides[static_cast<size_t>(axis)]));
    at += length;
  }
  return outputs;
}

// Nodes have as many outputs as they have; an attribute that says otherwise must not cost memory.
Result<int64_t> PieceCount(const Call& call, int64_t count) {
  if (count < 1 || static_cast<uint64_t>(count) != call.node.output_count()) {
    return call.Fail(fmt::format("{} pieces for a node of {} outputs", count, call.node.output_count()),
                     Code::kGraphDamaged);
  }
  return count;
}

}  // namespace

LS_EVALUATE(Split) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  LS_TRY(const int64_t wanted, IntegerOf(call, 0));
  const Tensor& input = call.input(1);
  LS_TRY(const int axis, AxisOf(call, wanted, input.rank()));
  LS_TRY(const int64_t count, PieceCount(call, call.attributes().Int("num_split")));
  const int64_t dim = input.dims()[static_cast<size_t>(axis)];
  if (dim % count != 0)
    return call.Fail(fmt::format("axis {} of {} elements does not split by {}", axis, dim, count));
  return Cut(call, input, axis, std::vector<int64_t>(static_cast<size_t>(count), dim / count));
}

LS_EVALUATE(SplitV) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 3));
  const Tensor& input = call.input(0);
  LS_TRY(auto lengths, IntegersOf(call, 1));
  LS_TRY(const int64_t wanted, IntegerOf(call, 2));
  LS_TRY(const int axis, AxisOf(call, wanted, input.rank()));
  LS_RETURN_IF_FAILED(PieceCount(call, static_cast<int64_t>(lengths.size())));
  const int64_t dim = input.dims()[static_cast<size_t>(axis)];
  int64_t rest = dim;
  int64_t* open = nullptr;  // the one length that may be -1
  for (int64_t& length : lengths) {
    if (length == -1 && open == nullptr) {
      open = &length;
      continue;
    }
    if (length < 0 || length > rest)
      return call.Fail(fmt::format("lengths {} do not fit {}", ToText(lengths), dim));
    rest -= length;
  }
  if (open != nullptr)
    *open = rest;
  else if (rest != 0)
    return call.Fail(fmt::format("lengths {} do not add up to {}", ToText(lengths), dim));
  return Cut(call, input, axis, lengths);
}

LS_EVALUATE(Unpack) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  const Tensor& input = call.input(0);
  LS_TRY(const int axis, AxisOf(call, call.attributes().Int("axis"), input.rank()));
  LS_TRY(const int64_t count, PieceCount(call, input.dims()[static_cast<size_t>(axis)]));
  LS_TRY(Outputs outputs, Cut(call, input, axis, std::vector<int64_t>(static_cast<size_t>(count), 1)));
  Dims dims = input.dims();
  dims.erase(dims.begin() + axis);
  for (Tensor& output : outputs) output = output.Reshaped(dims);
  return outputs;
}

namespace {

// Puts tensors of one dtype after each other along `axis`.
Result<Tensor> Joined(const Call& call, std::span<const Tensor> parts, int axis) {
  const auto at = static_cast<size_t>(axis);
  Dims dims = parts[0].dims();
  for (const Tensor& part : parts.subspan(1)) {
    Dims other = part.dims();
    bool fits = part.dtype() == parts[0].dtype() && other.size() == dims.size();
    for (size_t i = 0; fits && i < dims.size(); ++i) fits = i == at || other[i] == dims[i];
    const auto sum = fits ? CheckedAdd(dims[at], other[at]) : std::nullopt;
    if (!sum) {
      return call.Fail(fmt::format("shapes {} and {} do not join along axis {}", ToText(parts[0].dims()),
                                   ToText(other), axis));
    }
    dims[at] = *sum;
  }
  LS_TRY(Target target, Target::Of(call, parts[0].dtype(), dims));
  const Dims strides = DenseStrides(dims);
  std::vector<Source> sources;  // keep their strings until the end
  int64_t place = 0;
  for (const Tensor& part : parts) {
    LS_TRY(sources.emplace_back(), Source::Of(call, part));
    CopyElements(part.dims(), target.element_size(), sources.back().data(), DenseStrides(part.dims()), 0,
                 target.data(), strides, place * strides[at]);
    place += part.dims()[at];
  }
  return target.Finish(call);
}

}  // namespace

LS_EVALUATE(ConcatV2) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2, SIZE_MAX));
  const size_t parts = call.inputs.size() - 1;
  LS_TRY(const int64_t wanted, IntegerOf(call, parts));
  LS_TRY(const int axis, AxisOf(call, wanted, call.input(0).rank()));
  return One(Joined(call, call.inputs.first(parts), axis));
}
LS_EVALUATE(Concat) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2, SIZE_MAX));
  LS_TRY(const int64_t wanted, IntegerOf(call, 0));
  LS_TRY(const int axis, AxisOf(call, wanted, call.input(1).rank()));
  return One(Joined(call, call.inputs.subspan(1), axis));
}
LS_EVALUATE(Pack) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1, SIZE_MAX));
  LS_TRY(const int axis, AxisOf(call, call.attributes().Int("axis"), call.input(0).rank() + 1));
  std::vector<Tensor> parts;
  for (const Tensor& input : call.inputs) {
    Dims dims = input.dims();
    if (dims != call.input(0).dims()) {
      return call.Fail(
          fmt::format("shapes {} and {} do not stack", ToText(call.input(0).dims()), ToText(dims)));
    }
    dims.insert(dims.begin() + axis, 1);
    parts.push_back(input.Reshaped(std::move(dims)));
  }
  return One(Joined(call, parts, axis));
}

// Where each part of a concatenation starts.
LS_EVALUATE(ConcatOffset) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2, SIZE_MAX));
  LS_TRY(const int64_t wanted, IntegerOf(call, 0));
  Outputs outputs;
  int64_t place = 0;
  for (size_t i = 1; i < call.inputs.size(); ++i) {
    LS_TRY(const auto dims, IntegersOf(call, i));
    LS_TRY(const int axis, AxisOf(call, wanted, static_cast<int>(dims.size())));
    Dims offsets(dims.size(), 0);
    offsets[static_cast<size_t>(axis)] = place;
    const auto next = CheckedAdd(place, dims[static_cast<size_t>(axis)]);
    if (!next) return call.Fail("the shapes are too large", Code::kLimitExceeded);
    place = *next;
    outputs.push_back(IntegerTensor(call.input(i).dtype(), call.input(i).dims(), offsets));
  }
  return outputs;
}

}  // namespace litesmith::evaluate
