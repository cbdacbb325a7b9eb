// Sums and the like over segments, counts, and places among sorted boundaries.
#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "evaluate/dispatch.h"
#include "evaluate/elements.h"
#include "evaluate/operands.h"
#include "kernels/reference/arithmetic/integer.h"

namespace litesmith::evaluate {
namespace {

enum class Segment { kSum, kProd, kMax, kMin, kMean };

template <Segment kind, class T>
T Start() {
  if constexpr (kind == Segment::kProd)
    return T{1};
  else if constexpr (kind == Segment::kMax)
    return std::numeric_limits<T>::lowest();
  else if constexpr (kind == Segment::kMin)
    return std::numeric_limits<T>::max();
  else
    return T{0};
}

template <Segment kind, class T>
void Take(T& sum, T value) {
  if constexpr (kind == Segment::kMax)
    sum = std::max(sum, value);
  else if constexpr (kind == Segment::kMin)
    sum = std::min(sum, value);
  else if constexpr (kind == Segment::kProd) {
    if constexpr (std::is_integral_v<T>)
      sum = arithmetic::WrapMul(sum, value);
    else
      sum *= value;
  } else if constexpr (std::is_integral_v<T>) {
    sum = arithmetic::WrapAdd(sum, value);
  } else {
    sum += value;
  }
}

// Rows of `input` (all dimensions after the ids') folded into `segments` rows; ids are in [-1, segments), -1
// is left out. Segments without rows hold `empty_neutral` ? the fold's neutral element : zero (one for
// products).
template <Segment kind>
Result<Outputs> FoldSegments(const Call& call, const Tensor& original, const std::vector<int64_t>& ids,
                             Dims row_dims, int64_t segments, bool empty_neutral) {
  const Tensor input = Widen(original);
  // The largest finite numbers of the 16-bit floats, which float32 exceeds.
  const float narrow_limit =
      original.dtype() == DType::kFloat16 ? 65504.0f : std::bit_cast<float>(0x7f7f0000u);
  const int64_t row = ProductOf(row_dims, 0, static_cast<int>(row_dims.size()));
  Dims dims{segments};
  dims.insert(dims.end(), row_dims.begin(), row_dims.end());
  LS_TRY(Tensor output, Allocate(call, input.dtype(), std::move(dims)));
  std::vector<int64_t> counts(static_cast<size_t>(segments));
  using List = std::conditional_t<kind == Segment::kMax || kind == Segment::kMin, Reals, Numbers>;
  const bool known = Dispatch(List{}, input.dtype(), [&]<class T>(std::type_identity<T>) {
    T* to = output.mutable_data<T>().data();
    const T* from = input.data<T>().data();
    T start = Start<kind, T>();
    if constexpr (std::is_same_v<T, float> && (kind == Segment::kMax || kind == Segment::kMin)) {
      if (Is16BitFloat(original.dtype())) start = std::clamp(start, -narrow_limit, narrow_limit);
    }
    std::fill_n(to, output.elements(), start);
    for (size_t i = 0; i < ids.size(); ++i, from += row) {
      if (ids[i] < 0) continue;
      ++counts[static_cast<size_t>(ids[i])];
      for (int64_t k = 0; k < row; ++k) Take<kind, T>(to[ids[i] * row + k], from[k]);
    }
    for (int64_t s = 0; s < segments; ++s) {
      const int64_t count = counts[static_cast<size_t>(s)];
      for (int64_t k = 0; k < row; ++k) {
        T& value = to[s * row + k];
        if (count == 0 && !empty_neutral && kind != Segment::kProd) value = T{0};
        if constexpr (kind == Segment::kMean) {
          if (count > 0) value = static_cast<T>(value / static_cast<T>(count));
        }
      }
    }
  });
  if (!known) return WrongDType(call, original.dtype());
  return One(Narrow(output, original.dtype()));
}

// Ids do not decrease, and count from 0.
template <Segment kind>
Result<Outputs> SortedSegments(const Call& call) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  LS_RETURN_IF_FAILED(ExpectRank(call, 1, 1));
  LS_TRY(const auto ids, IntegersOf(call, 1));
  const Tensor& input = call.input(0);
  if (input.rank() < 1 || input.dims()[0] != static_cast<int64_t>(ids.size())) {
    return call.Fail(fmt::format("{} segment ids for shape {}", ids.size(), ToText(input.dims())));
  }
  const int64_t last = ids.empty() ? -1 : ids.back();
  if (!std::ranges::is_sorted(ids) || (!ids.empty() && ids.front() < 0) || last > (int64_t{1} << 40)) {
    return call.Fail("the segment ids must rise from 0");
  }
  LS_RETURN_IF_FAILED(CheckSize(call, std::span(&last, last < 0 ? 0 : 1), sizeof(int64_t)));
  return FoldSegments<kind>(call, input, ids, {input.dims().begin() + 1, input.dims().end()}, last + 1,
                            false);
}

template <Segment kind>
Result<Outputs> UnsortedSegments(const Call& call) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 3));
  LS_TRY(auto ids, IntegersOf(call, 1));
  LS_TRY(const int64_t segments, IntegerOf(call, 2));
  const Dims &dims = call.input(0).dims(), &id_dims = call.input(1).dims();
  if (id_dims.size() > dims.size() || !std::equal(id_dims.begin(), id_dims.end(), dims.begin())) {
    return call.Fail(fmt::format("ids of shape {} for shape {}", ToText(id_dims), ToText(dims)));
  }
  LS_RETURN_IF_FAILED(CheckSize(call, std::span(&segments, 1), sizeof(int64_t)));
  for (int64_t& id : ids) {
    if (id >= segments) return call.Fail(fmt::format("segment {} is not in [0, {})", id, segments));
    id = std::max<int64_t>(id, -1);
  }
  return FoldSegments<kind>(call, call.input(0), ids,
                            {dims.begin() + static_cast<ptrdiff_t>(id_dims.size()), dims.end()}, segments,
                            true);
}

}  // namespace

