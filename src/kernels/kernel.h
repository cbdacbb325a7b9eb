// What a kernel is: prepare once the shapes of its inputs are known, then invoke as often as wanted. Kernels
// know no graph, no IR and no files; they see tensors, attributes named as in the schema, and memory.
//
//   class Abs : public Kernel {
//     Result<void> Prepare(PrepareContext& context) override {
//       LS_RETURN_IF_FAILED(context.Expect(context.input(0).dtype == DType::kFloat32, "takes float32 only"));
//       return context.SetOutput(0, context.input(0).dims);
//     }
//     Result<void> Invoke(InvokeContext& context) override { ... }
//   };
//   LS_KERNEL(ABS) { return std::make_unique<Abs>(); }
#pragma once

#include <fmt/format.h>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/finding.h"
#include "base/host.h"
#include "base/result.h"
#include "tensor/attributes.h"
#include "tensor/tensor.h"

namespace litesmith {

// A tensor as a kernel sees it. `data` is null in Prepare unless `constant`, and null when the tensor is
// empty.
struct TensorView {
  DType dtype = DType::kInvalid;
  Dims dims;
  const Quantization* quantization = nullptr;
  std::byte* data = nullptr;
  size_t bytes = 0;       // of `data`; for strings the size of the packed buffer
  bool constant = false;  // never changes; its data may be looked at in Prepare
  bool state = false;     // keeps its value between inferences (TensorFlow Lite's variable tensors)
  bool present = true;    // false: an optional input that the model leaves out

  int rank() const { return static_cast<int>(dims.size()); }
  int64_t dim(int axis) const { return dims[static_cast<size_t>(axis < 0 ? axis + rank() : axis)]; }
  int64_t elements() const;
  template <class T>
  std::span<const T> as() const {
    return {reinterpret_cast<const T*>(data), static_cast<size_t>(elements())};
  }
  template <class T>
  std::span<T> as_mutable() const {
    return {reinterpret_cast<T*>(data), static_cast<size_t>(elements())};
  }
  bool quantized() const { return quantization != nullptr && !quantization->scale.empty(); }
  float scale() const { return quantization->scale.empty() ? 0.0f : quantization->scale[0]; }
  int32_t zero_point() const { return static_cast<int32_t>(quantization->zero_point_at(0)); }
  // A constant or computed integer tensor's elements, int32 or int64, and others that hold integers.
  std::vector<int64_t> ToInt64() const;
};

// What Prepare and Invoke have in common.
class KernelContext {
 public:
  virtual ~KernelContext() = default;
  size_t input_count() const { return inputs.size(); }
  // The absent tensor if the op has fewer inputs or leaves this one out.
  const TensorView& input(size_t index) const;
  bool has_input(size_t index) const { return input(index).present; }
  size_t output_count() const { return outputs.size(); }
  const TensorView& output(size_t index = 0) const { return outputs[index]; }
  const TensorView& intermediate(size_t index) const { return intermediates[index]; }

  const Attributes* attributes = nullptr;
  std::string_view op_name;
  std::vector<TensorView> inputs, outputs, intermediates;
  Threads* threads = nullptr;
  const Limits* limits = nullptr;

  // Reports a finding that names op and node, with `cause` as its cause; the code is kKernelRefused for a
  // variant that the kernel does not do and kShapeMismatch etc. for a file that contradicts itself.
  virtual Failed Report(Code code, std::string cause) = 0;
  template <class... A>
  Failed Refuse(fmt::format_string<A...> cause, A&&... arguments) {
    return Report(Code::kKernelRefused, fmt::format(cause, std::forward<A>(arguments)...));
  }
  template <class... A>
  Failed Mismatch(fmt::format_string<A...> cause, A&&... arguments) {
    return Report(Code::kShapeMismatch, fmt::format(cause, std::forward<A>(arguments)...));
  }
  // Fails with kKernelRefused unless `condition`.
  template <class... A>
  Result<void> Expect(bool condition, fmt::format_string<A...> cause, A&&... arguments) {
    if (condition) return {};
    return Refuse(cause, std::forward<A>(arguments)...);
  }
};

class PrepareContext : public KernelContext {
 public:
  // The output's shape; its size is checked against the limits.
  virtual Result<void> SetOutput(size_t index, Dims dims) = 0;
  // The shape depends on values: Invoke will call ResizeOutput.
  virtual void SetOutputDynamic(size_t index) = 0;
  // Memory that only lives during Invoke; returns its number for InvokeContext::scratch.
  virtual int RequestScratch(size_t bytes) = 0;
  // The output may use the input's memory: element i of the output is written after element i of the input is
  // read. (Same size in bytes, input not needed afterwards: the planner checks the rest.)
  virtual void AllowInPlace(size_t input, size_t output) = 0;
  // Weights rearranged once and shared by all interpreters of a model: `make` fills a new buffer of `bytes`;
  // `key` names the layout. The input must be constant.
  virtual std::shared_ptr<const std::byte> Pack(size_t input, std::string_view key, size_t bytes,
                                                const std::function<void(std::byte*)>& make) = 0;
};

class InvokeContext : public KernelContext {
 public:
  // For outputs declared dynamic: allocates and sets output(index).dims, data and bytes. For strings give the
  // size of the packed buffer.
  virtual Result<void> ResizeOutput(size_t index, Dims dims) = 0;
  virtual Result<void> ResizeStringOutput(size_t index, Dims dims, size_t packed_bytes) = 0;
  virtual std::byte* scratch(int number) = 0;
};

class Kernel {
 public:
  virtual ~Kernel() = default;
  // Checks everything that Invoke relies on: dtypes, ranks, ranges of axes, products of dimensions. Called
  // again when the shape of an input changes.
  virtual Result<void> Prepare(PrepareContext& context) = 0;
  virtual Result<void> Invoke(InvokeContext& context) = 0;
};

using KernelFactory = std::unique_ptr<Kernel> (*)();

// Defines the reference kernel of a builtin op, or with a name that the schema lacks, of a custom op.
#define LS_KERNEL(op_name) std::unique_ptr<Kernel> MakeReferenceKernel_##op_name()

}  // namespace litesmith
