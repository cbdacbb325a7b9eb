// Along one axis: places of extremes, running sums, softmax.
#include <algorithm>
#include <cmath>
#include <limits>

#include "evaluate/dispatch.h"
#include "evaluate/operands.h"
#include "kernels/reference/arithmetic/integer.h"

namespace litesmith::evaluate {
namespace {

// A tensor seen as [outer, length, inner] around one axis.
struct Line {
  int64_t outer = 1, length = 1, inner = 1;
};

Line LineOf(const Tensor& tensor, int axis) {
  return {ProductOf(tensor.dims(), 0, axis), tensor.dims()[static_cast<size_t>(axis)],
          ProductOf(tensor.dims(), axis + 1, tensor.rank())};
}

// The index of the first largest (or smallest) element; NaN is never larger, so a line of NaN gives 0.
template <bool largest>
Result<Outputs> ExtremeIndex(const Call& call) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  const Tensor input = Widen(call.input(0));
  LS_TRY(const int64_t wanted, IntegerOf(call, 1));
  LS_TRY(const int axis, AxisOf(call, wanted, input.rank()));
  const Line line = LineOf(input, axis);
  if (line.length == 0 && line.outer * line.inner != 0) return call.Fail("the axis it looks along is empty");
  Dims dims = input.dims();
  dims.erase(dims.begin() + axis);
  LS_TRY(const int64_t count, CheckSize(call, dims, sizeof(int64_t)));
  std::vector<int64_t> indices(static_cast<size_t>(count));
  const bool known = Dispatch(Join<Reals, Bools>{}, input.dtype(), [&]<class T>(std::type_identity<T>) {
    using Limits = std::numeric_limits<T>;
    const T* data = input.data<T>().data();
    for (int64_t o = 0; o < line.outer; ++o) {
      for (int64_t i = 0; i < line.inner; ++i) {
        const T* first = data + o * line.length * line.inner + i;
        T best = largest ? Limits::lowest() : Limits::max();
        if constexpr (Limits::has_infinity) best = largest ? -Limits::infinity() : Limits::infinity();
        int64_t index = 0;
        for (int64_t k = 0; k < line.length; ++k) {
          const T x = first[k * line.inner];
          if (largest ? x > best : x < best) {
            best = x;
            index = k;
          }
        }
        indices[static_cast<size_t>(o * line.inner + i)] = index;
      }
    }
  });
  if (!known) return WrongDType(call, call.input(0).dtype());
  return One(IntegerTensor(call.attributes().Type("output_type", DType::kInt64), std::move(dims), indices));
}

template <class List, class Op>
Result<Outputs> Accumulate(const Call& call, int neutral, Op op) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  const Tensor input = Widen(call.input(0));
  LS_TRY(const int64_t wanted, IntegerOf(call, 1));
  LS_TRY(const int axis, AxisOf(call, wanted, input.rank()));
  const Line line = LineOf(input, axis);
  const bool exclusive = call.attributes().Bool("exclusive"), reverse = call.attributes().Bool("reverse");
  LS_TRY(Tensor output, Allocate(call, input.dtype(), input.dims()));
  const bool known = Dispatch(List{}, input.dtype(), [&]<class T>(std::type_identity<T>) {
    const T* from = input.data<T>().data();
    T* to = output.mutable_data<T>().data();
    for (int64_t o = 0; o < line.outer; ++o) {
      for (int64_t i = 0; i < line.inner; ++i) {
        T sum = static_cast<T>(neutral);
        for (int64_t k = 0; k < line.length; ++k) {
          const int64_t place = reverse ? line.length - 1 - k : k;
          const int64_t at = (o * line.length + place) * line.inner + i;
          if (exclusive) to[at] = sum;
          sum = op(sum, from[at]);
          if (!exclusive) to[at] = sum;
        }
      }
    }
  });
  if (!known) return WrongDType(call, call.input(0).dtype());
  return One(Narrow(output, call.input(0).dtype()));
}