LS_EVALUATE(SegmentSum) { return SortedSegments<Segment::kSum>(call); }
LS_EVALUATE(SegmentProd) { return SortedSegments<Segment::kProd>(call); }
LS_EVALUATE(SegmentMax) { return SortedSegments<Segment::kMax>(call); }
LS_EVALUATE(SegmentMin) { return SortedSegments<Segment::kMin>(call); }
LS_EVALUATE(SegmentMean) { return SortedSegments<Segment::kMean>(call); }
LS_EVALUATE(UnsortedSegmentSum) { return UnsortedSegments<Segment::kSum>(call); }
LS_EVALUATE(UnsortedSegmentProd) { return UnsortedSegments<Segment::kProd>(call); }
LS_EVALUATE(UnsortedSegmentMax) { return UnsortedSegments<Segment::kMax>(call); }
LS_EVALUATE(UnsortedSegmentMin) { return UnsortedSegments<Segment::kMin>(call); }

// How many boundaries each element has reached.
LS_EVALUATE(Bucketize) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  const auto boundaries = call.attributes().Get<std::vector<float>>("boundaries");
  if (!std::ranges::is_sorted(boundaries)) return call.Fail("the boundaries must not decrease");
  const Tensor input = Widen(call.input(0));
  LS_TRY(Tensor output, Allocate(call, DType::kInt32, input.dims()));
  const bool known = Dispatch(Reals{}, input.dtype(), [&]<class T>(std::type_identity<T>) {
    std::ranges::transform(input.data<T>(), output.mutable_data<int32_t>().begin(), [&](T value) {
      // The first boundary that is greater; none is greater than NaN.
      const auto above = std::upper_bound(boundaries.begin(), boundaries.end(), value,
                                          [](T x, float boundary) { return x < static_cast<T>(boundary); });
      return static_cast<int32_t>(above - boundaries.begin());
    });
  });
  if (!known) return WrongDType(call, call.input(0).dtype());
  return One(output);
}

namespace {

template <bool upper>
Result<Outputs> Bound(const Call& call) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  LS_RETURN_IF_FAILED(ExpectRank(call, 0, 2));
  LS_RETURN_IF_FAILED(ExpectRank(call, 1, 2));
  const Tensor sorted = Widen(call.input(0)), values = Widen(call.input(1));
  if (sorted.dtype() != values.dtype() || sorted.dims()[0] != values.dims()[0]) {
    return call.Fail("sorted sequences and values do not fit together");
  }
  std::vector<int64_t> places;
  const auto width = static_cast<size_t>(sorted.dims()[1]), count = static_cast<size_t>(values.dims()[1]);
  const bool known = Dispatch(Reals{}, sorted.dtype(), [&]<class T>(std::type_identity<T>) {
    for (size_t row = 0; row < static_cast<size_t>(sorted.dims()[0]); ++row) {
      const auto line = sorted.data<T>().subspan(row * width, width);
      for (T value : values.data<T>().subspan(row * count, count)) {
        const auto found =
            upper ? std::ranges::upper_bound(line, value) : std::ranges::lower_bound(line, value);
        places.push_back(found - line.begin());
      }
    }
  });
  if (!known) return WrongDType(call, call.input(0).dtype());
  return One(IntegerTensor(call.attributes().Type("out_type", DType::kInt32), values.dims(), places));
}

}  // namespace

