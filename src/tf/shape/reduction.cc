// Reductions along axes given as a tensor.
#include <algorithm>

#include "tf/shape/common.h"

namespace litesmith::tf::shape {
namespace {

bool KeepDims(const ShapeContext& context) {
  return context.attributes().Bool("keep_dims", context.attributes().Bool("keepdims", false));
}

// Which axes go; empty if that is not known.
Result<std::optional<std::vector<bool>>> ReducedAxes(ShapeContext& context, int rank) {
  const auto axes = context.ints(1);
  if (!axes) return std::optional<std::vector<bool>>();
  std::vector<bool> reduced(static_cast<size_t>(rank), false);
  for (int64_t axis : *axes) {
    LS_TRY(const int normalized, CheckedAxis(context, axis, rank));
    reduced[static_cast<size_t>(normalized)] = true;
  }
  return std::optional(std::move(reduced));
}

Dim ProductOfAll(ShapeContext& context, const PartialValue& value) { return Product(context, value); }

Dim SumOfAll(ShapeContext& context, const PartialValue& value) {
  Dim sum(0);
  for (Dim dim : value) sum = Plus(context, sum, dim);
  return sum;
}

Dim LargestOfAll(ShapeContext&, const PartialValue& value) {
  Dim largest = value[0];
  for (Dim dim : value)
    largest = largest.known() && dim.known() ? Dim(std::max(largest.value(), dim.value())) : Dim();
  return largest;
}

Dim SmallestOfAll(ShapeContext&, const PartialValue& value) {
  Dim smallest = value[0];
  for (Dim dim : value) {
    smallest = smallest.known() && dim.known() ? Dim(std::min(smallest.value(), dim.value())) : Dim();
  }
  return smallest;
}

Result<void> ReduceWithValue(ShapeContext& context, Dim (*reduce)(ShapeContext&, const PartialValue&)) {
  LS_RETURN_IF_FAILED(Reduce(context));
  const auto value = context.value(0);
  const auto axes = context.ints(1);
  if (!value || !axes || axes->size() != 1 || context.input(0).rank() != 1) return {};
  if (value->empty() && reduce != ProductOfAll && reduce != SumOfAll) return {};
  context.set_value(0, {reduce(context, *value)});
  return {};
}

}  // namespace

Result<void> Reduce(ShapeContext& context) {
  const Shape& input = context.input(0);
  const bool keep = KeepDims(context);
  if (!input.ranked()) {
    return {};
  }
  LS_TRY(const auto reduced, ReducedAxes(context, input.rank()));
  if (!reduced) {
    // Which axes go is unknown; with one distinct axis at least their number could be guessed, but not
    // proven.
    if (keep) context.set_shape(0, Shape::OfRank(input.rank()));
    if (input.rank() == 0) context.set_shape(0, Shape::Scalar());
    return {};
  }
  std::vector<Dim> dims;
  for (int i = 0; i < input.rank(); ++i) {
    if (!(*reduced)[static_cast<size_t>(i)]) {
      dims.push_back(input[i]);
    } else if (keep) {
      dims.emplace_back(1);
    }
  }
  context.set_shape(0, Shape(std::move(dims)));
  return {};
}

Result<void> ReduceProd(ShapeContext& context) { return ReduceWithValue(context, ProductOfAll); }
Result<void> ReduceSum(ShapeContext& context) { return ReduceWithValue(context, SumOfAll); }
Result<void> ReduceMax(ShapeContext& context) { return ReduceWithValue(context, LargestOfAll); }
Result<void> ReduceMin(ShapeContext& context) { return ReduceWithValue(context, SmallestOfAll); }

// ArgMax(input, dimension): that one axis goes.
Result<void> ArgMinMax(ShapeContext& context) {
  const Shape& input = context.input(0);
  if (!input.ranked()) return {};
  if (input.rank() <= 1) {
    context.set_shape(0, Shape::Scalar());
    return {};
  }
  const auto axis = context.scalar(1);
  if (!axis) {
    context.set_shape(0, Shape::OfRank(input.rank() - 1));
    return {};
  }
  LS_TRY(const int normalized, CheckedAxis(context, *axis, input.rank()));
  context.set_shape(0,
                    Concatenated(DimsOf(input, 0, normalized), DimsOf(input, normalized + 1, input.rank())));
  return {};
}

}  // namespace litesmith::tf::shape
