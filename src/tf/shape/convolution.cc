// Convolutions, forwards and transposed, and biases.
#include "tf/shape/common.h"

namespace litesmith::tf::shape {
namespace {

// An attribute that has one entry for each axis of the input.
Result<std::vector<int64_t>> PerAxis(ShapeContext& context, std::string_view name, int rank) {
  std::vector<int64_t> values = context.attributes().Ints(name);
  if (values.empty()) values.assign(static_cast<size_t>(rank), 1);
  if (values.size() == 1) values.assign(static_cast<size_t>(rank), values[0]);
  if (values.size() != static_cast<size_t>(rank)) {
    return context.Fail("attribute {} has {} entries instead of {}", name, values.size(), rank);
  }
  return values;
}

std::pair<int64_t, int64_t> ExplicitPadding(const std::vector<int64_t>& paddings, int axis) {
  const auto at = static_cast<size_t>(axis) * 2;
  return at + 1 < paddings.size() ? std::pair(paddings[at], paddings[at + 1])
                                  : std::pair<int64_t, int64_t>(0, 0);
}

// Input [batch, spatial..., channels], filter [spatial..., in, out]; `depthwise`: out channels are in * out.
Result<void> Convolution(ShapeContext& context, int spatial_rank, bool depthwise) {
  const int rank = spatial_rank + 2;
  LS_RETURN_IF_FAILED(NeedRank(context, 0, rank, "the input"));
  LS_RETURN_IF_FAILED(NeedRank(context, 1, rank, "the filter"));
  const Layout layout = LayoutOf(context, spatial_rank);
  LS_TRY(const auto strides, PerAxis(context, "strides", rank));
  LS_TRY(const auto dilations, PerAxis(context, "dilations", rank));
  const auto paddings = context.attributes().Ints("explicit_paddings");
  const std::string padding = context.attributes().Text("padding");
  const Shape input = context.input(0).ranked() ? context.input(0) : Shape::OfRank(rank);
  const Shape filter = context.input(1).ranked() ? context.input(1) : Shape::OfRank(rank);

  const Dim channels = input[layout.channel], filter_in = filter[spatial_rank],
            filter_out = filter[spatial_rank + 1];
  if (channels.known() && filter_in.known()) {
    const bool grouped = !depthwise && filter_in.value() > 0 && channels.value() % filter_in.value() == 0;
    if (channels.value() != filter_in.value() && !grouped) {
      return context.Fail("the input {} has {} channels, but the filter {} takes {}", ToText(input),
                          channels.value(), ToText(filter), filter_in.value());
    }
  }
  Shape output = Shape::OfRank(rank);
  output[0] = input[0];
  output[layout.channel] =
      depthwise ? Times(context, filter_in.known() ? filter_in : channels, filter_out) : filter_out;
  for (int i = 0; i < spatial_rank; ++i) {
    const int axis = layout.spatial + i;
    const auto [before, after] = ExplicitPadding(paddings, axis);
    LS_TRY(output[axis], WindowedSize(context, input[axis], filter[i], dilations[static_cast<size_t>(axis)],
                                      strides[static_cast<size_t>(axis)], padding, before, after));
  }
  context.set_shape(0, std::move(output));
  return {};
}

}  // namespace

Result<void> Conv2D(ShapeContext& context) { return Convolution(context, 2, false); }
Result<void> Conv3D(ShapeContext& context) { return Convolution(context, 3, false); }
Result<void> DepthwiseConv2D(ShapeContext& context) { return Convolution(context, 2, true); }

Result<void> ConvBackpropInput(ShapeContext& context) {
  // Operand 0 is the wanted shape, in old graphs of Conv2D without the batch; 1 the filter, 2 the gradient.
  const Shape& gradient = context.input(2);
  Shape shape = context.value_as_shape(0);
  const int rank = gradient.ranked() ? gradient.rank() : context.input(1).rank();
  if (shape.ranked() && rank > 0 && shape.rank() == rank - 2) {
    // TensorFlow 2 also takes the spatial dimensions alone.
    const Layout layout = LayoutOf(context, rank - 2);
    Shape full = Shape::OfRank(rank);
    for (int i = 0; i < rank - 2; ++i) full[layout.spatial + i] = shape[i];
    const Shape& filter = context.input(1);
    if (filter.rank() == rank) full[layout.channel] = filter[rank - 2];
    shape = std::move(full);
  }
  if (!shape.ranked()) shape = rank > 0 ? Shape::OfRank(rank) : Shape::Unknown();
  if (shape.ranked() && gradient.ranked() && shape.rank() == gradient.rank() && shape.rank() > 0) {
    LS_TRY(shape[0],
           SharedDim(context, shape[0], gradient[0], "the batches of the output shape and of the operand"));
  }
  context.set_shape(0, std::move(shape));
  return {};
}

Result<void> ConvBackpropInputOfTensor(ShapeContext& context) {
  context.set_shape(0, context.input(0));
  return {};
}

Result<void> ShapeFromSecond(ShapeContext& context) {
  context.set_shape(0, context.value_as_shape(1));
  return {};
}

Result<void> BiasAdd(ShapeContext& context) {
  Shape shape = context.input(0);
  const Shape& bias = context.input(1);
  LS_RETURN_IF_FAILED(NeedRank(context, 1, 1, "the bias"));
  LS_RETURN_IF_FAILED(NeedRankAtLeast(context, 0, 2, "the operand"));
  if (shape.ranked() && bias.ranked()) {
    const int axis = LayoutOf(context, 0).channels_first() && shape.rank() > 2 &&
                             context.attributes().Text("data_format").starts_with("NC")
                         ? 1
                         : shape.rank() - 1;
    LS_TRY(shape[axis], SharedDim(context, shape[axis], bias[0], "the channels of operand and bias"));
  }
  context.set_shape(0, std::move(shape));
  return {};
}

Result<void> BiasAddGrad(ShapeContext& context) {
  const Shape& input = context.input(0);
  Shape shape = Shape::OfRank(1);
  if (input.ranked() && input.rank() > 0) {
    const bool first = context.attributes().Text("data_format").starts_with("NC") && input.rank() > 1;
    shape[0] = input[first ? 1 : input.rank() - 1];
  }
  context.set_shape(0, std::move(shape));
  return {};
}

// Input [n, h, w, c], filter [h, w, c].
Result<void> Dilation2D(ShapeContext& context) {
  LS_RETURN_IF_FAILED(NeedRank(context, 0, 4, "the input"));
  LS_RETURN_IF_FAILED(NeedRank(context, 1, 3, "the filter"));
  LS_TRY(const auto strides, PerAxis(context, "strides", 4));
  LS_TRY(const auto rates, PerAxis(context, "rates", 4));
  const Shape input = context.input(0).ranked() ? context.input(0) : Shape::OfRank(4);
  const Shape filter = context.input(1).ranked() ? context.input(1) : Shape::OfRank(3);
  Shape output = input;
  for (int axis = 1; axis < 3; ++axis) {
    const auto at = static_cast<size_t>(axis);
    LS_TRY(output[axis], WindowedSize(context, input[axis], filter[axis - 1], rates[at], strides[at],
                                      context.attributes().Text("padding")));
  }
  context.set_shape(0, std::move(output));
  return {};
}

// ksizes, strides and rates (absent for volumes) have an entry for each axis; patches are laid out along the
// channels.
Result<void> ExtractPatches(ShapeContext& context) {
  const auto sizes = context.attributes().Ints("ksizes");
  const int rank = static_cast<int>(sizes.size());
  if (rank < 3) return context.Fail("attribute ksizes has {} entries", rank);
  LS_RETURN_IF_FAILED(NeedRank(context, 0, rank, "the input"));
  LS_TRY(const auto strides, PerAxis(context, "strides", rank));
  LS_TRY(const auto rates, PerAxis(context, "rates", rank));
  Shape output = context.input(0).ranked() ? context.input(0) : Shape::OfRank(rank);
  Dim depth = output[rank - 1];
  for (int axis = 1; axis + 1 < rank; ++axis) {
    const auto at = static_cast<size_t>(axis);
    if (sizes[at] <= 0) return context.Fail("attribute ksizes has an entry of {}", sizes[at]);
    depth = Times(context, depth, sizes[at]);
    LS_TRY(output[axis], WindowedSize(context, output[axis], sizes[at], rates[at], strides[at],
                                      context.attributes().Text("padding")));
  }
  output[rank - 1] = depth;
  context.set_shape(0, std::move(output));
  return {};
}

}  // namespace litesmith::tf::shape
