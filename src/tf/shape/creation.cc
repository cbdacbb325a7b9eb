// Tensors from nothing or from numbers: constants, ranges, fills, random numbers.
#include <cmath>

#include "tf/shape/common.h"

namespace litesmith::tf::shape {
namespace {

constexpr int64_t kMaxElementsOfValue = 256;

std::optional<double> Number(const ShapeContext& context, size_t operand) {
  if (const auto integer = context.scalar(operand)) return static_cast<double>(*integer);
  const Tensor* tensor = context.constant(operand);
  if (tensor == nullptr || tensor->elements() != 1) return std::nullopt;
  const auto values = tensor->ToDouble();
  return values ? std::optional((*values)[0]) : std::nullopt;
}

}  // namespace

Result<void> Constant(ShapeContext& context) {
  if (const auto* tensor = context.attributes().FindAs<Tensor>("value")) {
    context.set_output(0, tensor->dtype(), Shape::Of(tensor->dims()));
  }
  return {};
}

// The attribute "shape" says it all.
Result<void> ShapeFromAttribute(ShapeContext& context) {
  context.set_shape(0, context.attributes().Get<Shape>("shape"));
  return {};
}

Result<void> Placeholder(ShapeContext& context) { return ShapeFromAttribute(context); }

Result<void> ShapeFromOperand(ShapeContext& context) {
  context.set_shape(0, context.value_as_shape(0));
  return {};
}

Result<void> ShapeFromThird(ShapeContext& context) {
  context.set_shape(0, context.value_as_shape(2));
  return {};
}

// Fill(dims, value), Empty(shape).
Result<void> Fill(ShapeContext& context) {
  Shape shape = context.value_as_shape(0);
  const auto value = context.value(1);
  const auto elements = shape.elements();
  if (value && value->size() == 1 && elements && shape.rank() <= 1 && *elements <= kMaxElementsOfValue) {
    context.set_value(0, PartialValue(static_cast<size_t>(*elements), (*value)[0]));
  }
  context.set_shape(0, std::move(shape));
  return {};
}

Result<void> FillLike(ShapeContext& context, int64_t number) {
  const Shape& input = context.input(0);
  const auto elements = input.elements();
  context.set_shape(0, input);
  if (elements && input.rank() <= 1 && *elements <= kMaxElementsOfValue &&
      IsInteger(context.input_dtype(0))) {
    context.set_value(0, PartialValue(static_cast<size_t>(*elements), Dim(number)));
  }
  return {};
}
Result<void> ZerosLike(ShapeContext& context) { return FillLike(context, 0); }
Result<void> OnesLike(ShapeContext& context) { return FillLike(context, 1); }

// Range(start, limit, delta): ceil((limit - start) / delta).
Result<void> Range(ShapeContext& context) {
  Dim size;
  const auto start = context.scalar(0), limit = context.scalar(1), delta = context.scalar(2);
  if (start && limit && delta) {
    if (*delta == 0) return context.Fail("a range with steps of 0 does not end");
    // In 128 bits nothing overflows.
    const __int128 span = *delta > 0 ? __int128{*limit} - *start : __int128{*start} - *limit;
    const __int128 step = *delta > 0 ? __int128{*delta} : -__int128{*delta};
    const __int128 count = span <= 0 ? 0 : (span - 1) / step + 1;
    if (count <= INT64_MAX) size = static_cast<int64_t>(count);
    if (size.known() && size.value() <= kMaxElementsOfValue) {
      PartialValue values;
      for (int64_t i = 0; i < size.value(); ++i) values.emplace_back(*start + i * *delta);
      context.set_value(0, std::move(values));
    }
  } else if (const auto a = Number(context, 0), b = Number(context, 1), c = Number(context, 2); a && b && c) {
    if (*c == 0) return context.Fail("a range with steps of 0 does not end");
    const double count = std::ceil((*b - *a) / *c);
    if (count < 9e15) size = count > 0 ? static_cast<int64_t>(count) : 0;
  } else if (start && delta && *start == 0 && *delta == 1) {
    size = ScalarAsDim(context, 1);
  } else if (start && delta && *start > 0 && *delta == 1) {
    size = Minus(context, ScalarAsDim(context, 1), *start);
  }
  context.set_shape(0, {size});
  return {};
}

// LinSpace(start, stop, num).
Result<void> LinSpace(ShapeContext& context) {
  context.set_shape(0, {ScalarAsDim(context, 2)});
  return {};
}

// OneHot(indices, depth, on_value, off_value).
Result<void> OneHot(ShapeContext& context) {
  const Shape& indices = context.input(0);
  if (!indices.ranked()) return {};
  LS_TRY(const int axis, CheckedAxis(context, context.attributes().Int("axis", -1), indices.rank() + 1));
  std::vector<Dim> dims = indices.dims();
  dims.insert(dims.begin() + axis, ScalarAsDim(context, 1));
  context.set_shape(0, Shape(std::move(dims)));
  return {};
}

// Multinomial(logits [b, classes], num_samples).
Result<void> Multinomial(ShapeContext& context) {
  const Shape& logits = context.input(0);
  context.set_shape(0, {logits.rank() == 2 ? logits[0] : Dim::Unknown(), ScalarAsDim(context, 1)});
  return {};
}

// RandomGamma, RandomPoisson(shape, parameter): the parameter's shape follows.
Result<void> RandomWithParameter(ShapeContext& context) {
  const Shape shape = context.value_as_shape(0), &parameter = context.input(1);
  if (shape.ranked() && parameter.ranked())
    context.set_shape(0, Concatenated(shape.dims(), parameter.dims()));
  return {};
}

// StatelessRandomGetKeyCounter(seed) -> key [1], counter [2]; with ...Alg a scalar more.
Result<void> RandomKey(ShapeContext& context) {
  context.set_shape(0, {1});
  context.set_shape(1, {2});
  context.set_shape(2, Shape::Scalar());
  return {};
}

}  // namespace litesmith::tf::shape
