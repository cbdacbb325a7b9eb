// Reading and writing by index; segments.
#include <algorithm>

#include "tf/shape/common.h"

namespace litesmith::tf::shape {
namespace {

// params with `axis` replaced by the axes of indices after the batch.
Result<void> Gathered(ShapeContext& context, const Shape& params, const Shape& indices,
                      std::optional<int64_t> axis, int64_t batch_dims) {
  if (!params.ranked() || !indices.ranked() || !axis) return {};
  LS_TRY(const int at, CheckedAxis(context, *axis, params.rank()));
  if (batch_dims < 0) batch_dims += indices.rank();
  if (batch_dims < 0 || batch_dims > indices.rank() || batch_dims > at) {
    return context.Fail("{} batch axes do not fit operand {} and indices {} gathered along axis {}",
                        batch_dims, ToText(params), ToText(indices), at);
  }
  std::vector<Dim> dims = DimsOf(params, 0, at);
  for (int i = 0; i < static_cast<int>(batch_dims); ++i) {
    LS_TRY(dims[static_cast<size_t>(i)],
           SharedDim(context, params[i], indices[i], "the batch axes of operand and indices"));
  }
  const auto middle = DimsOf(indices, static_cast<int>(batch_dims), indices.rank());
  const auto tail = DimsOf(params, at + 1, params.rank());
  dims.insert(dims.end(), middle.begin(), middle.end());
  dims.insert(dims.end(), tail.begin(), tail.end());
  context.set_shape(0, Shape(std::move(dims)));

  const auto value = params.rank() == 1 ? context.value(0) : std::nullopt;
  const auto picked = context.ints(1);
  if (!value || !picked || indices.rank() > 1) return {};
  PartialValue result;
  for (int64_t index : *picked) {
    if (index < 0 || index >= static_cast<int64_t>(value->size())) return {};
    result.push_back((*value)[static_cast<size_t>(index)]);
  }
  context.set_value(0, std::move(result));
  return {};
}

// indices [..., k] point into the first k axes of `shape`; the updates have what remains.
Result<void> GatheredByNd(ShapeContext& context, const Shape& params, const Shape& indices) {
  if (!params.ranked() || !indices.ranked()) return {};
  if (indices.rank() == 0) return context.Fail("the indices need at least one axis");
  const Dim depth = indices[indices.rank() - 1];
  if (!depth.known()) return {};
  if (depth.value() > params.rank()) {
    return context.Fail("indices {} point into {} axes, but {} has {}", ToText(indices), depth.value(),
                        ToText(params), params.rank());
  }
  context.set_shape(0, Concatenated(DimsOf(indices, 0, indices.rank() - 1),
                                    DimsOf(params, static_cast<int>(depth.value()), params.rank())));
  return {};
}

// [n, tail...] where the tail is that of the data after the axes of the segment ids.
Result<void> Segmented(ShapeContext& context, Dim count, int id_rank) {
  const Shape& data = context.input(0);
  if (!data.ranked()) return {};
  if (data.rank() < id_rank) {
    return context.Fail("the data {} has fewer axes than its segment ids {}", ToText(data),
                        ToText(context.input(1)));
  }
  context.set_shape(0, Concatenated({count}, DimsOf(data, id_rank, data.rank())));
  return {};
}

}  // namespace

Result<void> Gather(ShapeContext& context) {
  return Gathered(context, context.input(0), context.input(1), 0, 0);
}

Result<void> GatherV2(ShapeContext& context) {
  return Gathered(context, context.input(0), context.input(1), context.scalar(2),
                  context.attributes().Int("batch_dims"));
}

Result<void> GatherNd(ShapeContext& context) {
  return GatheredByNd(context, context.input(0), context.input(1));
}

// The shape that a variable's handle was made with; unknown if the handle comes from elsewhere.
Shape ShapeBehindHandle(const ShapeContext& context, size_t operand) {
  const ir::Value* handle = context.node().operand_or_null(operand);
  const ir::Node* source = handle != nullptr ? handle->node() : nullptr;
  if (source == nullptr || source->op_name() != "VarHandleOp") return {};
  return source->attributes.Get<Shape>("shape");
}

Result<void> ReadVariable(ShapeContext& context) {
  context.set_shape(0, ShapeBehindHandle(context, 0));
  return {};
}

Result<void> VariableShape(ShapeContext& context) {
  const Shape shape = ShapeBehindHandle(context, 0);
  context.set_shape(0, {shape.ranked() ? Dim(shape.rank()) : Dim::Unknown()});
  if (shape.ranked()) context.set_value(0, shape.dims());
  return {};
}

Result<void> ResourceGather(ShapeContext& context) {
  return Gathered(context, ShapeBehindHandle(context, 0), context.input(1),
                  context.attributes().Int("batch_dims"), context.attributes().Int("batch_dims"));
}

Result<void> ResourceGatherNd(ShapeContext& context) {
  return GatheredByNd(context, ShapeBehindHandle(context, 0), context.input(1));
}

// ScatterNd(indices, updates, shape).
Result<void> ScatterNd(ShapeContext& context) {
  context.set_shape(0, context.value_as_shape(2));
  return {};
}

// SegmentSum(data, segment_ids): one more than the largest id, which only the values tell.
Result<void> Segment(ShapeContext& context) { return Segmented(context, Dim::Unknown(), 1); }

// SegmentSumV2 and UnsortedSegment*(data, segment_ids, num_segments).
Result<void> UnsortedSegment(ShapeContext& context) {
  const Shape& ids = context.input(1);
  if (!ids.ranked()) return {};
  return Segmented(context, ScalarAsDim(context, 2), ids.rank());
}

// SparseSegment*(data, indices, segment_ids).
Result<void> SparseSegment(ShapeContext& context) { return Segmented(context, Dim::Unknown(), 1); }
Result<void> SparseSegmentWithNumber(ShapeContext& context) {
  return Segmented(context, ScalarAsDim(context, 3), 1);
}

// DynamicPartition(data, partitions) -> outputs*num_partitions.
Result<void> DynamicPartition(ShapeContext& context) {
  const Shape &data = context.input(0), &partitions = context.input(1);
  if (!data.ranked() || !partitions.ranked()) return {};
  if (data.rank() < partitions.rank()) {
    return context.Fail("the partitions {} have more axes than the data {}", ToText(partitions),
                        ToText(data));
  }
  const Shape part = Concatenated({Dim::Unknown()}, DimsOf(data, partitions.rank(), data.rank()));
  for (size_t i = 0; i < context.output_count(); ++i) context.set_shape(i, part);
  return {};
}

// DynamicStitch(indices*N, data*N): as long as the largest index says.
Result<void> DynamicStitch(ShapeContext& context) {
  const size_t count = context.input_count() / 2;
  int64_t largest = -1;
  bool all_known = count > 0;
  for (size_t i = 0; i < count; ++i) {
    const Tensor* indices = context.constant(i);
    const auto values = indices != nullptr ? indices->ToInt64() : std::nullopt;
    all_known &= values.has_value();
    for (int64_t value : values.value_or(std::vector<int64_t>{})) largest = std::max(largest, value);
  }
  for (size_t i = 0; i < count; ++i) {
    const Shape &indices = context.input(i), &data = context.input(count + i);
    if (!indices.ranked() || !data.ranked() || data.rank() < indices.rank()) continue;
    const Dim size = all_known && largest < INT64_MAX ? Dim(largest + 1) : Dim::Unknown();
    context.set_shape(0, Concatenated({size}, DimsOf(data, indices.rank(), data.rank())));
    break;
  }
  return {};
}

}  // namespace litesmith::tf::shape
