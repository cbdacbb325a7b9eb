// Reductions over axes.
#include <cmath>
#include <limits>

#include "evaluate/dispatch.h"
#include "evaluate/nested_loop.h"
#include "evaluate/operands.h"
#include "kernels/reference/arithmetic/integer.h"

namespace litesmith::evaluate {
namespace {

struct Reduction {
  Dims strides;      // of the reduced tensor, by the input's axes: 0 along reduced ones
  Dims output_dims;  // reduced axes left out, or 1 with keep_dims
  int64_t outputs = 1;
  int64_t reduced = 1;  // elements that go into each output
};

// From the operand of axes (input 1) and the attribute keep_dims.
Result<Reduction> ReductionOf(const Call& call) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  const Dims& dims = call.input(0).dims();
  LS_TRY(const auto axes, AxesOf(call, 1, static_cast<int>(dims.size())));
  std::vector<bool> is_reduced(dims.size());
  for (int axis : axes) is_reduced[static_cast<size_t>(axis)] = true;
  const bool keep = call.attributes().Bool("keep_dims");
  Reduction reduction;
  reduction.strides.resize(dims.size());
  for (size_t axis = dims.size(); axis-- > 0;) {
    if (is_reduced[axis]) {
      reduction.strides[axis] = 0;
      if (dims[axis] != 0) reduction.reduced *= dims[axis];
    }
  }
  bool empty = false;
  Dims kept;
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    if (is_reduced[axis]) empty |= dims[axis] == 0;
    if (!is_reduced[axis]) kept.push_back(dims[axis]);
    if (!is_reduced[axis] || keep) reduction.output_dims.push_back(is_reduced[axis] ? 1 : dims[axis]);
  }
  if (empty) reduction.reduced = 0;
  LS_TRY(reduction.outputs, CheckSize(call, kept, 1));
  const Dims dense = DenseStrides(kept);
  for (size_t axis = 0, at = 0; axis < dims.size(); ++axis) {
    if (!is_reduced[axis]) reduction.strides[axis] = dense[at++];
  }
  return reduction;
}

// Folds all elements of T into accumulators with `op`, and turns these into the output's elements with
// `finish`.
template <class T, class Accumulator, class Op, class Finish>
Result<Tensor> Fold(const Call& call, const Reduction& reduction, Accumulator initial, Op op, Finish finish) {
  const Tensor& input = call.input(0);
  LS_TRY(Tensor output, Allocate(call, kDTypeOf<T>, reduction.output_dims));
  std::vector<Accumulator> sums(static_cast<size_t>(reduction.outputs), initial);
  const T* from = input.data<T>().data();
  const NestedLoop<2> loop(input.dims(), {DenseStrides(input.dims()), reduction.strides});
  loop.Run([&](int64_t count, const auto& offsets, const auto& strides) {
    const T* elements = from + offsets[0];
    Accumulator* sum = sums.data() + offsets[1];
    if (strides[1] == 0) {
      Accumulator local = *sum;
      for (int64_t i = 0; i < count; ++i) local = op(local, elements[i * strides[0]]);
      *sum = local;
    } else {
      for (int64_t i = 0; i < count; ++i)
        sum[i * strides[1]] = op(sum[i * strides[1]], elements[i * strides[0]]);
    }
  });
  T* to = output.mutable_data<T>().data();
  for (size_t i = 0; i < sums.size(); ++i) to[i] = static_cast<T>(finish(sums[i]));
  return output;
}

// Sums are kept in double for floats, and wrap in 64 bits for integers.
template <class T>
struct WideType {
  using type = std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>;
};
template <class T>
requires std::is_floating_point_v<T>
struct WideType<T> {
  using type = double;
};
template <class T>
struct WideType<std::complex<T>> {
  using type = std::complex<double>;
};
template <class T>
using Wide = typename WideType<T>::type;

template <class W>
W WideAdd(W a, W b) {
  if constexpr (std::is_integral_v<W>)
    return arithmetic::WrapAdd(a, b);
  else
    return a + b;
}

template <class List, class Body>
Result<Outputs> Reduce(const Call& call, Body body) {
  LS_TRY(const Reduction reduction, ReductionOf(call));
  Result<Tensor> output = kFailed;
  if (!Dispatch(List{}, call.input(0).dtype(), [&]<class T>(std::type_identity<T>) {
        output = body.template operator()<T>(call, reduction);
      })) {
    return WrongDType(call, call.input(0).dtype());
  }
  return One(std::move(output));
}

