// Tensors made from a few numbers.
#include <cmath>
#include <cstring>

#include "evaluate/dispatch.h"
#include "evaluate/elements.h"
#include "evaluate/operands.h"
#include "kernels/reference/arithmetic/integer.h"

namespace litesmith::evaluate {
namespace {

// One 1 of a dtype.
Result<Tensor> OneOf(const Call& call, DType dtype) {
  if (Is16BitFloat(dtype)) return Narrow(Tensor::Scalar<float>(1), dtype);
  LS_TRY(Tensor one, Allocate(call, dtype, {}));
  if (!Dispatch(Everything{}, dtype,
                [&]<class T>(std::type_identity<T>) { one.mutable_data<T>()[0] = T{1}; })) {
    return WrongDType(call, dtype);
  }
  return one;
}

Result<Tensor> Filled(const Call& call, Dims dims, const Tensor& value) {
  LS_TRY(const Source source, Source::Of(call, value));
  LS_TRY(Target target, Target::Of(call, value.dtype(), std::move(dims)));
  target.Fill(source.data());
  return target.Finish(call);
}

}  // namespace

LS_EVALUATE(Fill) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  LS_TRY(Dims dims, IntegersOf(call, 0));
  LS_RETURN_IF_FAILED(ExpectRank(call, 1, 0));
  return One(Filled(call, std::move(dims), call.input(1)));
}
LS_EVALUATE(ZerosLike) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  LS_TRY(Target target, Target::Of(call, call.input(0).dtype(), call.input(0).dims()));
  return One(target.Finish(call));
}
LS_EVALUATE(OnesLike) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  LS_TRY(const Tensor one, OneOf(call, call.input(0).dtype()));
  return One(Filled(call, call.input(0).dims(), one));
}
LS_EVALUATE(Empty) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  LS_TRY(Dims dims, IntegersOf(call, 0));
  LS_TRY(Target target, Target::Of(call, call.attributes().Type("dtype", DType::kFloat32), std::move(dims)));
  return One(target.Finish(call));
}

// start, start + delta, ... before limit; floats by adding up, as TensorFlow does.
LS_EVALUATE(Range) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 3));
  Result<Tensor> output = kFailed;
  const Tensor operands[] = {Widen(call.input(0)), Widen(call.input(1)), Widen(call.input(2))};
  for (const Tensor& operand : operands) {
    if (operand.elements() != 1) return call.Fail("start, limit and delta must be scalars");
    if (operand.dtype() != operands[0].dtype())
      return call.Fail("its operands differ in dtype", Code::kDtypeMismatch);
  }
  const bool known = Dispatch(Reals{}, operands[0].dtype(), [&]<class T>(std::type_identity<T>) {
    const T start = operands[0].data<T>()[0], limit = operands[1].data<T>()[0],
            delta = operands[2].data<T>()[0];
    if (!(delta != 0) || (delta > 0 ? start > limit : start < limit)) {
      output = call.Fail(fmt::format("from {} to {} in steps of {} never ends", start, limit, delta));
      return;
    }
    double size = 0;
    if constexpr (std::is_integral_v<T>) {
      using U = std::make_unsigned_t<std::common_type_t<T, int64_t>>;
      const U distance = delta > 0 ? static_cast<U>(limit) - static_cast<U>(start)
                                   : static_cast<U>(start) - static_cast<U>(limit);
      const U step = delta > 0 ? static_cast<U>(delta) : U{0} - static_cast<U>(delta);
      size = static_cast<double>(distance / step + (distance % step != 0));
    } else {
      size = std::ceil(
          std::abs((static_cast<double>(limit) - static_cast<double>(start)) / static_cast<double>(delta)));
    }
    if (!(size < 9e18)) {
      output = call.Fail(fmt::format("its result has {} elements", size), Code::kLimitExceeded);
      return;
    }
    output = Allocate(call, kDTypeOf<T>, {static_cast<int64_t>(size)});
    if (!output) return;
    T value = start;
    for (T& element : output->template mutable_data<T>()) {
      element = value;
      if constexpr (std::is_integral_v<T>)
        value = arithmetic::WrapAdd(value, delta);
      else
        value += delta;
    }
  });
  if (!known) return WrongDType(call, call.input(0).dtype());
  if (!output) return kFailed;
  return One(Narrow(*output, call.input(0).dtype()));
}

LS_EVALUATE(LinSpace) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 3));
  LS_TRY(const int64_t count, IntegerOf(call, 2));
  if (count < 1) return call.Fail(fmt::format("it makes {} numbers, and must make at least one", count));
  const Tensor start = Widen(call.input(0)), stop = Widen(call.input(1));
  if (start.elements() != 1 || stop.elements() != 1 || start.dtype() != stop.dtype()) {
    return call.Fail("start and stop must be scalars of one dtype");
  }
  LS_TRY(Tensor output, Allocate(call, start.dtype(), {count}));
  const bool known = Dispatch(Floats{}, start.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto to = output.mutable_data<T>();
    const T first = start.scalar<T>(), last = stop.scalar<T>();
    to[0] = first;
    const T step = count > 1 ? (last - first) / static_cast<T>(count - 1) : T{0};
    for (size_t i = 1; i + 1 < to.size(); ++i) to[i] = first + step * static_cast<T>(i);
    if (count > 1) to[to.size() - 1] = last;
  });
  if (!known) return WrongDType(call, call.input(0).dtype());
  return One(Narrow(output, call.input(0).dtype()));
}

LS_EVALUATE(OneHot) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 4));
  LS_TRY(const auto indices, IntegersOf(call, 0));
  LS_TRY(const int64_t depth, IntegerOf(call, 1));
  if (depth < 0) return call.Fail(fmt::format("depth {} is negative", depth));
  const Tensor &on = call.input(2), &off = call.input(3);
  if (on.elements() != 1 || off.elements() != 1 || on.dtype() != off.dtype()) {
    return call.Fail("on_value and off_value must be scalars of one dtype");
  }
  const int rank = call.input(0).rank();
  LS_TRY(const int axis, AxisOf(call, call.attributes().Int("axis", -1), rank + 1));
  Dims dims = call.input(0).dims();
  const int64_t inner = ProductOf(dims, axis, rank);
  dims.insert(dims.begin() + axis, depth);
  LS_TRY(const Source one, Source::Of(call, on));
  LS_TRY(const Source other, Source::Of(call, off));
  LS_TRY(Target target, Target::Of(call, on.dtype(), std::move(dims)));
  target.Fill(other.data());
  for (size_t i = 0; i < indices.size(); ++i) {
    if (indices[i] < 0 || indices[i] >= depth) continue;
    const int64_t place = static_cast<int64_t>(i);
    const int64_t at = (place / inner * depth + indices[i]) * inner + place % inner;
    std::memcpy(target.data() + static_cast<size_t>(at) * one.element_size(), one.data(), one.element_size());
  }
  return One(target.Finish(call));
}

}  // namespace litesmith::evaluate
