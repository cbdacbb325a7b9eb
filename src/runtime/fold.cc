#include "runtime/fold.h"

#include <cstring>
#include <new>
#include <stdexcept>

#include "base/checked.h"
#include "kernels/kernel.h"
#include "kernels/reference/registry.h"
#include "runtime/single_prepare.h"
#include "tensor/strings.h"
#include "tfl/op.h"

namespace litesmith::runtime {
namespace {

// Outputs while they are made.
struct Outputs {
  std::vector<std::vector<std::byte>> strings;
  std::vector<Tensor> tensors;
};

bool MakeOutput(const TensorView& view, const Dims& dims, size_t max_bytes, Tensor* tensor) {
  const auto elements = CheckedProduct(dims);
  const auto bytes = elements ? BytesOf(view.dtype, *elements) : std::nullopt;
  if (!bytes || *bytes > max_bytes) return false;
  *tensor = Tensor::Zeros(view.dtype, dims);
  return true;
}

class FoldInvoke final : public InvokeContext {
 public:
  FoldInvoke(Outputs& results, size_t max_bytes) : results_(results), max_bytes_(max_bytes) {}
  Failed Report(Code, std::string) override { return kFailed; }
  Result<void> ResizeOutput(size_t index, Dims dims) override {
    if (!MakeOutput(outputs[index], dims, max_bytes_, &results_.tensors[index])) return kFailed;
    SetView(index);
    return {};
  }
  Result<void> ResizeStringOutput(size_t index, Dims dims, size_t packed_bytes) override {
    const auto elements = CheckedProduct(dims);
    if (!elements || packed_bytes > max_bytes_) return kFailed;
    results_.strings[index].assign(packed_bytes, std::byte{0});
    outputs[index].dims = std::move(dims);
    outputs[index].data = results_.strings[index].data();
    outputs[index].bytes = packed_bytes;
    return {};
  }
  std::byte* scratch(int number) override { return blocks[static_cast<size_t>(number)].data(); }

  void SetView(size_t index) {
    Tensor& tensor = results_.tensors[index];
    const auto bytes = tensor.mutable_bytes();
    outputs[index].dims = tensor.dims();
    outputs[index].data = bytes.empty() ? nullptr : bytes.data();
    outputs[index].bytes = bytes.size();
  }
  std::vector<std::vector<std::byte>> blocks;

 private:
  Outputs& results_;
  const size_t max_bytes_;
};

bool IsPure(const ir::Node& node) {
  constexpr uint32_t kExcluded = ir::kSideEffect | ir::kNotPure | ir::kCalls | ir::kUnknownOp;
  return tfl::OpOf(node) != nullptr && (node.op().traits & kExcluded) == 0 && node.operand_count() > 0;
}

Result<void> Evaluate(Kernel& kernel, SinglePrepare& prepare, FoldInvoke& invoke, Outputs& results,
                      size_t max_bytes) {
  LS_RETURN_IF_FAILED(kernel.Prepare(prepare));
  for (size_t i = 0; i < invoke.outputs.size(); ++i) invoke.outputs[i].dtype = prepare.outputs[i].dtype;
  for (const size_t bytes : prepare.scratch()) {
    if (bytes > max_bytes) return kFailed;
    invoke.blocks.emplace_back(bytes);
  }
  for (size_t i = 0; i < invoke.outputs.size(); ++i) {
    const std::optional<Dims>& dims = prepare.dims()[i];
    if (!dims) continue;
    if (invoke.outputs[i].dtype == DType::kString) {
      invoke.outputs[i].dims = *dims;
      continue;
    }
    if (!MakeOutput(invoke.outputs[i], *dims, max_bytes, &results.tensors[i])) return kFailed;
    invoke.SetView(i);
  }
  LS_RETURN_IF_FAILED(kernel.Invoke(invoke));
  for (size_t i = 0; i < invoke.outputs.size(); ++i) {
    const TensorView& view = invoke.outputs[i];
    if (view.dtype == DType::kString) {
      const auto strings = UnpackStrings(results.strings[i]);
      if (!strings || static_cast<int64_t>(strings->size()) != view.elements()) return kFailed;
      results.tensors[i] = Tensor::OfStrings(view.dims, *strings);
    }
    if (!results.tensors[i].valid()) return kFailed;
  }
  return {};
}

}  // namespace

std::optional<std::vector<Tensor>> EvaluateConstant(const ir::Node& node,
                                                    const std::vector<const Tensor*>& operands,
                                                    size_t max_bytes, Context& context) {
  if (!IsPure(node)) return std::nullopt;
  const KernelFactory factory = FindReferenceKernel(node.op_name());
  if (factory == nullptr) return std::nullopt;
  for (size_t i = 0; i < node.output_count(); ++i) {
    const DType dtype = node.output(i)->type.dtype;
    if (!HasFixedSize(dtype) && dtype != DType::kString) return std::nullopt;
  }
  try {
    const std::unique_ptr<Kernel> kernel = factory();
    Outputs results;
    results.strings.resize(node.output_count());
    results.tensors.resize(node.output_count());
    SerialThreads threads;
    SinglePrepare prepare(node, operands, context.limits, &threads);
    FoldInvoke invoke(results, max_bytes);
    FillViews(node, operands, context.limits, &threads, &invoke);
    if (!Evaluate(*kernel, prepare, invoke, results, max_bytes)) return std::nullopt;
    return std::move(results.tensors);
  } catch (const std::bad_alloc&) {
    return std::nullopt;
  } catch (const std::length_error&) {
    return std::nullopt;
  }
}

}  // namespace litesmith::runtime
