// Shapes as tensors, and tensors under other shapes.
#include <algorithm>

#include "tf/shape/common.h"

namespace litesmith::tf::shape {
namespace {

bool IsUnknown(Dim dim) { return !dim.known() && !dim.is_symbol(); }

// The dimension that makes the products of both sides equal.
Result<Dim> Deduced(ShapeContext& context, const Shape& input, const std::vector<Dim>& others) {
  const Quotient quotient = Cancel(context, input.dims(), others);
  if (quotient.zero) {
    // 0 elements: TensorFlow takes 0 for the free dimension unless another one is 0 already.
    return std::any_of(others.begin(), others.end(), [](Dim dim) { return dim == Dim(0); }) ? Dim::Unknown()
                                                                                            : Dim(0);
  }
  if (quotient.unknown || quotient.denominator == 0) return Dim::Unknown();
  if (quotient.numerators.empty() && quotient.denominators.empty() && quotient.denominator != 1) {
    return context.Fail("{} has {} elements, which {} does not divide", ToText(input), *input.elements(),
                        ToText(Shape(others)));
  }
  const Dim numerator = Times(context, Product(context, quotient.numerators), quotient.numerator);
  const Dim denominator = Times(context, Product(context, quotient.denominators), quotient.denominator);
  return DividedBy(context, numerator, denominator);
}

Result<void> CheckElements(ShapeContext& context, const Shape& input, const Shape& output) {
  if (!input.ranked()) return {};
  const Quotient quotient = Cancel(context, input.dims(), output.dims());
  const bool equal = quotient.numerator == quotient.denominator;
  if (quotient.unknown || quotient.zero || quotient.denominator == 0 || equal) return {};
  if (!quotient.numerators.empty() || !quotient.denominators.empty()) return {};
  return context.Fail("{} cannot take the shape {}: the numbers of elements differ", ToText(input),
                      ToText(output));
}

}  // namespace

// Reshape(tensor, shape): one dimension of the shape may be -1, and one may be unknown to us; either follows
// from the number of elements.
Result<void> Reshape(ShapeContext& context) {
  const Shape& input = context.input(0);
  Shape target = context.value_as_shape(1);
  if (!target.ranked()) return {};
  std::vector<Dim> others;
  int free = -1, count = 0;
  for (int i = 0; i < target.rank(); ++i) {
    if (IsUnknown(target[i])) {
      free = i;
      ++count;
    } else {
      others.push_back(target[i]);
    }
  }
  if (count > 1 && context.constant(1) != nullptr) {
    return context.Fail("the shape asked for has {} dimensions of -1; one at most can be inferred", count);
  }
  if (count == 1 && input.ranked()) {
    LS_TRY(target[free], Deduced(context, input, others));
  } else if (count == 0) {
    LS_RETURN_IF_FAILED(CheckElements(context, input, target));
  }
  context.set_shape(0, target);
  if (target.rank() <= 1) {
    if (auto value = context.value(0)) context.set_value(0, std::move(*value));
  }
  return {};
}

Result<void> ShapeOf(ShapeContext& context) {
  for (size_t i = 0; i < context.output_count(); ++i) {
    const Shape& input = context.input(i);
    context.set_shape(i, {input.ranked() ? Dim(input.rank()) : Dim::Unknown()});
    if (input.ranked()) context.set_value(i, input.dims());
  }
  return {};
}

Result<void> SizeOf(ShapeContext& context) {
  context.set_shape(0, Shape::Scalar());
  const Shape& input = context.input(0);
  if (input.ranked()) context.set_value(0, {Product(context, input.dims())});
  return {};
}

Result<void> RankOf(ShapeContext& context) {
  context.set_shape(0, Shape::Scalar());
  if (context.input(0).ranked()) context.set_value(0, {Dim(context.input(0).rank())});
  return {};
}

Result<void> ExpandDims(ShapeContext& context) {
  const Shape& input = context.input(0);
  const auto axis = context.scalar(1);
  if (input.rank() == 0) {
    if (auto value = context.value(0)) context.set_value(0, std::move(*value));
  }
  if (!input.ranked()) return {};
  if (!axis) {
    context.set_shape(0, Shape::OfRank(input.rank() + 1));
    return {};
  }
  LS_TRY(const int at, CheckedAxis(context, *axis, input.rank() + 1));
  std::vector<Dim> dims = input.dims();
  dims.insert(dims.begin() + at, Dim(1));
  context.set_shape(0, Shape(std::move(dims)));
  return {};
}

Result<void> Squeeze(ShapeContext& context) {
  const Shape& input = context.input(0);
  if (!input.ranked()) return {};
  auto axes = context.attributes().Ints("squeeze_dims");
  if (axes.empty()) axes = context.attributes().Ints("axis");
  std::vector<Dim> dims;
  if (axes.empty()) {
    for (Dim dim : input.dims()) {
      if (!dim.known()) return {};  // may or may not be 1
      if (dim.value() != 1) dims.push_back(dim);
    }
  } else {
    std::vector<bool> gone(static_cast<size_t>(input.rank()), false);
    for (int64_t axis : axes) {
      LS_TRY(const int at, CheckedAxis(context, axis, input.rank()));
      if (input[at].known() && input[at].value() != 1) {
        return context.Fail("axis {} of {} is not 1 and cannot be squeezed", axis, ToText(input));
      }
      gone[static_cast<size_t>(at)] = true;
    }
    for (int i = 0; i < input.rank(); ++i) {
      if (!gone[static_cast<size_t>(i)]) dims.push_back(input[i]);
    }
  }
  context.set_shape(0, Shape(std::move(dims)));
  if (auto value = context.value(0)) context.set_value(0, std::move(*value));
  return {};
}

// BroadcastTo(input, shape); -1 is not allowed here, so an element that is unknown is just that.
Result<void> BroadcastTo(ShapeContext& context) {
  Shape target = context.value_as_shape(1);
  const Shape& input = context.input(0);
  if (target.ranked() && input.ranked()) {
    if (input.rank() > target.rank()) {
      return context.Fail("{} has more axes than {} to which it should be broadcast", ToText(input),
                          ToText(target));
    }
    const int offset = target.rank() - input.rank();
    for (int i = 0; i < input.rank(); ++i) {
      Dim& wanted = target[i + offset];
      if (input[i].known() && input[i].value() != 1) {
        if (wanted.known() && wanted.value() != input[i].value()) {
          return context.Fail("{} does not broadcast to {}", ToText(input), ToText(target));
        }
        if (!wanted.known()) wanted = input[i];
      }
    }
  }
  if (target.rank() == 1 && target[0].known() && target[0].value() <= 256) {
    const auto value = context.value(0);
    const auto size = static_cast<size_t>(target[0].value());
    if (value && value->size() == 1) context.set_value(0, PartialValue(size, (*value)[0]));
    if (value && value->size() == size) context.set_value(0, *value);
  }
  context.set_shape(0, std::move(target));
  return {};
}

// BroadcastArgs(s0, s1): the broadcast shape as a vector.
Result<void> BroadcastArgs(ShapeContext& context) {
  const Shape a = context.value_as_shape(0), b = context.value_as_shape(1);
  if (!a.ranked() || !b.ranked()) {
    context.set_shape(0, Shape::OfRank(1));
    return {};
  }
  LS_TRY(const Shape shape, Broadcasted(context, a, b));
  context.set_shape(0, {shape.rank()});
  if (context.value(0) && context.value(1)) context.set_value(0, shape.dims());
  return {};
}

Result<void> VectorOutputs(ShapeContext& context) {
  for (size_t i = 0; i < context.output_count(); ++i) context.set_shape(i, Shape::OfRank(1));
  return {};
}

// ConcatOffset(concat_dim, shape*N) -> offset*N.
Result<void> ConcatOffset(ShapeContext& context) {
  for (size_t i = 0; i < context.output_count(); ++i) context.set_shape(i, context.input(i + 1));
  return {};
}

Result<void> EnsureShape(ShapeContext& context) {
  const Shape wanted = context.attributes().Get<Shape>("shape");
  auto merged = Merge(context.input(0), wanted);
  if (!merged) {
    return context.Fail("the operand has shape {}, but the model insists on {}", ToText(context.input(0)),
                        ToText(wanted));
  }
  context.set_shape(0, std::move(*merged));
  if (auto value = context.value(0)) context.set_value(0, std::move(*value));
  return {};
}

Result<void> UnravelIndex(ShapeContext& context) {
  const Shape &indices = context.input(0), &dims = context.input(1);
  if (!indices.ranked()) return {};
  const Dim rank = dims.rank() == 1 ? dims[0] : Dim::Unknown();
  if (indices.rank() == 0) {
    context.set_shape(0, {rank});
  } else {
    context.set_shape(0, {rank, Product(context, indices.dims())});
  }
  return {};
}

// Bitcast between sizes adds or drops a last axis.
Result<void> Bitcast(ShapeContext& context) {
  const Shape& input = context.input(0);
  const int from = BitsOf(context.input_dtype(0)), to = BitsOf(context.attributes().Type("type"));
  if (!input.ranked() || from == 0 || to == 0) return {};
  if (from == to) {
    context.set_shape(0, input);
  } else if (from > to) {
    context.set_shape(0, Concatenated(input.dims(), {Dim(from / to)}));
  } else {
    if (input.rank() == 0 || !input[input.rank() - 1].Compatible(to / from)) {
      return context.Fail("the last axis of {} should have {} elements", ToText(input), to / from);
    }
    context.set_shape(0, Shape(DimsOf(input, 0, input.rank() - 1)));
  }
  return {};
}

}  // namespace litesmith::tf::shape
