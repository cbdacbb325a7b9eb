// Same shape in and out, and broadcasting; small integer values pass through.
#include <algorithm>

#include "tf/shape/common.h"

namespace litesmith::tf::shape {
namespace {

using Operation = Dim (*)(ShapeContext&, Dim, Dim);

// The values of a and b combined element by element; one element goes with all of the other.
void CombineValues(ShapeContext& context, Operation operation) {
  const auto a = context.value(0), b = context.value(1);
  if (!a || !b || a->empty() || b->empty()) return;
  const size_t size = std::max(a->size(), b->size());
  if ((a->size() != size && a->size() != 1) || (b->size() != size && b->size() != 1)) return;
  PartialValue result;
  for (size_t i = 0; i < size; ++i) {
    result.push_back(operation(context, (*a)[a->size() == 1 ? 0 : i], (*b)[b->size() == 1 ? 0 : i]));
  }
  context.set_value(0, std::move(result));
}

Result<void> BroadcastWithValues(ShapeContext& context, Operation operation) {
  LS_RETURN_IF_FAILED(Broadcast(context));
  CombineValues(context, operation);
  return {};
}

Dim Larger(ShapeContext&, Dim a, Dim b) {
  if (a.known() && b.known()) return std::max(a.value(), b.value());
  if (a.known() && a.value() == 0) return b;
  if (b.known() && b.value() == 0) return a;
  return a.Same(b) ? a : Dim::Unknown();
}

Dim Smaller(ShapeContext&, Dim a, Dim b) {
  if (a.known() && b.known()) return std::min(a.value(), b.value());
  return a.Same(b) ? a : Dim::Unknown();
}

Dim Remainder(ShapeContext&, Dim a, Dim b) {
  return a.known() && b.known() && b.value() > 0 ? Dim(a.value() % b.value()) : Dim::Unknown();
}

}  // namespace

Result<void> SameShape(ShapeContext& context) {
  for (size_t i = 0; i < context.output_count(); ++i) context.set_shape(i, context.input(0));
  return {};
}

Result<void> SameShapeAndValue(ShapeContext& context) {
  context.set_shape(0, context.input(0));
  if (auto value = context.value(0)) context.set_value(0, std::move(*value));
  return {};
}

Result<void> EachSameShape(ShapeContext& context) {
  for (size_t i = 0; i < context.output_count(); ++i) context.set_shape(i, context.input(i));
  return {};
}

Result<void> SameShapeAsSecond(ShapeContext& context) {
  context.set_shape(0, context.input(1));
  return {};
}

Result<void> MergedShape(ShapeContext& context) {
  Shape shape = context.attributes().Get<Shape>("shape");
  for (size_t i = 0; i < context.input_count(); ++i) {
    LS_TRY(shape, SharedShape(context, shape, context.input(i)));
  }
  context.set_shape(0, std::move(shape));
  return {};
}

Result<void> Broadcast(ShapeContext& context) {
  LS_TRY(Shape shape, Broadcasted(context, context.input(0), context.input(1)));
  context.set_shape(0, std::move(shape));
  return {};
}

Result<void> BroadcastAll(ShapeContext& context) {
  Shape shape = Shape::Scalar();
  for (size_t i = 0; i < context.input_count(); ++i) {
    LS_TRY(shape, Broadcasted(context, shape, context.input(i)));
  }
  context.set_shape(0, std::move(shape));
  return {};
}

// Equal and NotEqual may be asked to give one false (or true) for shapes that do not fit.
Result<void> Equality(ShapeContext& context) {
  if (context.attributes().Bool("incompatible_shape_error", true)) return Broadcast(context);
  auto shape = BroadcastedOrNothing(context.input(0), context.input(1));
  context.set_shape(0, shape && shape->known() ? std::move(*shape) : Shape::Unknown());
  return {};
}

Result<void> Add(ShapeContext& context) { return BroadcastWithValues(context, Plus); }
Result<void> Subtract(ShapeContext& context) { return BroadcastWithValues(context, Minus); }
Result<void> Multiply(ShapeContext& context) { return BroadcastWithValues(context, Times); }
Result<void> FloorDivide(ShapeContext& context) { return BroadcastWithValues(context, DividedBy); }
Result<void> FloorModulo(ShapeContext& context) { return BroadcastWithValues(context, Remainder); }
Result<void> Maximum(ShapeContext& context) { return BroadcastWithValues(context, Larger); }
Result<void> Minimum(ShapeContext& context) { return BroadcastWithValues(context, Smaller); }

// Select: condition a scalar, a vector over the first axis, or of the operands' shape.
Result<void> Select(ShapeContext& context) {
  LS_TRY(Shape shape, SharedShape(context, context.input(1), context.input(2)));
  const Shape& condition = context.input(0);
  if (shape.ranked() && condition.ranked() && condition.rank() > 0) {
    const bool vector = condition.rank() == 1 && shape.rank() > 0 && condition[0].Compatible(shape[0]);
    if (!vector && !condition.Compatible(shape)) {
      return context.Fail("the condition's shape {} fits neither the operands' shape {} nor its first axis",
                          ToText(condition), ToText(shape));
    }
    if (!vector || shape.rank() == 1) shape = *Merge(shape, condition);
  }
  context.set_shape(0, std::move(shape));
  return {};
}

}  // namespace litesmith::tf::shape
