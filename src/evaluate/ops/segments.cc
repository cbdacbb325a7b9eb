// Sums and the like over segments.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "evaluate/dispatch.h"
#include "evaluate/elements.h"
#include "evaluate/operands.h"
#include "kernels/reference/arithmetic/integer.h"

namespace litesmith::evaluate {
namespace {

enum class Segment { kSum, kProd, kMax, kMin, kMean, kSqrtN };

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
  [[maybe_unused]] const float narrow_limit =
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
        if constexpr (kind == Segment::kSqrtN && std::is_floating_point_v<T>) {
          if (count > 0) value /= std::sqrt(static_cast<T>(count));
        }
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

namespace {

// The rows of operand 0 that operand 1 names, folded by the segments of operand 2, of which operand 3 may
// give the number: what sums of embeddings are made of.
template <Segment kind>
Result<Outputs> SparseSegments(const Call& call, bool numbered) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, numbered ? 4 : 3));
  LS_TRY(const auto rows, IntegersOf(call, 1));
  LS_TRY(const auto ids, IntegersOf(call, 2));
  const Tensor& input = call.input(0);
  if (input.rank() < 1 || rows.size() != ids.size())
    return call.Fail("indices and segment ids do not fit together");
  if (!IsFloat(input.dtype())) return WrongDType(call, input.dtype());
  const bool bounded = ids.empty() || (ids.front() >= 0 && ids.back() < (int64_t{1} << 40));
  if (!std::ranges::is_sorted(ids) || !bounded) return call.Fail("the segment ids must rise from 0");
  int64_t segments = ids.empty() ? 0 : ids.back() + 1;
  if (numbered) {
    LS_TRY(const int64_t wanted, IntegerOf(call, 3));
    if (wanted < segments)
      return call.Fail(fmt::format("segment {} is not in [0, {})", segments - 1, wanted));
    segments = wanted;
  }
  LS_RETURN_IF_FAILED(CheckSize(call, std::span(&segments, 1), sizeof(int64_t)));
  Dims dims = input.dims();
  dims[0] = static_cast<int64_t>(rows.size());
  LS_TRY(const Source source, Source::Of(call, input));
  LS_TRY(Target target, Target::Of(call, input.dtype(), dims));
  const size_t piece = static_cast<size_t>(ProductOf(dims, 1, input.rank())) * source.element_size();
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] < 0 || rows[i] >= input.dims()[0])
      return call.Fail(fmt::format("row {} is not there", rows[i]));
    if (piece > 0)
      std::memcpy(target.data() + i * piece, source.data() + static_cast<size_t>(rows[i]) * piece, piece);
  }
  LS_TRY(const Tensor picked, target.Finish(call));
  return FoldSegments<kind>(call, picked, ids, {dims.begin() + 1, dims.end()}, segments, false);
}

}  // namespace

LS_EVALUATE(SparseSegmentSum) { return SparseSegments<Segment::kSum>(call, false); }
LS_EVALUATE(SparseSegmentSumWithNumSegments) { return SparseSegments<Segment::kSum>(call, true); }
LS_EVALUATE(SparseSegmentMean) { return SparseSegments<Segment::kMean>(call, false); }
LS_EVALUATE(SparseSegmentMeanWithNumSegments) { return SparseSegments<Segment::kMean>(call, true); }
LS_EVALUATE(SparseSegmentSqrtN) { return SparseSegments<Segment::kSqrtN>(call, false); }
LS_EVALUATE(SparseSegmentSqrtNWithNumSegments) { return SparseSegments<Segment::kSqrtN>(call, true); }

}  // namespace litesmith::evaluate
