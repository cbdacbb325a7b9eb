// What a shape function sees.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/host.h"
#include "tf/op.h"

namespace litesmith::tf {

// What is known of the value of a small integer tensor (rank 0 or 1) although it is no constant: a Dim per
// element. Shape -> StridedSlice -> Pack -> Reshape stays known this way.
using PartialValue = std::vector<Dim>;

// (The class litesmith::Shape is spelled out here and elsewhere in tf: tf::Shape is the op.)
class ShapeContext {
 public:
  ShapeContext(ir::Node& node, Context& context, std::function<const PartialValue*(const ir::Value*)> partial)
      : node_(node), context_(context), partial_(std::move(partial)) {}

  ir::Node& node() const { return node_; }
  const Attributes& attributes() const { return node_.attributes; }
  Context& context() const { return context_; }
  SymbolTable& symbols() const { return node_.function()->module()->symbols; }

  // Operands that the node lacks (a damaged graph) have an unknown shape, no dtype and no value.
  size_t input_count() const { return node_.operand_count(); }
  const litesmith::Shape& input(size_t index) const;
  DType input_dtype(size_t index) const;
  // The operand's constant value; null if it is none.
  const Tensor* constant(size_t index) const { return node_.constant_operand(index); }
  // An integer operand's elements as far as they are known, from a constant or a partial value (rank 0 or 1).
  // A negative element is unknown here.
  std::optional<PartialValue> value(size_t index) const;
  // The same when all elements are known, and with negative ones as they are.
  std::optional<std::vector<int64_t>> ints(size_t index) const;
  // The one element of an integer scalar or of a vector of length 1.
  std::optional<int64_t> scalar(size_t index) const;
  // The operand holds a shape: that shape; unknown rank if nothing is known of it. A negative element is
  // unknown.
  litesmith::Shape value_as_shape(size_t index) const;

  size_t output_count() const { return node_.output_count(); }
  // Outputs that the node lacks are ignored. Dtypes are set before the shape function runs where attributes
  // tell them.
  void set_shape(size_t index, litesmith::Shape shape) {
    if (index < output_count()) node_.output(index)->type.shape = std::move(shape);
  }
  void set_output(size_t index, DType dtype, litesmith::Shape shape) {
    if (index >= output_count()) return;
    node_.output(index)->type.dtype = dtype;
    node_.output(index)->type.shape = std::move(shape);
  }
  // Tells what is known of an integer output's elements.
  void set_value(size_t index, PartialValue value);
  const std::vector<std::optional<PartialValue>>& values() const { return values_; }

  // Reports kShapeMismatch (or another code) at this node.
  template <class... A>
  Failed Fail(fmt::format_string<A...> cause, A&&... arguments) {
    return Report(Code::kShapeMismatch, fmt::format(cause, std::forward<A>(arguments)...));
  }
  Failed Report(Code code, std::string cause);

 private:
  ir::Node& node_;
  Context& context_;
  std::function<const PartialValue*(const ir::Value*)> partial_;
  std::vector<std::optional<PartialValue>> values_;
};

// A finding that names the node: op, node name, layer, source, operands with dtype and shape.
Finding FindingAt(Code code, const ir::Node& node);

}  // namespace litesmith::tf
