// Searching, sorting, counting, and suppressing boxes.
#include "tf/shape/common.h"

namespace litesmith::tf::shape {
namespace {

Result<void> Top(ShapeContext& context, Dim k) {
  LS_RETURN_IF_FAILED(NeedRankAtLeast(context, 0, 1, "the operand"));
  const Shape& input = context.input(0);
  if (!input.ranked()) return {};
  Shape output = input;
  Dim& last = output[input.rank() - 1];
  if (last.known() && k.known() && last.value() < k.value()) {
    return context.Fail("{} has fewer than k = {} elements in its last axis", ToText(input), k.value());
  }
  last = k;
  context.set_shape(0, output);
  context.set_shape(1, std::move(output));
  return {};
}

}  // namespace

Result<void> TopK(ShapeContext& context) { return Top(context, Dim(context.attributes().Int("k"))); }
Result<void> TopKV2(ShapeContext& context) { return Top(context, ScalarAsDim(context, 1)); }

// ApproxTopK(input; k, reduction_dimension, aggregate_to_topk).
Result<void> ApproxTopK(ShapeContext& context) {
  const Shape& input = context.input(0);
  if (!input.ranked()) return {};
  LS_TRY(const int axis,
         CheckedAxis(context, context.attributes().Int("reduction_dimension", -1), input.rank()));
  Shape output = input;
  output[axis] = context.attributes().Bool("aggregate_to_topk", true) ? Dim(context.attributes().Int("k"))
                                                                      : Dim::Unknown();
  context.set_shape(0, output);
  context.set_shape(1, std::move(output));
  return {};
}

// Unique(x) -> y, idx like x, counts like y.
Result<void> Unique(ShapeContext& context) {
  context.set_shape(0, {Dim::Unknown()});
  context.set_shape(1, {context.input(0).rank() == 1 ? context.input(0)[0] : Dim::Unknown()});
  context.set_shape(2, {Dim::Unknown()});
  return {};
}

// UniqueV2(x, axis): along one axis, or over a vector when axis is empty.
Result<void> UniqueV2(ShapeContext& context) {
  const Shape& input = context.input(0);
  const auto axes = context.ints(1);
  context.set_shape(1, Shape::OfRank(1));
  context.set_shape(2, Shape::OfRank(1));
  if (!input.ranked()) return {};
  Shape output = Shape::OfRank(input.rank());
  if (axes && (axes->size() == 1 || input.rank() == 1)) {
    LS_TRY(const int axis, CheckedAxis(context, axes->empty() ? 0 : (*axes)[0], input.rank()));
    output = input;
    output[axis] = Dim::Unknown();
    context.set_shape(1, {input[axis]});
  }
  context.set_shape(0, std::move(output));
  return {};
}

// Where(condition) -> indices [how many are true, rank].
Result<void> Where(ShapeContext& context) {
  const Shape& input = context.input(0);
  context.set_shape(0, {Dim::Unknown(), input.ranked() ? Dim(input.rank()) : Dim::Unknown()});
  return {};
}

// Bincount(arr, size, weights).
Result<void> Bincount(ShapeContext& context) {
  context.set_shape(0, {ScalarAsDim(context, 1)});
  return {};
}

// DenseBincount(input, size, weights): of a vector [size], of a matrix [rows, size].
Result<void> DenseBincount(ShapeContext& context) {
  const Shape& input = context.input(0);
  if (!input.ranked()) return {};
  if (input.rank() > 2) return context.Fail("the operand {} has more than two axes", ToText(input));
  const Dim size = ScalarAsDim(context, 1);
  context.set_shape(0, input.rank() == 2 ? Shape{input[0], size} : Shape{size});
  return {};
}

// HistogramFixedWidth(values, range, nbins).
Result<void> Histogram(ShapeContext& context) {
  context.set_shape(0, {ScalarAsDim(context, 2)});
  return {};
}

Result<void> InTopK(ShapeContext& context) {
  const Shape& targets = context.input(1);
  context.set_shape(0, targets.ranked() ? targets : Shape::OfRank(1));
  return {};
}

// NonMaxSuppression V1 to V3: how many are kept depends on the boxes.
Result<void> NonMaxSuppression(ShapeContext& context) {
  LS_RETURN_IF_FAILED(NeedRank(context, 0, 2, "the boxes (or overlaps)"));
  LS_RETURN_IF_FAILED(NeedRank(context, 1, 1, "the scores"));
  const Shape &boxes = context.input(0), &scores = context.input(1);
  if (boxes.ranked() && scores.ranked()) {
    LS_RETURN_IF_FAILED(SharedDim(context, boxes[0], scores[0], "the numbers of boxes and of scores"));
  }
  context.set_shape(0, {Dim::Unknown()});
  return {};
}

// V4 -> selected_indices, valid_outputs; V5 -> selected_indices, selected_scores, valid_outputs; padded on
// request.
Result<void> NonMaxSuppressionPadded(ShapeContext& context) {
  LS_RETURN_IF_FAILED(NonMaxSuppression(context));
  const Dim size =
      context.attributes().Bool("pad_to_max_output_size") ? ScalarAsDim(context, 2) : Dim::Unknown();
  for (size_t i = 0; i + 1 < context.output_count(); ++i) context.set_shape(i, {size});
  if (context.output_count() > 0) context.set_shape(context.output_count() - 1, Shape::Scalar());
  return {};
}

// CombinedNonMaxSuppression(boxes [b, n, q, 4], scores [b, n, c], max_output_size_per_class, max_total_size,
// ...)
// -> boxes [b, d, 4], scores [b, d], classes [b, d], valid [b].
Result<void> CombinedNonMaxSuppression(ShapeContext& context) {
  LS_RETURN_IF_FAILED(NeedRank(context, 0, 4, "the boxes"));
  LS_RETURN_IF_FAILED(NeedRank(context, 1, 3, "the scores"));
  const Shape &boxes = context.input(0), &scores = context.input(1);
  const Dim batch = boxes.ranked() ? boxes[0] : scores.ranked() ? scores[0] : Dim::Unknown();
  const auto total = context.scalar(3), per_class = context.scalar(2);
  Dim detections = total ? Dim(*total) : Dim::Unknown();
  if (context.attributes().Bool("pad_per_class")) {
    const Dim classes = scores.ranked() ? scores[2] : Dim::Unknown();
    detections = Dim::Unknown();
    if (total && per_class && classes.known() && *per_class >= 0 && *total >= 0) {
      const Dim all = Times(context, *per_class, classes);
      detections = all.known() && all.value() < *total ? all : Dim(*total);
    }
  }
  context.set_shape(0, {batch, detections, 4});
  context.set_shape(1, {batch, detections});
  context.set_shape(2, {batch, detections});
  context.set_shape(3, {batch});
  return {};
}

}  // namespace litesmith::tf::shape
