#include "runtime/single_prepare.h"

#include "base/checked.h"

namespace litesmith::runtime {
namespace {

TensorView ViewOf(const ir::Value* value, const Tensor* tensor) {
  TensorView view;
  view.present = value != nullptr;
  if (value == nullptr) return view;
  view.dtype = tensor != nullptr ? tensor->dtype() : value->type.dtype;
  view.dims = tensor != nullptr ? tensor->dims() : value->type.shape.known_dims();
  view.quantization = value->type.quantization.get();
  if (tensor == nullptr) return view;
  view.constant = true;
  view.bytes = tensor->bytes().size();
  // Kernels only read their inputs.
  view.data = view.bytes == 0 ? nullptr : const_cast<std::byte*>(tensor->bytes().data());
  return view;
}

}  // namespace

void FillViews(const ir::Node& node, const std::vector<const Tensor*>& tensors, const Limits& limits,
               Threads* threads, KernelContext* context) {
  context->attributes = &node.attributes;
  context->op_name = node.op_name();
  context->threads = threads;
  context->limits = &limits;
  for (size_t i = 0; i < tensors.size(); ++i) context->inputs.push_back(ViewOf(node.operand(i), tensors[i]));
  for (size_t i = 0; i < node.output_count(); ++i) {
    const ir::Type& type = node.output(i)->type;
    TensorView& view = context->outputs.emplace_back();
    view.dtype = type.dtype;
    view.quantization = type.quantization.get();
    if (type.shape.known()) view.dims = type.shape.known_dims();
  }
}

SinglePrepare::SinglePrepare(const ir::Node& node, const std::vector<const Tensor*>& tensors,
                             const Limits& limits, Threads* threads)
    : dims_(node.output_count()) {
  FillViews(node, tensors, limits, threads, this);
}

Result<void> SinglePrepare::SetOutput(size_t index, Dims dims) {
  const auto elements = CheckedProduct(dims);
  if (!elements || *elements > limits->max_result_bytes) return kFailed;
  dims_[index] = std::move(dims);
  return {};
}

int SinglePrepare::RequestScratch(size_t bytes) {
  scratch_.push_back(bytes);
  return static_cast<int>(scratch_.size()) - 1;
}

std::shared_ptr<const std::byte> SinglePrepare::Pack(size_t, std::string_view, size_t bytes,
                                                     const std::function<void(std::byte*)>& make) {
  std::shared_ptr<std::byte[]> packed(new std::byte[bytes]);
  make(packed.get());
  return {packed, packed.get()};
}

}  // namespace litesmith::runtime