struct Same {
  template <class T>
  T operator()(T x) const {
    return x;
  }
};

Result<Outputs> SumOf(const Call& call) {
  return Reduce<Numbers>(call, []<class T>(const Call& inner, const Reduction& reduction) {
    return Fold<T>(
        inner, reduction, Wide<T>{0}, [](Wide<T> sum, T x) { return WideAdd(sum, static_cast<Wide<T>>(x)); },
        Same{});
  });
}

// The mean of no integers is 0, that of no floats NaN.
Result<Outputs> MeanOf(const Call& call) {
  return Reduce<Numbers>(call, []<class T>(const Call& inner, const Reduction& reduction) {
    return Fold<T>(
        inner, reduction, Wide<T>{0}, [](Wide<T> sum, T x) { return WideAdd(sum, static_cast<Wide<T>>(x)); },
        [&](Wide<T> sum) {
          if constexpr (std::is_integral_v<T>) {
            return reduction.reduced == 0 ? Wide<T>{0} : sum / static_cast<Wide<T>>(reduction.reduced);
          } else {
            return sum / static_cast<double>(reduction.reduced);
          }
        });
  });
}

Result<Outputs> ProductOfAll(const Call& call) {
  return Reduce<Numbers>(call, []<class T>(const Call& inner, const Reduction& reduction) {
    return Fold<T>(
        inner, reduction, T{1},
        [](T product, T x) {
          if constexpr (std::is_integral_v<T>)
            return arithmetic::WrapMul(product, x);
          else
            return product * x;
        },
        Same{});
  });
}

template <class T>
constexpr T kMost = std::is_floating_point_v<T> ? std::numeric_limits<T>::infinity()
                                                : std::numeric_limits<T>::max();
template <class T>
constexpr T kLeast = std::is_floating_point_v<T> ? -kMost<T> : std::numeric_limits<T>::min();

// NaN anywhere gives NaN.
Result<Outputs> MaxOf(const Call& call) {
  return Reduce<Reals>(call, []<class T>(const Call& inner, const Reduction& reduction) {
    return Fold<T>(
        inner, reduction, kLeast<T>, [](T most, T x) { return most != most || most > x ? most : x; }, Same{});
  });
}
Result<Outputs> MinOf(const Call& call) {
  return Reduce<Reals>(call, []<class T>(const Call& inner, const Reduction& reduction) {
    return Fold<T>(
        inner, reduction, kMost<T>, [](T least, T x) { return least != least || least < x ? least : x; },
        Same{});
  });
}

Result<Outputs> NormOf(const Call& call) {
  return Reduce<Numbers>(call, []<class T>(const Call& inner, const Reduction& reduction) {
    if constexpr (kIsComplex<T>) {
      return Fold<T>(
          inner, reduction, 0.0, [](double sum, T x) { return sum + static_cast<double>(std::norm(x)); },
          [](double sum) { return static_cast<T>(std::sqrt(sum)); });
    } else {
      return Fold<T>(
          inner, reduction, 0.0,
          [](double sum, T x) { return sum + static_cast<double>(x) * static_cast<double>(x); },
          [](double sum) { return std::sqrt(sum); });
    }
  });
}

template <bool all>
Result<Outputs> Truth(const Call& call) {
  return Reduce<Bools>(call, []<class T>(const Call& inner, const Reduction& reduction) {
    return Fold<T>(
        inner, reduction, static_cast<uint8_t>(all),
        [](uint8_t so_far, bool x) { return static_cast<uint8_t>(all ? so_far & x : so_far | x); }, Same{});
  });
}

}  // namespace

LS_EVALUATE(Sum) { return InFloat32(call, SumOf); }
LS_EVALUATE(Mean) { return InFloat32(call, MeanOf); }
LS_EVALUATE(Prod) { return InFloat32(call, ProductOfAll); }
LS_EVALUATE(Max) { return InFloat32(call, MaxOf); }
LS_EVALUATE(Min) { return InFloat32(call, MinOf); }
LS_EVALUATE(EuclideanNorm) { return InFloat32(call, NormOf); }
LS_EVALUATE(All) { return Truth<true>(call); }
LS_EVALUATE(Any) { return Truth<false>(call); }

}  // namespace litesmith::evaluate
