// Lists and arrays of tensors, control flow of TensorFlow 1, text, sparse tensors.
#include "tf/shape/common.h"

namespace litesmith::tf::shape {
namespace {

// An element shape that an operand holds: -1 alone, a scalar, stands for any rank.
Shape ElementShape(const ShapeContext& context, size_t operand) {
  if (context.input(operand).rank() == 0) return {};
  return context.value_as_shape(operand);
}

// Nodes through which a handle passes on its way, in loops of TensorFlow 1.
bool PassesHandle(std::string_view op) {
  return op == "Identity" || op == "Enter" || op == "Switch" || op == "RefEnter" || op == "RefIdentity";
}

// The node that made the handle in operand 0; null if it comes from elsewhere.
const ir::Node* MakerOfHandle(const ShapeContext& context) {
  constexpr int kMaxSteps = 64;
  const ir::Value* handle = context.node().operand_or_null(0);
  for (int step = 0; handle != nullptr && handle->node() != nullptr && step < kMaxSteps; ++step) {
    if (!PassesHandle(handle->node()->op_name())) return handle->node();
    handle = handle->node()->operand_or_null(0);
  }
  return nullptr;
}

// The element shape of the TensorArray whose handle is operand 0.
Shape ArrayElement(const ShapeContext& context) {
  const ir::Node* array = MakerOfHandle(context);
  if (array == nullptr || !array->op_name().starts_with("TensorArrayV")) return {};
  return array->attributes.Get<Shape>("element_shape");
}

Shape MergedOrFirst(const Shape& a, const Shape& b) {
  auto merged = Merge(a, b);
  return merged ? std::move(*merged) : a;
}

}  // namespace

Result<void> ListGetItem(ShapeContext& context) {
  context.set_shape(0, ElementShape(context, 2));
  return {};
}

// TensorListPopBack(list, element_shape) -> list, tensor.
Result<void> ListPopBack(ShapeContext& context) {
  context.set_shape(0, Shape::Scalar());
  context.set_shape(1, ElementShape(context, 1));
  return {};
}

// TensorListStack(list, element_shape; num_elements).
Result<void> ListStack(ShapeContext& context) {
  const Shape element = ElementShape(context, 1);
  if (element.ranked()) {
    context.set_shape(0, Concatenated({Dim(context.attributes().Int("num_elements", -1))}, element.dims()));
  }
  return {};
}

// TensorListGather(list, indices, element_shape).
Result<void> ListGather(ShapeContext& context) {
  const Shape element = ElementShape(context, 2);
  const Shape& indices = context.input(1);
  if (element.ranked()) {
    context.set_shape(0, Concatenated({indices.rank() == 1 ? indices[0] : Dim::Unknown()}, element.dims()));
  }
  return {};
}

// TensorListConcatV2(list, element_shape, leading_dims) -> tensor, lengths. The elements' first axes are
// joined.
Result<void> ListConcat(ShapeContext& context) {
  const Shape element =
      context.input_count() > 1 ? ElementShape(context, 1) : context.attributes().Get<Shape>("element_shape");
  if (element.ranked() && element.rank() > 0) {
    context.set_shape(0, Concatenated({Dim::Unknown()}, DimsOf(element, 1, element.rank())));
  }
  context.set_shape(1, {Dim::Unknown()});
  return {};
}

// TensorArrayV3 -> handle [2], flow.
Result<void> ArrayMake(ShapeContext& context) {
  context.set_shape(0, {2});
  context.set_shape(1, Shape::Scalar());
  return {};
}

Result<void> ArrayRead(ShapeContext& context) {
  context.set_shape(0, ArrayElement(context));
  return {};
}

// TensorArrayGatherV3(handle, indices, flow_in; element_shape).
Result<void> ArrayGather(ShapeContext& context) {
  const Shape element =
      MergedOrFirst(context.attributes().Get<Shape>("element_shape"), ArrayElement(context));
  const Shape& indices = context.input(1);
  if (element.ranked()) {
    context.set_shape(0, Concatenated({indices.rank() == 1 ? indices[0] : Dim::Unknown()}, element.dims()));
  }
  return {};
}

Result<void> ArrayConcat(ShapeContext& context) {
  const Shape rest = context.attributes().Get<Shape>("element_shape_except0");
  if (rest.ranked()) context.set_shape(0, Concatenated({Dim::Unknown()}, rest.dims()));
  context.set_shape(1, {Dim::Unknown()});
  return {};
}

// Merge -> output, value_index: what the alternatives have in common. An edge back from NextIteration says
// nothing before it has been seen.
Result<void> MergeAlternatives(ShapeContext& context) {
  context.set_shape(1, Shape::Scalar());
  Shape common = context.input(0);
  for (size_t i = 0; i < context.input_count(); ++i) {
    const Shape& each = context.input(i);
    const ir::Value* operand = context.node().operand_or_null(i);
    const bool back = operand != nullptr && operand->node() != nullptr &&
                      operand->node()->op_name().ends_with("NextIteration");
    if (back || !each.ranked() || each.rank() != common.rank()) return {};
    for (int axis = 0; axis < common.rank(); ++axis) {
      if (!common[axis].Same(each[axis])) common[axis] = Dim::Unknown();
    }
  }
  context.set_shape(0, std::move(common));
  return {};
}

// A lookup gives one value for each key, unless the table holds vectors.
Result<void> LookupFind(ShapeContext& context) {
  const ir::Node* table = MakerOfHandle(context);
  const std::string_view op = table != nullptr ? table->op_name() : "";
  if (op == "HashTableV2" || op == "HashTable" || op == "MutableHashTableV2" || op == "MutableHashTable" ||
      op == "AnonymousHashTable" || op == "AnonymousMutableHashTable") {
    context.set_shape(0, context.input(1));
  }
  return {};
}

// RegexReplace, Substr...: operands that broadcast, scalars among them.
Result<void> StringJoin(ShapeContext& context) {
  Shape shape = Shape::Scalar();
  for (size_t i = 0; i < context.input_count(); ++i) {
    const Shape& input = context.input(i);
    if (input.rank() == 0) continue;
    if (shape.ranked() && shape.rank() == 0) {
      shape = input;
    } else {
      LS_TRY(shape, SharedShape(context, shape, input));
    }
  }
  context.set_shape(0, std::move(shape));
  return {};
}

// StringSplit(V2): a sparse matrix of words.
Result<void> StringSplit(ShapeContext& context) {
  context.set_shape(0, {Dim::Unknown(), 2});
  context.set_shape(1, {Dim::Unknown()});
  context.set_shape(2, {2});
  return {};
}

// DecodeRaw: the bytes of each string become a last axis.
Result<void> DecodeRaw(ShapeContext& context) {
  if (context.input(0).ranked())
    context.set_shape(0, Concatenated(context.input(0).dims(), {Dim::Unknown()}));
  return {};
}

// SparseTensorDenseMatMul(indices, values, shape, b).
Result<void> SparseMatMul(ShapeContext& context) {
  const Shape a = context.value_as_shape(2), &b = context.input(3);
  const bool adjoint_a = context.attributes().Bool("adjoint_a"),
             adjoint_b = context.attributes().Bool("adjoint_b");
  Shape output = Shape::OfRank(2);
  if (a.rank() == 2) output[0] = a[adjoint_a ? 1 : 0];
  if (b.rank() == 2) output[1] = b[adjoint_b ? 0 : 1];
  context.set_shape(0, std::move(output));
  return {};
}

// Sparse tensors: indices [n, rank], values [n], shape [rank].
Result<void> SparseOutputs(ShapeContext& context) {
  context.set_shape(0, Shape::OfRank(2));
  context.set_shape(1, Shape::OfRank(1));
  context.set_shape(2, Shape::OfRank(1));
  return {};
}

// ParseExampleV2: dense values have the batch of the serialized examples and the shape that an attribute
// gives.
Result<void> ParseExample(ShapeContext& context) {
  const Op* op = OpOf(context.node());
  if (op == nullptr) return {};
  const auto set = [&](std::string_view argument, const std::function<Shape(size_t)>& shape) {
    const auto range = FindOutput(*op, context.attributes(), argument);
    for (size_t i = 0; range && i < range->count; ++i) context.set_shape(range->first + i, shape(i));
  };
  const auto of_rank = [](int rank) { return [rank](size_t) { return Shape::OfRank(rank); }; };
  // A sparse tensor has one dimension more than there are examples' own: values lie along it.
  const Shape& batch = context.input(0);
  const Dim rank = batch.ranked() ? Dim(batch.rank() + 1) : Dim();
  set("sparse_indices", [&](size_t) { return Shape{Dim(), rank}; });
  set("sparse_values", of_rank(1));
  set("sparse_shapes", [&](size_t) { return Shape{rank}; });
  set("ragged_values", of_rank(1));
  set("ragged_row_splits", of_rank(1));
  const auto shapes = context.attributes().Get<std::vector<Shape>>("dense_shapes");
  set("dense_values", [&](size_t i) {
    const bool known = batch.ranked() && i < shapes.size() && shapes[i].ranked();
    return known ? Concatenated(batch.dims(), shapes[i].dims()) : Shape::Unknown();
  });
  return {};
}

}  // namespace litesmith::tf::shape