template <bool logarithm>
Result<Outputs> SoftmaxOf(const Call& call) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  const Tensor input = Widen(call.input(0));
  if (input.rank() < 1) return call.Fail("its operand is a scalar");
  const Line line = LineOf(input, input.rank() - 1);
  LS_TRY(Tensor output, Allocate(call, input.dtype(), input.dims()));
  const bool known = Dispatch(Floats{}, input.dtype(), [&]<class T>(std::type_identity<T>) {
    for (int64_t o = 0; o < line.outer; ++o) {
      const auto row =
          input.data<T>().subspan(static_cast<size_t>(o * line.length), static_cast<size_t>(line.length));
      T* to = output.mutable_data<T>().data() + o * line.length;
      T most = -std::numeric_limits<T>::infinity();
      for (T x : row) most = most != most || most > x ? most : x;
      double sum = 0;
      for (size_t k = 0; k < row.size(); ++k) {
        to[k] = logarithm ? row[k] - most : std::exp(row[k] - most);
        sum += logarithm ? std::exp(to[k]) : to[k];
      }
      const T log_sum = static_cast<T>(std::log(sum));
      for (size_t k = 0; k < row.size(); ++k) {
        to[k] = logarithm ? to[k] - log_sum : static_cast<T>(to[k] / sum);
      }
    }
  });
  if (!known) return WrongDType(call, call.input(0).dtype());
  return One(Narrow(output, call.input(0).dtype()));
}

}  // namespace

LS_EVALUATE(ArgMax) { return ExtremeIndex<true>(call); }
LS_EVALUATE(ArgMin) { return ExtremeIndex<false>(call); }

LS_EVALUATE(Cumsum) {
  return Accumulate<Numbers>(call, 0, []<class T>(T sum, T x) {
    if constexpr (std::is_integral_v<T>)
      return arithmetic::WrapAdd(sum, x);
    else
      return sum + x;
  });
}
LS_EVALUATE(Cumprod) {
  return Accumulate<Numbers>(call, 1, []<class T>(T product, T x) {
    if constexpr (std::is_integral_v<T>)
      return arithmetic::WrapMul(product, x);
    else
      return product * x;
  });
}
// log(sum(exp)) so far; that of nothing is minus infinity.
LS_EVALUATE(CumulativeLogsumexp) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  LS_TRY(const int64_t wanted, IntegerOf(call, 1));
  LS_TRY(const int axis, AxisOf(call, wanted, call.input(0).rank()));
  const Tensor input = Widen(call.input(0));
  const Line line = LineOf(input, axis);
  const bool exclusive = call.attributes().Bool("exclusive"), reverse = call.attributes().Bool("reverse");
  LS_TRY(Tensor output, Allocate(call, input.dtype(), input.dims()));
  const bool known = Dispatch(Floats{}, input.dtype(), [&]<class T>(std::type_identity<T>) {
    for (int64_t column = 0; column < line.outer * line.inner; ++column) {
      const int64_t first = column / line.inner * line.length * line.inner + column % line.inner;
      T sum = -std::numeric_limits<T>::infinity();
      for (int64_t k = 0; k < line.length; ++k) {
        const auto at = static_cast<size_t>(first + (reverse ? line.length - 1 - k : k) * line.inner);
        if (exclusive) output.mutable_data<T>()[at] = sum;
        const T x = input.data<T>()[at], high = std::max(sum, x), low = std::min(sum, x);
        sum = std::isinf(high) && high < 0 ? high : high + std::log1p(std::exp(low - high));
        if (!exclusive) output.mutable_data<T>()[at] = sum;
      }
    }
  });
  if (!known) return WrongDType(call, call.input(0).dtype());
  return One(Narrow(output, call.input(0).dtype()));
}

LS_EVALUATE(Softmax) { return SoftmaxOf<false>(call); }
LS_EVALUATE(LogSoftmax) { return SoftmaxOf<true>(call); }

}  // namespace litesmith::evaluate
