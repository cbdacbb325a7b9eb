// Pooling and normalization.
#include "tf/shape/common.h"

namespace litesmith::tf::shape {
namespace {

Result<Shape> Pooled(ShapeContext& context, const std::vector<int64_t>& sizes,
                     const std::vector<int64_t>& strides) {
  const int rank = static_cast<int>(sizes.size());
  if (rank < 3 || strides.size() != sizes.size()) {
    return context.Fail("window and strides have {} and {} entries", sizes.size(), strides.size());
  }
  LS_RETURN_IF_FAILED(NeedRank(context, 0, rank, "the input"));
  const Shape input = context.input(0).ranked() ? context.input(0) : Shape::OfRank(rank);
  const auto paddings = context.attributes().Ints("explicit_paddings");
  Shape output = input;
  for (int axis = 0; axis < rank; ++axis) {
    const auto at = static_cast<size_t>(axis);
    if (sizes[at] <= 0) return context.Fail("a window of size {} makes no sense", sizes[at]);
    if (sizes[at] == 1 && strides[at] == 1 && paddings.empty()) continue;
    const bool padded = 2 * at + 1 < paddings.size();
    LS_TRY(output[axis],
           WindowedSize(context, input[axis], sizes[at], 1, strides[at], context.attributes().Text("padding"),
                        padded ? paddings[2 * at] : 0, padded ? paddings[2 * at + 1] : 0));
  }
  return output;
}

}  // namespace

Result<void> Pool(ShapeContext& context) {
  LS_TRY(Shape shape,
         Pooled(context, context.attributes().Ints("ksize"), context.attributes().Ints("strides")));
  for (size_t i = 0; i < context.output_count(); ++i) context.set_shape(i, shape);
  return {};
}

// Window and strides are operands.
Result<void> MaxPoolV2(ShapeContext& context) {
  const auto sizes = context.ints(1), strides = context.ints(2);
  if (!sizes || !strides) {
    context.set_shape(0,
                      context.input(0).ranked() ? Shape::OfRank(context.input(0).rank()) : Shape::Unknown());
    return {};
  }
  LS_TRY(Shape shape, Pooled(context, *sizes, *strides));
  context.set_shape(0, std::move(shape));
  return {};
}

Result<void> ShapeFromFirst(ShapeContext& context) {
  context.set_shape(0, context.value_as_shape(0));
  return {};
}

Result<void> FractionalPool(ShapeContext& context) {
  const Shape& input = context.input(0);
  const auto* ratios = context.attributes().FindAs<std::vector<float>>("pooling_ratio");
  if (!input.ranked() || ratios == nullptr || ratios->size() != static_cast<size_t>(input.rank())) return {};
  Shape output = input;
  for (int axis = 0; axis < input.rank(); ++axis) {
    const float ratio = (*ratios)[static_cast<size_t>(axis)];
    if (!(ratio >= 1)) return context.Fail("a pooling ratio of {} makes no sense", ratio);
    if (ratio == 1) continue;
    // TensorFlow floors the quotient (core/ops/nn_ops.cc).
    output[axis] = input[axis].known()
                       ? Dim(static_cast<int64_t>(static_cast<float>(input[axis].value()) / ratio))
                       : Dim::Unknown();
  }
  context.set_shape(0, output);
  const Dim rows = output.rank() > 1 ? output[1] : Dim::Unknown(),
            columns = output.rank() > 2 ? output[2] : Dim::Unknown();
  context.set_shape(1, {rows.known() ? Dim(rows.value() + 1) : rows});
  context.set_shape(2, {columns.known() ? Dim(columns.value() + 1) : columns});
  return {};
}

// The last axis goes.
Result<void> NthElement(ShapeContext& context) {
  LS_RETURN_IF_FAILED(NeedRankAtLeast(context, 0, 1, "the input"));
  const Shape& input = context.input(0);
  if (input.ranked()) context.set_shape(0, Shape(DimsOf(input, 0, input.rank() - 1)));
  return {};
}

// FusedBatchNorm*(x, scale, offset, mean, variance) -> y, mean, variance, reserved...
Result<void> FusedBatchNorm(ShapeContext& context) {
  Shape shape = context.input(0);
  Dim channels;
  if (shape.ranked()) {
    LS_RETURN_IF_FAILED(NeedRankAtLeast(context, 0, 4, "the input"));
    const int axis = LayoutOf(context, shape.rank() - 2).channel;
    channels = shape[axis];
    for (size_t operand = 1; operand < context.input_count() && operand < 5; ++operand) {
      const Shape& each = context.input(operand);
      LS_RETURN_IF_FAILED(NeedRank(context, operand, 1, "an operand with one element for each channel"));
      // Mean and variance may be empty in training.
      if (!each.ranked() || (operand > 2 && each[0].known() && each[0].value() == 0)) continue;
      LS_TRY(channels, SharedDim(context, channels, each[0], "the channels of input and parameters"));
    }
    shape[axis] = channels;
  }
  context.set_shape(0, std::move(shape));
  for (size_t i = 1; i < context.output_count() && i < 5; ++i) context.set_shape(i, {channels});
  return {};
}

Result<void> ScalarOutput(ShapeContext& context) {
  for (size_t i = 0; i < context.output_count(); ++i) context.set_shape(i, Shape::Scalar());
  return {};
}

// (features [n, c], labels) -> loss [n], backprop [n, c].
Result<void> CrossEntropy(ShapeContext& context) {
  const Shape& features = context.input(0);
  context.set_shape(0, {features.rank() == 2 ? features[0] : Dim::Unknown()});
  context.set_shape(1, features.rank() == 2 ? features : Shape::OfRank(2));
  return {};
}

}  // namespace litesmith::tf::shape