LS_EVALUATE(LowerBound) { return Bound<false>(call); }
LS_EVALUATE(UpperBound) { return Bound<true>(call); }

namespace {

// Rows of `values` counted in [rows, size]; what is `size` or more is left out.
Result<Outputs> Count(const Call& call, size_t size_operand, size_t weights_operand, bool binary) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 3));
  LS_TRY(const auto values, IntegersOf(call, 0));
  LS_TRY(const int64_t size, IntegerOf(call, size_operand));
  const Tensor& weights = call.input(weights_operand);
  if (size < 0 || call.input(0).rank() > 2)
    return call.Fail("counts of negative size or of a tensor beyond a matrix");
  if (weights.elements() != 0 && weights.dims() != call.input(0).dims())
    return call.Fail("weights of another shape");
  Dims dims = call.input(0).rank() == 2 ? Dims{call.input(0).dims()[0], size} : Dims{size};
  const int64_t width = call.input(0).rank() == 2 ? call.input(0).dims()[1] : call.input(0).elements();
  LS_TRY(Tensor output, Allocate(call, weights.dtype(), std::move(dims)));
  bool negative = false;
  const bool known = Dispatch(Types<int32_t, int64_t, float, double>{}, weights.dtype(),
                              [&]<class T>(std::type_identity<T>) {
                                T* to = output.mutable_data<T>().data();
                                for (size_t i = 0; i < values.size(); ++i) {
                                  negative |= values[i] < 0;
                                  if (values[i] < 0 || values[i] >= size) continue;
                                  T& count = to[static_cast<int64_t>(i) / width * size + values[i]];
                                  const T weight = weights.elements() == 0 ? T{1} : weights.data<T>()[i];
                                  if (binary)
                                    count = T{1};
                                  else
                                    Take<Segment::kSum, T>(count, weight);
                                }
                              });
  if (!known) return WrongDType(call, weights.dtype());
  if (negative) return call.Fail("negative numbers cannot be counted");
  return One(output);
}

}  // namespace

LS_EVALUATE(Bincount) { return Count(call, 1, 2, false); }
LS_EVALUATE(DenseBincount) { return Count(call, 1, 2, call.attributes().Bool("binary_output")); }

// Operands: indices [n, rank] (or [n], or a scalar), the shape, values [n] or a scalar, the value elsewhere.
LS_EVALUATE(SparseToDense) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 4));
  LS_TRY(const auto indices, IntegersOf(call, 0));
  LS_TRY(const Dims dims, IntegersOf(call, 1));
  const Tensor &values = call.input(2), &elsewhere = call.input(3);
  const size_t rank = dims.size();
  const size_t rows = call.input(0).rank() == 0 ? 1 : static_cast<size_t>(call.input(0).dims()[0]);
  if (indices.size() != rows * rank || elsewhere.elements() != 1 || elsewhere.dtype() != values.dtype() ||
      (values.rank() != 0 && values.elements() != static_cast<int64_t>(rows))) {
    return call.Fail("indices, shape and values do not fit together");
  }
  LS_TRY(const Source source, Source::Of(call, values));
  LS_TRY(const Source other, Source::Of(call, elsewhere));
  LS_TRY(Target target, Target::Of(call, values.dtype(), dims));
  target.Fill(other.data());
  const Dims strides = DenseStrides(dims);
  const size_t size = source.element_size();
  for (size_t row = 0; row < rows; ++row) {
    int64_t at = 0;
    for (size_t axis = 0; axis < rank; ++axis) {
      const int64_t index = indices[row * rank + axis];
      if (index < 0 || index >= dims[axis])
        return call.Fail(fmt::format("index {} is not in {}", index, ToText(dims)));
      at += index * strides[axis];
    }
    std::memcpy(target.data() + static_cast<size_t>(at) * size,
                source.data() + (values.rank() == 0 ? 0 : row * size), size);
  }
  return One(target.Finish(call));
}

}  // namespace litesmith::evaluate
