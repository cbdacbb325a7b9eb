#include "passes/tensor_lists.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "tf/ops.h"

namespace litesmith::passes {
namespace {

// Longer lists stay lists: as single values they would only swell the graph.
constexpr int64_t kMaxLength = 4096;

std::optional<int64_t> ConstantScalar(const ir::Node& node, size_t operand) {
  const Tensor* tensor = node.constant_operand(operand);
  if (tensor == nullptr || tensor->elements() != 1) return std::nullopt;
  const auto values = tensor->ToInt64();
  return values ? std::optional(values->front()) : std::nullopt;
}

// A shape given as a tensor: unknown rank for a scalar -1 or what is no constant.
Shape ConstantShape(const ir::Node& node, size_t operand) {
  const Tensor* tensor = node.constant_operand(operand);
  if (tensor == nullptr || tensor->rank() != 1) return Shape::Unknown();
  const auto values = tensor->ToInt64();
  return values ? Shape(std::vector<Dim>(values->begin(), values->end())) : Shape::Unknown();
}

Shape ElementOf(const Shape& stacked) {
  if (!stacked.ranked() || stacked.rank() == 0) return Shape::Unknown();
  return Shape(std::vector<Dim>(stacked.dims().begin() + 1, stacked.dims().end()));
}

std::optional<int64_t> KnownLength(const Shape& stacked) {
  if (!stacked.ranked() || stacked.rank() == 0 || !stacked[0].known() || stacked[0].value() > kMaxLength) {
    return std::nullopt;
  }
  return stacked[0].value();
}

void Refine(Shape& shape, const Shape& other) {
  if (auto merged = Merge(shape, other)) shape = *std::move(merged);
}

void ReplaceOutput(ir::Node& node, ir::Value* value) {
  if (value->name.empty()) value->name = node.output()->name;
  node.output()->ReplaceAllUsesWith(value);
}

}  // namespace

const TensorLists::List* TensorLists::Find(const ir::Value* value) const {
  const auto found = lists_.find(value);
  return found != lists_.end() ? &found->second : nullptr;
}

ir::Value* TensorLists::Element(const List& list, size_t index, ir::Node& at) {
  if (index >= list.length) return nullptr;
  ir::Builder builder(at);
  if (list.stacked != nullptr) {
    const auto vector = [&](size_t value) {
      return builder.Constant(Tensor::Of<int32_t>({1}, {static_cast<int32_t>(value)}));
    };
    return builder.Make(
        tf::StridedSlice, {list.stacked, vector(index), vector(index + 1), vector(1)},
        {list.dtype, list.element, nullptr},
        {{"begin_mask", int64_t{0}}, {"end_mask", int64_t{0}}, {"shrink_axis_mask", int64_t{1}}});
  }
  if (list.elements[index] != nullptr) return list.elements[index];
  // Never written: zeros, where the shape is known (what TensorListGetItem and Stack give).
  if (!list.element.known() || !HasFixedSize(list.dtype)) return nullptr;
  return builder.Constant(Tensor::Zeros(list.dtype, list.element.known_dims()));
}

bool TensorLists::Spread(List& list, ir::Node& at) {
  if (list.stacked == nullptr) return true;
  std::vector<ir::Value*> elements;
  for (size_t i = 0; i < list.length; ++i) elements.push_back(Element(list, i, at));
  list.stacked = nullptr;
  list.elements = std::move(elements);
  return true;
}

ir::Value* TensorLists::Stack(const List& list, ir::Node& at) {
  if (list.stacked != nullptr) return list.stacked;
  if (list.length == 0) {
    if (!list.element.known() || !HasFixedSize(list.dtype)) return nullptr;
    Dims dims = list.element.known_dims();
    dims.insert(dims.begin(), 0);
    return ir::Builder(at).Constant(Tensor::Zeros(list.dtype, dims));
  }
  List known = list;  // an element that is written tells the shape of those that are not
  for (const ir::Value* element : list.elements) {
    if (element != nullptr) Refine(known.element, element->type.shape);
  }
  std::vector<ir::Value*> elements;
  for (size_t i = 0; i < known.length; ++i) {
    elements.push_back(Element(known, i, at));
    if (elements.back() == nullptr) return nullptr;
  }
  Shape shape;
  if (known.element.ranked()) {
    std::vector<Dim> dims = known.element.dims();
    dims.insert(dims.begin(), Dim(static_cast<int64_t>(known.length)));
    shape = Shape(std::move(dims));
  }
  ir::Builder builder(at);
  return builder
      .Create(tf::Pack, elements, {{known.dtype, shape, nullptr}},
              {{"N", static_cast<int64_t>(known.length)}, {"T", known.dtype}, {"axis", int64_t{0}}})
      ->output();
}

bool TensorLists::Visit(ir::Node& node) {
  return node.op().dialect == ir::Dialect::kTf && (VisitTensorList(node) || VisitTensorArray(node));
}

bool TensorLists::VisitTensorList(ir::Node& node) {
  if (node.Is(tf::TensorListReserve) || node.Is(tf::EmptyTensorList)) {
    const auto length = node.Is(tf::EmptyTensorList) ? std::optional<int64_t>(0) : ConstantScalar(node, 1);
    if (!length || *length < 0 || *length > kMaxLength) return false;
    const size_t size = static_cast<size_t>(*length);
    Note(node.output(), {node.attributes.Type("element_dtype"), ConstantShape(node, 0),
                         std::vector<ir::Value*>(size), nullptr, size});
    return false;
  }
  if (node.Is(tf::TensorListFromTensor)) {
    const ir::Type& type = node.operand(0)->type;
    if (const auto length = KnownLength(type.shape)) {
      Note(node.output(),
           {type.dtype, ElementOf(type.shape), {}, node.operand(0), static_cast<size_t>(*length)});
    }
    return false;
  }
  const List* list = node.operand_count() > 0 ? Find(node.operand(0)) : nullptr;
  if (list == nullptr) return false;
  if (node.Is(tf::TensorListSetItem)) {
    const auto index = ConstantScalar(node, 1);
    if (!index || *index < 0 || static_cast<size_t>(*index) >= list->length) return false;
    List next = *list;
    if (!Spread(next, node)) return false;
    next.elements[static_cast<size_t>(*index)] = node.operand(2);
    Note(node.output(), std::move(next));
    return false;
  }
  if (node.Is(tf::TensorListPushBack)) {
    List next = *list;
    if (!Spread(next, node)) return false;
    next.elements.push_back(node.operand(1));
    ++next.length;
    Note(node.output(), std::move(next));
    return false;
  }
  if (node.Is(tf::TensorListResize)) {
    const auto length = ConstantScalar(node, 1);
    if (!length || *length < 0 || *length > kMaxLength) return false;
    List next = *list;
    if (!Spread(next, node)) return false;
    next.length = static_cast<size_t>(*length);
    next.elements.resize(next.length);
    Note(node.output(), std::move(next));
    return false;
  }
  if (node.Is(tf::TensorListPopBack)) {
    if (list->length == 0) return false;
    List next = *list;
    ir::Value* last = Element(next, next.length - 1, node);
    if (last == nullptr || !Spread(next, node)) return false;
    next.elements.pop_back();
    --next.length;
    node.output(1)->ReplaceAllUsesWith(last);
    Note(node.output(0), std::move(next));
    return false;
  }
  if (node.Is(tf::TensorListGetItem)) {
    const auto index = ConstantScalar(node, 1);
    if (!index || *index < 0) return false;
    List known = *list;
    if (node.operand_count() > 2) Refine(known.element, ConstantShape(node, 2));
    ir::Value* element = Element(known, static_cast<size_t>(*index), node);
    if (element == nullptr) return false;
    ReplaceOutput(node, element);
    return true;
  }
  if (node.Is(tf::TensorListStack)) {
    List known = *list;
    if (node.operand_count() > 1) Refine(known.element, ConstantShape(node, 1));
    ir::Value* stacked = Stack(known, node);
    if (stacked == nullptr) return false;
    ReplaceOutput(node, stacked);
    return true;
  }
  if (node.Is(tf::TensorListLength)) {
    ReplaceOutput(node, ir::Builder(node).Constant(Tensor::Scalar(static_cast<int32_t>(list->length))));
    return true;
  }
  return false;
}

// A tensor array is followed along its flow, which each write gives anew; the handle only names it.
bool TensorLists::VisitTensorArray(ir::Node& node) {
  if (node.Is(tf::TensorArrayV3)) {
    const auto length = ConstantScalar(node, 0);
    if (!length || *length < 0 || *length > kMaxLength || node.output_count() != 2) return false;
    const size_t size = static_cast<size_t>(*length);
    Note(node.output(1), {node.attributes.Type("dtype"), node.attributes.Get<Shape>("element_shape"),
                          std::vector<ir::Value*>(size), nullptr, size});
    return false;
  }
  const List* list = node.operand_count() > 1 ? Find(node.operand(node.operand_count() - 1)) : nullptr;
  if (list == nullptr) return false;
  if (node.Is(tf::TensorArrayWriteV3)) {
    const auto index = ConstantScalar(node, 1);
    if (!index || *index < 0 || *index >= kMaxLength) return false;
    List next = *list;
    if (!Spread(next, node)) return false;
    next.length = std::max(next.length, static_cast<size_t>(*index) + 1);  // arrays of dynamic size grow
    next.elements.resize(next.length);
    next.elements[static_cast<size_t>(*index)] = node.operand(2);
    Note(node.output(), std::move(next));
    return false;
  }
  if (node.Is(tf::TensorArrayScatterV3)) {
    const Tensor* indices = node.constant_operand(1);
    const auto order = indices != nullptr ? indices->ToInt64() : std::nullopt;
    const ir::Type& type = node.operand(2)->type;
    if (!order || KnownLength(type.shape) != static_cast<int64_t>(order->size())) return false;
    List source{type.dtype, ElementOf(type.shape), {}, node.operand(2), order->size()};
    List next = *list;
    Refine(next.element, source.element);
    std::vector<int64_t> counting(order->size());
    std::iota(counting.begin(), counting.end(), 0);
    if (*order == counting && next.length <= order->size()) {
      Note(node.output(), std::move(source));
      return false;
    }
    if (!Spread(next, node)) return false;
    for (size_t i = 0; i < order->size(); ++i) {
      const int64_t place = (*order)[i];
      if (place < 0 || place >= kMaxLength) return false;
      next.length = std::max(next.length, static_cast<size_t>(place) + 1);
      next.elements.resize(next.length);
      next.elements[static_cast<size_t>(place)] = Element(source, i, node);
    }
    Note(node.output(), std::move(next));
    return false;
  }
  if (node.Is(tf::TensorArrayReadV3)) {
    const auto index = ConstantScalar(node, 1);
    if (!index || *index < 0) return false;
    ir::Value* element = Element(*list, static_cast<size_t>(*index), node);
    if (element == nullptr) return false;
    ReplaceOutput(node, element);
    return true;
  }
  if (node.Is(tf::TensorArrayGatherV3)) {
    const Tensor* indices = node.constant_operand(1);
    const auto order = indices != nullptr ? indices->ToInt64() : std::nullopt;
    if (!order) return false;
    List picked = *list;
    Refine(picked.element, node.attributes.Get<Shape>("element_shape"));
    std::vector<int64_t> counting(list->length);
    std::iota(counting.begin(), counting.end(), 0);
    if (*order != counting) {
      if (!Spread(picked, node)) return false;
      std::vector<ir::Value*> elements;
      for (const int64_t index : *order) {
        if (index < 0 || static_cast<size_t>(index) >= picked.length) return false;
        elements.push_back(picked.elements[static_cast<size_t>(index)]);
      }
      picked.elements = std::move(elements);
      picked.length = picked.elements.size();
    }
    ir::Value* stacked = Stack(picked, node);
    if (stacked == nullptr) return false;
    ReplaceOutput(node, stacked);
    return true;
  }
  if (node.Is(tf::TensorArraySizeV3)) {
    ReplaceOutput(node, ir::Builder(node).Constant(Tensor::Scalar(static_cast<int32_t>(list->length))));
    return true;
  }
  return false;
}

}  // namespace litesmith::passes
