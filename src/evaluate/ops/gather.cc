// Picking and placing by index.
#include <algorithm>
#include <array>
#include <cstring>

#include "base/checked.h"
#include "evaluate/dispatch.h"
#include "evaluate/elements.h"
#include "evaluate/operands.h"
#include "kernels/reference/arithmetic/integer.h"

namespace litesmith::evaluate {
namespace {

// output[batch, outer, indices, inner] = params[batch, outer, indices[batch, ...], inner].
Result<Outputs> GatherAlong(const Call& call, int64_t wanted_axis, int64_t wanted_batch) {
  const Tensor &params = call.input(0), &places = call.input(1);
  LS_TRY(const auto indices, IntegersOf(call, 1));
  LS_TRY(const int axis, AxisOf(call, wanted_axis, params.rank()));
  const int64_t batch_dims = wanted_batch < 0 ? wanted_batch + places.rank() : wanted_batch;
  if (batch_dims < 0 || batch_dims > std::min(axis, places.rank()) ||
      !std::equal(places.dims().begin(), places.dims().begin() + batch_dims, params.dims().begin())) {
    return call.Fail(fmt::format("batch_dims {} does not fit shapes {} and {}", wanted_batch,
                                 ToText(params.dims()), ToText(places.dims())));
  }
  const int batched = static_cast<int>(batch_dims);
  const int64_t batch = ProductOf(params.dims(), 0, batched), outer = ProductOf(params.dims(), batched, axis);
  const int64_t length = params.dims()[static_cast<size_t>(axis)];
  const int64_t inner = ProductOf(params.dims(), axis + 1, params.rank());
  const int64_t count = ProductOf(places.dims(), batched, places.rank());
  Dims dims(params.dims().begin(), params.dims().begin() + axis);
  dims.insert(dims.end(), places.dims().begin() + batched, places.dims().end());
  dims.insert(dims.end(), params.dims().begin() + axis + 1, params.dims().end());
  LS_TRY(const Source source, Source::Of(call, params));
  LS_TRY(Target target, Target::Of(call, params.dtype(), std::move(dims)));
  for (int64_t index : indices) {
    if (index < 0 || index >= length)
      return call.Fail(fmt::format("index {} is not in [0, {})", index, length));
  }
  const size_t piece = static_cast<size_t>(inner) * source.element_size();
  if (piece == 0) return One(target.Finish(call));
  std::byte* to = target.data();
  for (int64_t b = 0; b < batch; ++b) {
    for (int64_t o = 0; o < outer; ++o) {
      for (int64_t i = 0; i < count; ++i, to += piece) {
        const int64_t index = indices[static_cast<size_t>(b * count + i)];
        std::memcpy(to, source.data() + static_cast<size_t>((b * outer + o) * length + index) * piece, piece);
      }
    }
  }
  return One(target.Finish(call));
}

}  // namespace

LS_EVALUATE(Gather) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  return GatherAlong(call, 0, 0);
}
LS_EVALUATE(GatherV2) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 3));
  LS_TRY(const int64_t axis, IntegerOf(call, 2));
  return GatherAlong(call, axis, call.attributes().Int("batch_dims"));
}

namespace {

// Indices [..., depth], each row of which names a slice of a tensor of shape `dims`.
struct Rows {
  int64_t count = 0;
  int64_t slice = 1;  // elements of a slice
  Dims slice_dims;
  std::vector<int64_t> offsets;  // first element of the slice of each row
};

Result<Rows> RowsOf(const Call& call, size_t operand, const Dims& dims) {
  const Tensor& indices = call.input(operand);
  LS_TRY(const auto values, IntegersOf(call, operand));
  const int64_t depth = indices.rank() == 0 ? -1 : indices.dims().back();
  if (depth < 0 || depth > static_cast<int64_t>(dims.size())) {
    return call.Fail(
        fmt::format("indices of shape {} do not point into {}", ToText(indices.dims()), ToText(dims)));
  }
  Rows rows;
  LS_TRY(rows.count,
         CheckSize(call, std::span(indices.dims()).first(indices.dims().size() - 1), sizeof(int64_t)));
  rows.slice_dims.assign(dims.begin() + depth, dims.end());
  rows.slice = ProductOf(dims, static_cast<int>(depth), static_cast<int>(dims.size()));
  const Dims strides = DenseStrides(dims);
  rows.offsets.resize(static_cast<size_t>(rows.count), 0);
  for (size_t row = 0; row < rows.offsets.size(); ++row) {
    for (size_t i = 0; i < static_cast<size_t>(depth); ++i) {
      const int64_t index = values[row * static_cast<size_t>(depth) + i];
      if (index < 0 || index >= dims[i]) {
        return call.Fail(fmt::format("index {} is not in axis {} of {}", index, i, ToText(dims)));
      }
      rows.offsets[row] += index * strides[i];
    }
  }
  return rows;
}

}  // namespace

