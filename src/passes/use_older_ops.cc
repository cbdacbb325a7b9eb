// For old runtimes: ops that came late are written as older ones that compute the same. What remains is told
// by the pipeline's check (pipeline/checks.h).
#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "passes/passes.h"
#include "tfl/ops.h"

namespace litesmith::passes {
namespace {

class Replacement {
 public:
  explicit Replacement(ir::Node& node) : node_(node), builder_(node) {}

  // Of the node's type, or another.
  ir::Value* Make(const ir::OpDef& op, std::initializer_list<ir::Value*> operands,
                  Attributes attributes = {}) {
    return Make(op, operands, node_.output()->type, std::move(attributes));
  }
  ir::Value* Make(const ir::OpDef& op, std::initializer_list<ir::Value*> operands, ir::Type type,
                  Attributes attributes) {
    ir::Value* made = builder_.Make(op, operands, std::move(type), std::move(attributes));
    made->node()->name = node_.name;
    return made;
  }
  ir::Value* Add(ir::Value* a, ir::Value* b) { return Make(tfl::ADD, {a, b}, NoActivation()); }
  ir::Value* Mul(ir::Value* a, ir::Value* b) { return Make(tfl::MUL, {a, b}, NoActivation()); }
  ir::Value* Number(float value) { return builder_.Constant(Tensor::Scalar(value)); }
  ir::Value* Numbers(const std::vector<int32_t>& values) {
    return builder_.Constant(Tensor::Of<int32_t>({static_cast<int64_t>(values.size())}, values));
  }

 private:
  static Attributes NoActivation() { return {{"fused_activation_function", int64_t{0}}}; }
  ir::Node& node_;
  ir::Builder builder_;
};

// x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))): the form by tanh only; the exact one needs an error
// function.
ir::Value* Gelu(ir::Node& node) {
  if (!node.attributes.Bool("approximate")) return nullptr;
  constexpr float kCubic = 0.044715f;  // Hendrycks and Gimpel, "Gaussian Error Linear Units"
  const float factor = std::sqrt(2.0f / std::numbers::pi_v<float>);
  Replacement to(node);
  ir::Value* x = node.operand(0);
  ir::Value* cube = to.Mul(to.Mul(x, x), x);
  ir::Value* inner = to.Add(x, to.Mul(cube, to.Number(kCubic)));
  ir::Value* curve = to.Make(tfl::TANH, {to.Mul(inner, to.Number(factor))});
  return to.Mul(to.Mul(x, to.Number(0.5f)), to.Add(curve, to.Number(1.0f)));
}

// x * relu6(x + 3) / 6
ir::Value* HardSwish(ir::Node& node) {
  Replacement to(node);
  ir::Value* x = node.operand(0);
  ir::Value* gate = to.Make(tfl::RELU6, {to.Add(x, to.Number(3.0f))});
  return to.Mul(to.Mul(x, gate), to.Number(1.0f / 6.0f));
}

// SELECT does not broadcast.
ir::Value* Select(ir::Node& node) {
  const Shape& shape = node.output()->type.shape;
  if (!shape.known()) return nullptr;
  for (const ir::Value* operand : node.operands()) {
    if (operand->type.shape != shape) return nullptr;
  }
  return Replacement(node).Make(tfl::SELECT, {node.operand(0), node.operand(1), node.operand(2)});
}

// not any(not x)
ir::Value* All(ir::Node& node) {
  Replacement to(node);
  ir::Value* opposite = to.Make(tfl::LOGICAL_NOT, {node.operand(0)}, node.operand(0)->type, {});
  ir::Value* any = to.Make(tfl::REDUCE_ANY, {opposite, node.operand(1)},
                           {{"keep_dims", node.attributes.Bool("keep_dims")}});
  return to.Make(tfl::LOGICAL_NOT, {any});
}

// As many dimensions as the result has, then repeated.
ir::Value* BroadcastTo(ir::Node& node) {
  const Shape& from = node.operand(0)->type.shape;
  const Shape& shape = node.output()->type.shape;
  if (!from.known() || !shape.known() || from.rank() > shape.rank()) return nullptr;
  const int missing = shape.rank() - from.rank();
  std::vector<int32_t> dims, repeats;
  std::vector<int64_t> wide_dims;
  for (int i = 0; i < shape.rank(); ++i) {
    const int64_t old_dim = i < missing ? 1 : from[i - missing].value();
    const int64_t new_dim = shape[i].value();
    if (old_dim != new_dim && old_dim != 1) return nullptr;
    if (new_dim > INT32_MAX) return nullptr;
    dims.push_back(static_cast<int32_t>(old_dim));
    wide_dims.push_back(old_dim);
    repeats.push_back(static_cast<int32_t>(old_dim == new_dim ? 1 : new_dim));
  }
  Replacement to(node);
  ir::Value* value = node.operand(0);
  if (missing > 0) {
    value = to.Make(tfl::RESHAPE, {value, to.Numbers(dims)},
                    {value->type.dtype, Shape::Of(wide_dims), nullptr}, {{"new_shape", wide_dims}});
  }
  return to.Make(tfl::TILE, {value, to.Numbers(repeats)});
}

// Null where there is none.
ir::Value* OlderForm(ir::Node& node) {
  if (node.Is(tfl::GELU)) return Gelu(node);
  if (node.Is(tfl::HARD_SWISH)) return HardSwish(node);
  if (node.Is(tfl::SELECT_V2)) return Select(node);
  if (node.Is(tfl::REDUCE_ALL)) return All(node);
  if (node.Is(tfl::BROADCAST_TO)) return BroadcastTo(node);
  return nullptr;
}

bool IsTooNew(const ir::Node& node, std::string_view target) {
  const tfl::Op* op = tfl::OpOf(node);
  if (op == nullptr || node.output_count() != 1 || node.output()->type.quantization != nullptr) return false;
  return tfl::OlderRuntime(target, tfl::RuntimeOf(*op, tfl::VersionOf(*op, node)));
}

}  // namespace

Result<Changed> UseOlderOps(Module& module, std::string_view target) {
  bool changed = false;
  for (const auto& function : module.functions()) {
    for (ir::Node& node : function->nodes()) {
      if (!IsTooNew(node, target)) continue;
      ir::Value* older = OlderForm(node);
      if (older == nullptr) continue;
      older->name = node.output()->name;
      node.output()->ReplaceAllUsesWith(older);
      changed = true;
    }
    function->EraseDeadNodes();
  }
  return changed ? Changed::kYes : Changed::kNo;
}

}  // namespace litesmith::passes
