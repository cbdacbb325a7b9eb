// Counts, places among sorted boundaries, and sparse lists made dense.
#include <algorithm>
#include <cstring>

#include "evaluate/dispatch.h"
#include "evaluate/elements.h"
#include "evaluate/operands.h"
#include "kernels/reference/arithmetic/integer.h"

namespace litesmith::evaluate {

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

template <class T>
T Sum(T a, T b) {
  if constexpr (std::is_integral_v<T>)
    return arithmetic::WrapAdd(a, b);
  else
    return a + b;
}

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
                                    count = Sum(count, weight);
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
