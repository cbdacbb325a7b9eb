#include "runtime/custom/node_tensors.h"

#include <algorithm>
#include <new>

#include "base/checked.h"
#include "runtime/custom/tensor_memory.h"
#include "runtime/custom/types.h"

namespace litesmith::custom {
namespace {

// Tensors that a kernel may add in one call without moving the others: kernels keep pointers over AddTensors.
constexpr size_t kHeadroom = 64;

TfLiteAllocationType AllocationOf(const TensorView& view) {
  if (view.constant) return kTfLiteMmapRo;
  if (view.state) return kTfLiteArenaRwPersistent;
  return HasFixedSize(view.dtype) ? kTfLiteArenaRw : kTfLiteDynamic;
}

// What a file's shape looks like before anyone has resized the tensor: an unknown dimension is 1 there.
std::vector<int> FirstDims(const Shape& shape) {
  std::vector<int> dims;
  if (!shape.ranked()) return dims;
  for (const Dim dim : shape.dims()) dims.push_back(CheckedCast<int>(dim.value_or(1)).value_or(1));
  return dims;
}

}  // namespace

std::optional<std::vector<int>> ToInts(const Dims& dims) {
  std::vector<int> numbers;
  for (int64_t dim : dims) {
    const auto number = CheckedCast<int>(dim);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

Dims ToDims(const TfLiteIntArray* dims) {
  return dims == nullptr ? Dims() : Dims(dims->data, dims->data + dims->size);
}

void SetDims(TfLiteTensor& tensor, const std::vector<int>& dims) {
  const int rank = static_cast<int>(dims.size());
  if (tensor.dims != nullptr && TfLiteIntArrayEqualsArray(tensor.dims, rank, dims.data()) != 0) return;
  TfLiteIntArray* array = TfLiteIntArrayCreate(rank);
  if (array == nullptr) throw std::bad_alloc();
  std::copy(dims.begin(), dims.end(), array->data);
  TfLiteIntArrayFree(tensor.dims);
  tensor.dims = array;
}

NodeTensors::~NodeTensors() {
  for (TfLiteTensor& tensor : tensors_) TfLiteTensorFree(&tensor);
  for (TfLiteIntArray* array : {node.inputs, node.outputs, node.intermediates, node.temporaries}) {
    TfLiteIntArrayFree(array);
  }
}

TfLiteIntArray* NodeTensors::ArrayOf(const std::vector<int>& numbers) const {
  TfLiteIntArray* array = TfLiteIntArrayCreate(static_cast<int>(numbers.size()));
  if (array == nullptr) throw std::bad_alloc();
  std::copy(numbers.begin(), numbers.end(), array->data);
  return array;
}

Result<void> NodeTensors::AddView(KernelContext& context, const TensorView& view, const ir::Value* value) {
  TfLiteTensor& tensor = tensors_.emplace_back();
  tensor.buffer_handle = kTfLiteNullBufferHandle;
  tensor.name = value->name.c_str();
  tensor.type = ToTfLite(view.dtype);
  tensor.allocation_type = AllocationOf(view);
  tensor.is_variable = view.state;
  tensor.params = ParamsOf(view.quantization);
  SetDims(tensor, FirstDims(value->type.shape));
  const Shape& shape = value->type.shape;
  if (shape.ranked() && !shape.known()) {
    const auto signature = ToInts(shape.with_minus_one());
    if (signature) tensor.dims_signature = ArrayOf(*signature);
  }
  const auto quantization = ToTfLite(view.quantization);
  if (!quantization)
    return context.Refuse("{} is quantized by blocks, which custom kernels are not given", value->name);
  tensor.quantization = *quantization;
  if (tensor.type != kTfLiteNoType) return {};
  return context.Refuse("{} is {}, which TensorFlow Lite does not have", value->name, NameOf(view.dtype));
}

Result<void> NodeTensors::Make(KernelContext& context) {
  if (node.inputs != nullptr) return {};
  std::vector<int> outputs, intermediates;
  for (size_t i = 0; i < context.inputs.size(); ++i) {
    const ir::Value* value = node_.operand(i);
    int index = -1;
    for (size_t before = 0; value != nullptr && before < i; ++before) {
      if (node_.operand(before) == value) index = inputs_[before];  // one tensor, read twice
    }
    if (value != nullptr && index < 0) {
      index = static_cast<int>(tensors_.size());
      LS_RETURN_IF_FAILED(AddView(context, context.inputs[i], value));
    }
    inputs_.push_back(index);
  }
  input_tensors_ = tensors_.size();
  for (size_t i = 0; i < context.outputs.size(); ++i) {
    outputs.push_back(static_cast<int>(tensors_.size()));
    LS_RETURN_IF_FAILED(AddView(context, context.outputs[i], node_.output(i)));
  }
  output_count_ = outputs.size();
  for (size_t i = 0; i < context.intermediates.size(); ++i) {
    const ir::Value* value = node_.operand_or_null(context.inputs.size() + i);
    intermediates.push_back(value != nullptr ? static_cast<int>(tensors_.size()) : -1);
    if (value == nullptr) continue;
    LS_RETURN_IF_FAILED(AddView(context, context.intermediates[i], value));
    ++intermediate_count_;
  }
  node.inputs = ArrayOf(inputs_);
  node.outputs = ArrayOf(outputs);
  node.intermediates = ArrayOf(intermediates);
  node.temporaries = ArrayOf({});
  return {};
}

Result<void> NodeTensors::ShowInputs(KernelContext& context) {
  for (size_t i = 0; i < inputs_.size(); ++i) {
    if (inputs_[i] < 0) continue;
    const TensorView& view = context.inputs[i];
    const auto dims = ToInts(view.dims);
    if (!dims) return context.Refuse("input {} has a dimension that does not fit into 32 bits", i);
    TfLiteTensor& tensor = at(inputs_[i]);
    tensor.type = ToTfLite(view.dtype);
    tensor.allocation_type = AllocationOf(view);
    SetDims(tensor, *dims);
    LendData(tensor, view.data);
    tensor.bytes = view.bytes;
  }
  return {};
}

int NodeTensors::Add(int count) {
  const int first = static_cast<int>(tensors_.size());
  TfLiteTensor empty{};
  empty.buffer_handle = kTfLiteNullBufferHandle;
  tensors_.resize(tensors_.size() + static_cast<size_t>(count), empty);
  return first;
}

void NodeTensors::Reserve() {
  if (tensors_.capacity() - tensors_.size() < kHeadroom) tensors_.reserve(tensors_.size() + 2 * kHeadroom);
}

int NodeTensors::IndexOf(const TfLiteTensor* tensor) const {
  const std::less<const TfLiteTensor*> before;
  if (before(tensor, tensors_.data()) || !before(tensor, tensors_.data() + tensors_.size())) return -1;
  return static_cast<int>(tensor - tensors_.data());
}

int NodeTensors::OutputOf(int index) const {
  const int output = index - static_cast<int>(input_tensors_);
  return index >= 0 && output >= 0 && static_cast<size_t>(output) < output_count_ ? output : -1;
}

}  // namespace litesmith::custom
