// The tensors of one node as TensorFlow Lite's C API shows them to a kernel: inputs, outputs and
// intermediates, and behind them those that the kernel adds.
#pragma once

#include <memory>
#include <vector>

#include "ir/module.h"
#include "kernels/kernel.h"
#include "litesmith/custom_op.h"

namespace litesmith::custom {

class NodeTensors {
 public:
  explicit NodeTensors(const ir::Node& node) : node_(node) {}
  NodeTensors(const NodeTensors&) = delete;
  ~NodeTensors();

  // Makes the tensors, once. Reports a quantization that the C API has no form for.
  Result<void> Make(KernelContext& context);
  // Shapes, types and constant data of the inputs, for prepare. Reports dimensions beyond 32 bits.
  Result<void> ShowInputs(KernelContext& context);
  // Room for `count` more tensors, which come with no memory and no shape. Pointers to tensors stay valid
  // while their number stays below what Reserve() made room for.
  int Add(int count);
  void Reserve();

  // Where a tensor of this node is, or -1 for another one's.
  int IndexOf(const TfLiteTensor* tensor) const;
  size_t size() const { return tensors_.size(); }
  TfLiteTensor* data() { return tensors_.data(); }
  TfLiteTensor& at(int index) { return tensors_[static_cast<size_t>(index)]; }
  bool IsValid(int index) const { return index >= 0 && static_cast<size_t>(index) < tensors_.size(); }

  size_t output_count() const { return output_count_; }
  TfLiteTensor& output(size_t i) { return tensors_[input_tensors_ + i]; }
  // Which output the tensor with this index is, or -1.
  int OutputOf(int index) const;
  // True if the file says all dimensions of an output.
  bool OutputShapeInFile(size_t i) const { return node_.output(i)->type.shape.known(); }
  // Indices from here on are tensors that the kernel added.
  int first_added() const { return static_cast<int>(input_tensors_ + output_count_ + intermediate_count_); }
  // The tensor of an input, -1 for one that is left out.
  int input_index(size_t i) const { return inputs_[i]; }

  TfLiteNode node{};

 private:
  Result<void> AddView(KernelContext& context, const TensorView& view, const ir::Value* value);
  TfLiteIntArray* ArrayOf(const std::vector<int>& numbers) const;

  const ir::Node& node_;
  std::vector<TfLiteTensor> tensors_;
  std::vector<int> inputs_;  // of each input
  size_t input_tensors_ = 0, output_count_ = 0, intermediate_count_ = 0;
};

// The dims as the C API writes them; empty if one exceeds 32 bits.
std::optional<std::vector<int>> ToInts(const Dims& dims);
Dims ToDims(const TfLiteIntArray* dims);
// Replaces the tensor's dims unless they are equal. Throws std::bad_alloc.
void SetDims(TfLiteTensor& tensor, const std::vector<int>& dims);

}  // namespace litesmith::custom