LS_EVALUATE(GatherNd) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  const Tensor &params = call.input(0), &indices = call.input(1);
  LS_TRY(const Rows rows, RowsOf(call, 1, params.dims()));
  Dims dims(indices.dims().begin(), indices.dims().end() - 1);
  dims.insert(dims.end(), rows.slice_dims.begin(), rows.slice_dims.end());
  LS_TRY(const Source source, Source::Of(call, params));
  LS_TRY(Target target, Target::Of(call, params.dtype(), std::move(dims)));
  const size_t size = source.element_size(), piece = static_cast<size_t>(rows.slice) * size;
  for (size_t row = 0; piece > 0 && row < rows.offsets.size(); ++row) {
    std::memcpy(target.data() + row * piece, source.data() + static_cast<size_t>(rows.offsets[row]) * size,
                piece);
  }
  return One(target.Finish(call));
}

namespace {

enum class Update { kReplace, kAdd, kSub, kMax, kMin };

template <Update update, class T>
void Combine(T& old, T value) {
  if constexpr (update == Update::kMax)
    old = std::max(old, value);
  else if constexpr (update == Update::kMin)
    old = std::min(old, value);
  else if constexpr (std::is_same_v<T, bool>)
    old = old || value;
  else if constexpr (std::is_integral_v<T>) {
    old = update == Update::kAdd ? arithmetic::WrapAdd(old, value) : arithmetic::WrapSub(old, value);
  } else {
    old = update == Update::kAdd ? old + value : old - value;
  }
}

// A copy of `base` with the updates (operand `updates`) applied row by row, in the order of the rows.
template <Update update>
Result<Outputs> Scatter(const Call& call, const Tensor& base, size_t indices, size_t updates) {
  const Tensor& values = call.input(updates);
  LS_TRY(const Rows rows, RowsOf(call, indices, base.dims()));
  Dims wanted(call.input(indices).dims().begin(), call.input(indices).dims().end() - 1);
  wanted.insert(wanted.end(), rows.slice_dims.begin(), rows.slice_dims.end());
  if (values.dims() != wanted || values.dtype() != base.dtype()) {
    return call.Fail(fmt::format("the updates have shape {}, not {}", ToText(values.dims()), ToText(wanted)));
  }
  if constexpr (update == Update::kReplace) {
    LS_TRY(const Source source, Source::Of(call, base));
    LS_TRY(const Source news, Source::Of(call, values));
    LS_TRY(Target target, Target::Of(call, base.dtype(), base.dims()));
    const size_t size = source.element_size(), piece = static_cast<size_t>(rows.slice) * size;
    const Dims strides = DenseStrides(base.dims());
    CopyElements(base.dims(), size, source.data(), strides, 0, target.data(), strides, 0);
    for (size_t row = 0; piece > 0 && row < rows.offsets.size(); ++row) {
      std::memcpy(target.data() + static_cast<size_t>(rows.offsets[row]) * size, news.data() + row * piece,
                  piece);
    }
    return One(target.Finish(call));
  } else {
    const Tensor wide_base = Widen(base), wide_values = Widen(values);
    LS_TRY(Tensor output, Allocate(call, wide_base.dtype(), base.dims()));
    if (!output.bytes().empty()) {
      std::memcpy(output.mutable_bytes().data(), wide_base.bytes().data(), wide_base.bytes().size());
    }
    using List = std::conditional_t<update == Update::kMax || update == Update::kMin, Reals,
                                    std::conditional_t<update == Update::kAdd, Everything, Numbers>>;
    const bool known = Dispatch(List{}, wide_base.dtype(), [&]<class T>(std::type_identity<T>) {
      const T* from = wide_values.data<T>().data();
      T* to = output.mutable_data<T>().data();
      for (int64_t row = 0; row < rows.count; ++row) {
        T* place = to + rows.offsets[static_cast<size_t>(row)];
        for (int64_t i = 0; i < rows.slice; ++i) Combine<update>(place[i], from[row * rows.slice + i]);
      }
    });
    if (!known) return WrongDType(call, base.dtype());
    return One(Narrow(output, base.dtype()));
  }
}

template <Update update>
Result<Outputs> TensorScatter(const Call& call) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 3));
  return Scatter<update>(call, call.input(0), 1, 2);
}

}  // namespace

