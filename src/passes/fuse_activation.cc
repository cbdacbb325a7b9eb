// An activation with one producer that has the option becomes the producer's. A clip written as MINIMUM and
// MAXIMUM with the bounds of an activation counts as that activation.
#include <optional>

#include "passes/passes.h"
#include "tfl/ops.h"

namespace litesmith::passes {
namespace {

bool TakesActivation(const ir::Node* node) {
  return node != nullptr &&
         (node->Is(tfl::CONV_2D) || node->Is(tfl::DEPTHWISE_CONV_2D) || node->Is(tfl::FULLY_CONNECTED) ||
          node->Is(tfl::ADD) || node->Is(tfl::SUB) || node->Is(tfl::MUL) || node->Is(tfl::DIV) ||
          node->Is(tfl::AVERAGE_POOL_2D) || node->Is(tfl::MAX_POOL_2D)) &&
         node->output()->uses().size() == 1 && node->attributes.Int("fused_activation_function") == 0 &&
         node->output()->type.dtype == DType::kFloat32;
}

std::optional<float> FloatScalar(const ir::Node& node, size_t operand) {
  const Tensor* tensor = node.constant_operand(operand);
  if (tensor == nullptr || tensor->dtype() != DType::kFloat32 || tensor->elements() != 1) return std::nullopt;
  return tensor->scalar<float>();
}

struct Clip {
  ir::Value* input;
  const tfl::Op* op;
};

const tfl::Op* ActivationOfBounds(float low, float high) {
  if (low == 0 && high == 6) return &tfl::RELU6;
  if (low == -1 && high == 1) return &tfl::RELU_N1_TO_1;
  return nullptr;
}

// min(max(x, low), high) and the other way round, bounds as second operands.
std::optional<Clip> ClipOf(const ir::Node& outer) {
  const bool minimum = outer.Is(tfl::MINIMUM);
  if (!minimum && !outer.Is(tfl::MAXIMUM)) return std::nullopt;
  const auto outer_bound = FloatScalar(outer, 1);
  const ir::Node* inner = outer.operand(0)->node();
  if (!outer_bound || inner == nullptr || inner->output()->uses().size() != 1) return std::nullopt;
  std::optional<float> inner_bound;
  if (inner->Is(minimum ? tfl::MAXIMUM : tfl::MINIMUM)) inner_bound = FloatScalar(*inner, 1);
  if (minimum && inner->Is(tfl::RELU)) inner_bound = 0.0f;
  if (!inner_bound) return std::nullopt;
  const tfl::Op* op = minimum ? ActivationOfBounds(*inner_bound, *outer_bound)
                              : ActivationOfBounds(*outer_bound, *inner_bound);
  if (op == nullptr) return std::nullopt;
  return Clip{inner->operand(0), op};
}

bool ReplaceClip(ir::Node& node) {
  const auto clip = ClipOf(node);
  if (!clip) return false;
  ir::Builder builder(node);
  ir::Value* activation = builder.Make(*clip->op, {clip->input}, node.output()->type);
  activation->node()->name = node.name;
  activation->name = node.output()->name;
  node.output()->ReplaceAllUsesWith(activation);
  return true;
}

tfl::Activation ActivationOf(const ir::Node& node) {
  if (node.Is(tfl::RELU)) return tfl::Activation::kRelu;
  if (node.Is(tfl::RELU6)) return tfl::Activation::kRelu6;
  if (node.Is(tfl::RELU_N1_TO_1)) return tfl::Activation::kReluN1To1;
  return tfl::Activation::kNone;
}

bool Fuse(ir::Node& node) {
  const tfl::Activation activation = ActivationOf(node);
  if (activation == tfl::Activation::kNone) return false;
  ir::Node* producer = node.operand(0)->node();
  if (!TakesActivation(producer)) return false;
  producer->attributes.Set("fused_activation_function", static_cast<int64_t>(activation));
  producer->origin = node.function()->module()->origins.Join(producer->origin, node.origin);
  producer->output()->name = node.output()->name;
  node.output()->ReplaceAllUsesWith(producer->output());
  return true;
}

}  // namespace

Result<Changed> FuseActivation(Module& module, PassContext&) {
  bool changed = false;
  for (const auto& function : module.functions()) {
    for (ir::Node& node : function->nodes()) changed |= ReplaceClip(node);
    function->EraseDeadNodes();
    for (ir::Node& node : function->nodes()) changed |= Fuse(node);
    function->EraseDeadNodes();
  }
  return changed ? Changed::kYes : Changed::kNo;
}

}  // namespace litesmith::passes
