#include "pipeline/verify_lists.h"

#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "tf/ops.h"

namespace litesmith::pipeline {
namespace {

using List = std::vector<Tensor>;
using Outputs = std::optional<std::vector<Datum>>;

constexpr int64_t kMaxLength = 1'000'000;
// What the elements of one list may take together: many may be one tensor, until they are joined.
constexpr size_t kMaxBytes = size_t{1} << 31;

Outputs OneTensor(std::optional<Tensor> tensor) {
  if (!tensor || !tensor->valid()) return std::nullopt;
  return std::vector{Datum{*std::move(tensor)}};
}
Outputs OneList(List list) { return std::vector{Datum{{}, std::make_shared<List>(std::move(list))}}; }
Datum Flow() { return {Tensor::Scalar(0.0f)}; }

std::optional<int64_t> Integer(const Datum& datum) {
  const auto values = datum.tensor.valid() ? datum.tensor.ToInt64() : std::nullopt;
  return values && values->size() == 1 ? std::optional(values->front()) : std::nullopt;
}

// A shape as lists are given one: nothing for an unknown rank or dimension.
std::optional<Dims> ElementDims(const Datum& datum) {
  if (datum.tensor.rank() != 1) return std::nullopt;
  auto dims = datum.tensor.ToInt64();
  if (!dims || std::any_of(dims->begin(), dims->end(), [](int64_t dim) { return dim < 0; }))
    return std::nullopt;
  return dims;
}

// `count` tensors one behind the other along the first axis; invalid where they do not fit together.
Tensor Joined(std::span<const Tensor> parts, Dims dims) {
  const DType dtype = parts.front().dtype();
  std::vector<std::string_view> strings;
  size_t bytes = 0;
  for (const Tensor& part : parts) {
    if (part.dtype() != dtype) return {};
    bytes += part.bytes().size();
    if (dtype == DType::kString) {
      const auto more = part.strings();
      strings.insert(strings.end(), more.begin(), more.end());
    }
  }
  if (dtype == DType::kString) return Tensor::OfStrings(std::move(dims), strings);
  if (bytes > kMaxBytes) return {};
  const auto elements = CheckedProduct(dims);
  const auto expected = elements ? BytesOf(dtype, *elements) : std::nullopt;
  if (!expected || *expected != bytes) return {};
  Tensor joined = Tensor::Zeros(dtype, std::move(dims));
  std::byte* to = joined.mutable_bytes().data();
  for (const Tensor& part : parts) {
    if (!part.bytes().empty()) std::memcpy(to, part.bytes().data(), part.bytes().size());
    to += part.bytes().size();
  }
  return joined;
}

// Elements that were never written are zeros, of the shape that the others or the op tell.
std::optional<List> Filled(List list, std::optional<Dims> dims, DType dtype) {
  for (const Tensor& element : list) {
    if (element.valid()) dims = element.dims();
  }
  Tensor zeros;
  for (Tensor& element : list) {
    if (element.valid()) continue;
    if (!zeros.valid()) {
      const auto elements = dims ? CheckedProduct(*dims) : std::nullopt;
      const auto bytes = elements ? BytesOf(dtype, *elements) : std::nullopt;
      if (!bytes || !HasFixedSize(dtype) || *bytes > kMaxBytes) return std::nullopt;
      zeros = Tensor::Zeros(dtype, *dims);
    }
    element = zeros;
  }
  return list;
}

std::optional<Tensor> Stacked(const List& list, std::optional<Dims> dims, DType dtype) {
  const auto filled = Filled(list, dims, dtype);
  if (!filled) return std::nullopt;
  if (!filled->empty()) dims = filled->front().dims();
  if (!dims) return std::nullopt;
  for (const Tensor& element : *filled) {
    if (element.dims() != *dims) return std::nullopt;
  }
  dims->insert(dims->begin(), static_cast<int64_t>(filled->size()));
  if (filled->empty()) return HasFixedSize(dtype) ? std::optional(Tensor::Zeros(dtype, *dims)) : std::nullopt;
  return Joined(*filled, *std::move(dims));
}

std::optional<Tensor> Concatenated(const List& list, DType dtype) {
  const auto filled = Filled(list, std::nullopt, dtype);
  if (!filled || filled->empty() || filled->front().rank() == 0) return std::nullopt;
  Dims dims = filled->front().dims();
  dims[0] = 0;
  for (const Tensor& element : *filled) {
    if (element.rank() != static_cast<int>(dims.size())) return std::nullopt;
    if (!std::equal(dims.begin() + 1, dims.end(), element.dims().begin() + 1)) return std::nullopt;
    dims[0] += element.dims()[0];
  }
  return Joined(*filled, std::move(dims));
}

std::optional<List> Unstacked(const Tensor& tensor) {
  if (tensor.rank() == 0 || tensor.dims()[0] > kMaxLength) return std::nullopt;
  const Dims dims(tensor.dims().begin() + 1, tensor.dims().end());
  const auto count = static_cast<size_t>(tensor.dims()[0]);
  List list;
  if (tensor.dtype() == DType::kString) {
    const auto strings = tensor.strings();
    const size_t each = count == 0 ? 0 : strings.size() / count;
    for (size_t i = 0; i < count; ++i) {
      const auto from = strings.begin() + static_cast<ptrdiff_t>(i * each);
      list.push_back(Tensor::OfStrings(dims, {from, from + static_cast<ptrdiff_t>(each)}));
    }
    return list;
  }
  const size_t each = count == 0 ? 0 : tensor.bytes().size() / count;
  for (size_t i = 0; i < count; ++i)
    list.emplace_back(tensor.dtype(), dims, tensor.owner(), tensor.bytes().subspan(i * each, each));
  return list;
}

std::optional<List> Chosen(const List& list, const Tensor& indices) {
  const auto places = indices.ToInt64();
  if (!places) return std::nullopt;
  List chosen;
  for (const int64_t place : *places) {
    if (place < 0 || static_cast<size_t>(place) >= list.size()) return std::nullopt;
    chosen.push_back(list[static_cast<size_t>(place)]);
  }
  return chosen;
}

// Puts the slices of `values` to these places; the list grows where `grow`.
bool Scatter(List& list, const Tensor& indices, const Tensor& values, bool grow) {
  const auto places = indices.ToInt64();
  const auto slices = Unstacked(values);
  if (!places || !slices || places->size() != slices->size()) return false;
  for (size_t i = 0; i < places->size(); ++i) {
    const int64_t place = (*places)[i];
    if (place < 0 || place >= kMaxLength) return false;
    if (static_cast<size_t>(place) >= list.size()) {
      if (!grow) return false;
      list.resize(static_cast<size_t>(place) + 1);
    }
    list[static_cast<size_t>(place)] = (*slices)[i];
  }
  return true;
}

Outputs WithLengths(const List& list, std::optional<Tensor> tensor) {
  if (!tensor || !tensor->valid()) return std::nullopt;
  std::vector<int64_t> lengths;
  for (const Tensor& element : list)
    lengths.push_back(element.valid() && element.rank() > 0 ? element.dims()[0] : 0);
  return std::vector{Datum{*std::move(tensor)},
                     Datum{Tensor::Of<int64_t>({static_cast<int64_t>(lengths.size())}, lengths)}};
}

Outputs NewList(std::optional<int64_t> length) {
  if (!length || *length < 0 || *length > kMaxLength) return std::nullopt;
  return OneList(List(static_cast<size_t>(*length)));
}

Outputs Element(const List& list, std::optional<int64_t> index, std::optional<Dims> dims, DType dtype) {
  if (!index || *index < 0 || static_cast<size_t>(*index) >= list.size()) return std::nullopt;
  const Tensor& element = list[static_cast<size_t>(*index)];
  if (element.valid()) return OneTensor(element);
  const auto filled = Filled({Tensor()}, dims, dtype);
  return filled ? OneTensor(filled->front()) : std::nullopt;
}

// Ops that make a list; the operand counts are those of the graph, at least as many as used here.
Outputs MakeList(const ir::Node& node, std::span<const Datum> operands) {
  if (node.Is(tf::EmptyTensorList)) return NewList(0);
  if (node.Is(tf::TensorListReserve)) return NewList(Integer(operands[1]));
  if (node.Is(tf::TensorListFromTensor)) {
    auto list = Unstacked(operands[0].tensor);
    return list ? OneList(*std::move(list)) : std::nullopt;
  }
  if (node.Is(tf::TensorListScatterV2) && operands.size() > 3) {
    const auto length = Integer(operands[3]);
    auto list = NewList(std::max<int64_t>(length.value_or(-1), 0));
    if (!list || !Scatter(*list->front().list, operands[1].tensor, operands[0].tensor, *length < 0))
      return std::nullopt;
    return list;
  }
  return std::nullopt;
}

Outputs ListOp(const ir::Node& node, const List& list, std::span<const Datum> operands) {
  const DType dtype = node.attributes.Type("element_dtype");
  if (node.Is(tf::TensorListLength)) return OneTensor(Tensor::Scalar(static_cast<int32_t>(list.size())));
  if (node.Is(tf::TensorListStack)) return OneTensor(Stacked(list, ElementDims(operands[1]), dtype));
  if (node.Is(tf::TensorListConcatV2) || node.Is(tf::TensorListConcat))
    return WithLengths(list, Concatenated(list, dtype));
  if (node.Is(tf::TensorListPushBack)) {
    List longer = list;
    longer.push_back(operands[1].tensor);
    return OneList(std::move(longer));
  }
  if (node.Is(tf::TensorListPopBack)) {
    auto last = Element(list, static_cast<int64_t>(list.size()) - 1, ElementDims(operands[1]), dtype);
    if (!last) return std::nullopt;
    List shorter(list.begin(), list.end() - 1);
    return std::vector{OneList(std::move(shorter))->front(), last->front()};
  }
  if (node.Is(tf::TensorListResize)) {
    const auto size = Integer(operands[1]);
    if (!size || *size < 0 || *size > kMaxLength) return std::nullopt;
    List resized = list;
    resized.resize(static_cast<size_t>(*size));
    return OneList(std::move(resized));
  }
  if (operands.size() < 3) return std::nullopt;
  if (node.Is(tf::TensorListGetItem))
    return Element(list, Integer(operands[1]), ElementDims(operands[2]), dtype);
  if (node.Is(tf::TensorListSetItem)) {
    const auto index = Integer(operands[1]);
    if (!index || *index < 0 || *index >= kMaxLength) return std::nullopt;
    List changed = list;
    if (static_cast<size_t>(*index) >= list.size()) {
      if (!node.attributes.Bool("resize_if_index_out_of_bounds")) return std::nullopt;
      changed.resize(static_cast<size_t>(*index) + 1);
    }
    changed[static_cast<size_t>(*index)] = operands[2].tensor;
    return OneList(std::move(changed));
  }
  if (node.Is(tf::TensorListGather)) {
    const auto chosen = Chosen(list, operands[1].tensor);
    return chosen ? OneTensor(Stacked(*chosen, ElementDims(operands[2]), dtype)) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<Dims> ArrayElementDims(const ir::Node& node) {
  const Shape shape = node.attributes.Get<Shape>("element_shape");
  return shape.known() ? std::optional(shape.known_dims()) : std::nullopt;
}

// TF1's arrays: operand 0 is the handle, the last one the flow that puts their ops into an order.
Outputs ArrayOp(const ir::Node& node, List& array, std::span<const Datum> operands) {
  const DType dtype = node.attributes.Type("dtype");
  if (node.Is(tf::TensorArraySizeV3)) return OneTensor(Tensor::Scalar(static_cast<int32_t>(array.size())));
  if (node.Is(tf::TensorArrayConcatV3)) return WithLengths(array, Concatenated(array, dtype));
  if (operands.size() < 3) return std::nullopt;
  if (node.Is(tf::TensorArrayReadV3))
    return Element(array, Integer(operands[1]), ArrayElementDims(node), dtype);
  if (node.Is(tf::TensorArrayGatherV3)) {
    const auto chosen = Chosen(array, operands[1].tensor);
    return chosen ? OneTensor(Stacked(*chosen, ArrayElementDims(node), dtype)) : std::nullopt;
  }
  if (operands.size() < 4) return std::nullopt;
  // An array that may not grow is one whose graph never asks it to: growing it changes nothing.
  if (node.Is(tf::TensorArrayWriteV3)) {
    const auto index = Integer(operands[1]);
    if (!index || *index < 0 || *index >= kMaxLength) return std::nullopt;
    if (static_cast<size_t>(*index) >= array.size()) array.resize(static_cast<size_t>(*index) + 1);
    array[static_cast<size_t>(*index)] = operands[2].tensor;
    return std::vector{Flow()};
  }
  if (node.Is(tf::TensorArrayScatterV3)) {
    if (!Scatter(array, operands[1].tensor, operands[2].tensor, true)) return std::nullopt;
    return std::vector{Flow()};
  }
  return std::nullopt;
}

}  // namespace

bool IsListOp(const ir::Node& node) {
  const std::string_view name = node.op_name();
  return name.starts_with("TensorList") || name.starts_with("TensorArray") || name == "EmptyTensorList";
}

std::optional<std::vector<Datum>> EvaluateListOp(const ir::Node& node, std::span<const Datum> operands) {
  if (node.Is(tf::TensorArrayV3)) {
    auto made = operands.empty() ? std::nullopt : NewList(Integer(operands[0]));
    if (!made || node.output_count() != 2) return std::nullopt;
    made->push_back(Flow());
    return made;
  }
  if (operands.empty()) return std::nullopt;
  Outputs outputs;
  if (operands[0].list == nullptr) {
    outputs = operands.size() > 1 ? MakeList(node, operands) : std::nullopt;
  } else if (node.op_name().starts_with("TensorArray")) {
    outputs = ArrayOp(node, *operands[0].list, operands);
  } else if (operands.size() > 1 || node.Is(tf::TensorListLength)) {
    outputs = ListOp(node, *operands[0].list, operands);
  }
  return outputs && outputs->size() == node.output_count() ? outputs : std::nullopt;
}

}  // namespace litesmith::pipeline