// Indices that repeat are added up.
LS_EVALUATE(ScatterNd) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 3));
  LS_TRY(Dims dims, IntegersOf(call, 2));
  if (call.input(1).dtype() == DType::kString) return WrongDType(call, DType::kString);
  LS_TRY(const Tensor zeros, Allocate(call, call.input(1).dtype(), std::move(dims)));
  return Scatter<Update::kAdd>(call, zeros, 0, 1);
}
LS_EVALUATE(ScatterNdNonAliasingAdd) { return TensorScatter<Update::kAdd>(call); }
LS_EVALUATE(TensorScatterUpdate) { return TensorScatter<Update::kReplace>(call); }
LS_EVALUATE(TensorScatterAdd) { return TensorScatter<Update::kAdd>(call); }
LS_EVALUATE(TensorScatterSub) { return TensorScatter<Update::kSub>(call); }
LS_EVALUATE(TensorScatterMax) { return TensorScatter<Update::kMax>(call); }
LS_EVALUATE(TensorScatterMin) { return TensorScatter<Update::kMin>(call); }

LS_EVALUATE(InvertPermutation) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  LS_RETURN_IF_FAILED(ExpectRank(call, 0, 1));
  LS_TRY(const auto values, IntegersOf(call, 0));
  std::vector<int64_t> places(values.size(), -1);
  for (size_t i = 0; i < values.size(); ++i) {
    const bool inside = values[i] >= 0 && static_cast<size_t>(values[i]) < values.size();
    if (!inside || places[static_cast<size_t>(values[i])] != -1) {
      return call.Fail(
          fmt::format("{} is not there, or twice, in a permutation of {}", values[i], values.size()));
    }
    places[static_cast<size_t>(values[i])] = static_cast<int64_t>(i);
  }
  return One(IntegerTensor(call.input(0).dtype(), call.input(0).dims(), places));
}

// Flat indices into a tensor of shape `dims` as one row of coordinates per dimension.
LS_EVALUATE(UnravelIndex) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  LS_TRY(const auto indices, IntegersOf(call, 0));
  LS_TRY(const Dims dims, IntegersOf(call, 1));
  LS_RETURN_IF_FAILED(CheckSize(call, dims, 1));
  LS_RETURN_IF_FAILED(
      CheckSize(call, std::to_array<int64_t>({std::ssize(indices), std::ssize(dims)}), sizeof(int64_t)));
  const auto total = CheckedProduct(dims);
  const size_t rank = dims.size();
  std::vector<int64_t> coordinates(indices.size() * rank);
  for (size_t i = 0; i < indices.size(); ++i) {
    int64_t rest = indices[i];
    if (rest < 0 || rest >= *total)
      return call.Fail(fmt::format("index {} is not in {}", rest, ToText(dims)));
    for (size_t axis = rank; axis-- > 0;) {
      coordinates[axis * indices.size() + i] = rest % dims[axis];
      rest /= dims[axis];
    }
  }
  Dims output{static_cast<int64_t>(rank)};
  if (call.input(0).rank() > 0) output.push_back(call.input(0).elements());
  return One(IntegerTensor(call.input(0).dtype(), std::move(output), coordinates));
}

// Per batch entry, the first seq_lengths[b] elements along seq_dim go backwards.
LS_EVALUATE(ReverseSequence) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  const Tensor& input = call.input(0);
  LS_TRY(const auto lengths, IntegersOf(call, 1));
  LS_TRY(const int seq_axis, AxisOf(call, call.attributes().Int("seq_dim"), input.rank()));
  LS_TRY(const int batch_axis, AxisOf(call, call.attributes().Int("batch_dim"), input.rank()));
  const auto seq = static_cast<size_t>(seq_axis), batch = static_cast<size_t>(batch_axis);
  const Dims& dims = input.dims();
  if (seq == batch || static_cast<int64_t>(lengths.size()) != dims[batch]) {
    return call.Fail("axes and number of lengths do not fit");
  }
  LS_TRY(const Source source, Source::Of(call, input));
  LS_TRY(Target target, Target::Of(call, input.dtype(), dims));
  const Dims strides = DenseStrides(dims);
  for (size_t b = 0; b < lengths.size(); ++b) {
    const int64_t length = lengths[b], first = static_cast<int64_t>(b) * strides[batch];
    if (length < 0 || length > dims[seq])
      return call.Fail(fmt::format("length {} exceeds {}", length, dims[seq]));
    Dims part = dims, back = strides;
    part[batch] = 1;
    part[seq] = length;
    back[seq] = -strides[seq];
    CopyElements(part, source.element_size(), source.data(), back, first + (length - 1) * strides[seq],
                 target.data(), strides, first);
    part[seq] = dims[seq] - length;
    const int64_t rest = first + length * strides[seq];
    CopyElements(part, source.element_size(), source.data(), strides, rest, target.data(), strides, rest);
  }
  return One(target.Finish(call));
}

}  // namespace litesmith::evaluate
