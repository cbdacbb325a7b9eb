// TensorFlow ops become TensorFlow Lite ops. Each op is a function in a file of ops/ that replaces the node:
//   LS_LOWER(LeakyRelu) {
//     return lower.Replace(lower.Make(tfl::LEAKY_RELU, {lower.operand(0)}, {{"alpha",
//     lower.attributes().Float("alpha", 0.2f)}}));
//   }
// A lowering sees the node, its types and constants, never names.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/host.h"
#include "ir/module.h"
#include "tf/ops.h"
#include "tfl/ops.h"

namespace litesmith::lowering {

struct Options {
  bool allow_custom_ops = false;  // any op without a form becomes a custom op if TensorFlow does not know it
  std::vector<std::string> custom_ops;  // these do
  std::vector<std::string> kernels;     // so do these, for which a kernel is at hand
};

// One node being lowered: makes nodes before it, then replaces it.
class Lowering {
 public:
  Lowering(ir::Node& node, Context& context) : node_(node), context_(context), builder_(node) {}

  ir::Node& node() const { return node_; }
  Context& context() const { return context_; }
  ir::Builder& builder() { return builder_; }
  const Attributes& attributes() const { return node_.attributes; }
  ir::Value* operand(size_t index) const { return node_.operand(index); }
  const Tensor* constant(size_t index) const { return node_.constant_operand(index); }
  const Shape& shape(size_t index) const { return node_.operand(index)->type.shape; }
  DType dtype(size_t index) const { return node_.operand(index)->type.dtype; }
  const ir::Type& result_type(size_t index = 0) const { return node_.output(index)->type; }

  // A node with one output of `type` (default: the type of the node's output 0).
  ir::Value* Make(const ir::OpDef& op, std::initializer_list<ir::Value*> operands,
                  Attributes attributes = {});
  ir::Value* Make(const ir::OpDef& op, std::initializer_list<ir::Value*> operands, ir::Type type,
                  Attributes attributes = {});
  ir::Value* Constant(Tensor tensor) { return builder_.Constant(std::move(tensor)); }
  ir::Value* Int32s(const std::vector<int64_t>& values);  // a vector constant
  ir::Value* Int32(int64_t value);                        // a scalar constant

  // All uses of the node's outputs become uses of these, and the node goes.
  Result<void> Replace(std::span<ir::Value* const> values);
  Result<void> Replace(ir::Value* value) { return Replace(std::span<ir::Value* const>(&value, 1)); }
  // The op under another name: same operands, outputs and types.
  Result<void> Rename(const ir::OpDef& op, Attributes attributes = {});

  // This variant has no form: reports kLoweringRefused (or kDtypeUnsupported, kShapeUnknown...) with cause
  // and fix.
  template <class... A>
  Failed Refuse(fmt::format_string<A...> cause, A&&... arguments) {
    return Report(Code::kLoweringRefused, fmt::format(cause, std::forward<A>(arguments)...));
  }
  Failed Report(Code code, std::string cause, std::string fix = {});

 private:
  ir::Node& node_;
  Context& context_;
  ir::Builder builder_;
};

#define LS_LOWER(op_name) Result<void> Lower_##op_name(Lowering& lower)

// Whether the op has a lowering at all, for some of its variants.
bool HasLowering(const ir::OpDef& op);

// The attributes of the custom op that a TensorFlow op becomes: its name, and its own attributes in the
// FlexBuffers form that official tools use.
Attributes CustomOpAttributes(const ir::Node& node);
// Makes the node a custom op of its own name.
Result<void> KeepAsCustomOp(ir::Node& node, const Options& options, Context& context);

// Lowers every node of every function, in order; all refusals are reported before it fails. Nodes that are of
// TFL already stay.
Result<void> LowerModule(ir::Module& module, const Options& options, Context& context);

}  // namespace litesmith::lowering
