// Sparse and ragged tensors, quantized forms, cells of recurrent networks.
#include "tf/shape/common.h"

namespace litesmith::tf::shape {
namespace {

Dim FirstOf(const Shape& shape) { return shape.ranked() && shape.rank() > 0 ? shape[0] : Dim::Unknown(); }

}  // namespace

// SparseReorder(indices, values, shape) -> indices, values.
Result<void> SparseReorder(ShapeContext& context) {
  context.set_shape(0, context.input(0));
  context.set_shape(1, context.input(1));
  return {};
}

// SparseReshape(indices, shape, new_shape) -> indices, shape.
Result<void> SparseReshape(ShapeContext& context) {
  const Dim rank = FirstOf(context.input(2));
  context.set_shape(0, {FirstOf(context.input(0)), rank});
  context.set_shape(1, {rank});
  return {};
}

// SparseFillEmptyRows(indices, values, shape, default) -> indices, values, empty row indicator, reverse index
// map.
Result<void> SparseFillEmptyRows(ShapeContext& context) {
  const Shape& indices = context.input(0);
  context.set_shape(0, {Dim::Unknown(), indices.rank() == 2 ? indices[1] : Dim::Unknown()});
  context.set_shape(1, {Dim::Unknown()});
  const Shape dense = context.value_as_shape(2);
  context.set_shape(2, {FirstOf(dense)});
  context.set_shape(3, {FirstOf(indices)});
  return {};
}

// SparseReduce*(indices, values, shape, axes; keep_dims).
Result<void> SparseReduce(ShapeContext& context) {
  const Shape dense = context.value_as_shape(2);
  const auto axes = context.ints(3);
  if (!dense.ranked() || !axes) return {};
  std::vector<bool> reduced(static_cast<size_t>(dense.rank()), axes->empty());
  for (int64_t axis : *axes) {
    LS_TRY(const int at, CheckedAxis(context, axis, dense.rank()));
    reduced[static_cast<size_t>(at)] = true;
  }
  std::vector<Dim> dims;
  for (int i = 0; i < dense.rank(); ++i) {
    if (!reduced[static_cast<size_t>(i)]) {
      dims.push_back(dense[i]);
    } else if (context.attributes().Bool("keep_dims")) {
      dims.emplace_back(1);
    }
  }
  context.set_shape(0, Shape(std::move(dims)));
  return {};
}

// RaggedTensorToTensor(shape, values, default_value, row_partition_tensors...): -1 in the shape is filled in
// by the values' axes behind the ragged ones.
Result<void> RaggedToTensor(ShapeContext& context) {
  Shape shape = context.value_as_shape(0);
  const Shape& values = context.input(1);
  const auto partitions = context.attributes().Get<std::vector<std::string>>("row_partition_types");
  auto ragged = static_cast<int>(partitions.size());
  if (!partitions.empty() && partitions[0] == "FIRST_DIM_SIZE") --ragged;
  if (!shape.ranked() && values.ranked() && ragged > 0) shape = Shape::OfRank(values.rank() + ragged);
  if (shape.ranked() && values.ranked() && shape.rank() == values.rank() + ragged) {
    for (int i = 1; i < values.rank(); ++i) {
      Dim& dim = shape[ragged + i];
      if (!dim.known()) dim = values[i];
    }
  }
  context.set_shape(0, std::move(shape));
  return {};
}

// RaggedRange(starts, limits, deltas) -> row splits, values.
Result<void> RaggedRange(ShapeContext& context) {
  Dim rows;
  for (size_t i = 0; i < 3; ++i) {
    if (context.input(i).rank() == 1) rows = context.input(i)[0];
  }
  context.set_shape(0, {Plus(context, rows, 1)});
  context.set_shape(1, {Dim::Unknown()});
  return {};
}

// Quantize(input, min, max) -> output, its min, its max; the ranges are scalars unless there is an axis.
Result<void> Quantize(ShapeContext& context) {
  context.set_shape(0, context.input(0));
  if (context.attributes().Int("axis", -1) != -1) return {};
  context.set_shape(1, Shape::Scalar());
  context.set_shape(2, Shape::Scalar());
  return {};
}
Result<void> QuantizedUnary(ShapeContext& context) {
  context.set_shape(0, context.input(0));
  context.set_shape(1, Shape::Scalar());
  context.set_shape(2, Shape::Scalar());
  return {};
}

// FakeQuantWithMinMaxVars*Gradient(gradients, inputs, min, max) -> of the input, of min, of max.
Result<void> FakeQuantGradient(ShapeContext& context) {
  context.set_shape(0, context.input(0));
  context.set_shape(1, context.input(2));
  context.set_shape(2, context.input(3));
  return {};
}

Result<void> PlaceholderWithDefault(ShapeContext& context) {
  // Whoever runs the graph may feed another shape than the default's, as far as the attribute allows.
  context.set_shape(0, context.attributes().Get<Shape>("shape"));
  return {};
}

Result<void> ResizeGrad(ShapeContext& context) {
  // (gradients [n, h, w, c], original image [n, h, w, c])
  context.set_shape(0, context.input(1));
  return {};
}

// LSTMBlockCell(x [b, n], cs_prev [b, cells], ...) -> i, cs, f, o, ci, co, h, all [b, cells].
Result<void> LstmBlockCell(ShapeContext& context) {
  const Shape& cells = context.input(1);
  for (size_t i = 0; i < context.output_count(); ++i)
    context.set_shape(i, cells.ranked() ? cells : Shape::OfRank(2));
  return {};
}

// BlockLSTM(seq_len_max, x [time, b, n], cs_prev [b, cells], ...) -> seven of [time, b, cells].
Result<void> BlockLstm(ShapeContext& context) {
  LS_RETURN_IF_FAILED(NeedRank(context, 1, 3, "the sequence"));
  LS_RETURN_IF_FAILED(NeedRank(context, 2, 2, "the cells' state"));
  const Shape x = context.input(1).ranked() ? context.input(1) : Shape::OfRank(3);
  const Shape state = context.input(2).ranked() ? context.input(2) : Shape::OfRank(2);
  for (size_t i = 0; i < context.output_count(); ++i) context.set_shape(i, {x[0], x[1], state[1]});
  return {};
}

// GRUBlockCell(x [b, n], h_prev [b, cells], ...) -> r, u, c, h.
Result<void> GruBlockCell(ShapeContext& context) { return LstmBlockCell(context); }

// CTCGreedyDecoder(inputs [time, b, classes], lengths) -> indices, values, shape, log probabilities [b, 1].
Result<void> CtcGreedyDecoder(ShapeContext& context) {
  LS_RETURN_IF_FAILED(NeedRank(context, 0, 3, "the logits"));
  context.set_shape(0, {Dim::Unknown(), 2});
  context.set_shape(1, {Dim::Unknown()});
  context.set_shape(2, {2});
  context.set_shape(3, {context.input(0).ranked() ? context.input(0)[1] : Dim::Unknown(), 1});
  return {};
}

}  // namespace litesmith::tf::shape
