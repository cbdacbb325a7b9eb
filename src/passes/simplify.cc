// One sweep does what would otherwise take turns: a loop can be unrolled once the shape that bounds it is
// known, which follows from what was folded before it, which followed from the last loop's results.
#include <algorithm>

#include "evaluate/evaluate.h"
#include "ir/effects.h"
#include "passes/identities.h"
#include "passes/infer_shapes.h"
#include "passes/passes.h"
#include "passes/static_control_flow.h"
#include "passes/tensor_lists.h"
#include "tf/ops.h"

namespace litesmith::passes {
namespace {

// Folding may make constants larger than what they are made from (a Fill, a Tile), which makes the file
// larger: up to this much for one result.
constexpr size_t kMaxGrowth = size_t{4} << 20;

class Simplifier {
 public:
  Simplifier(Module& module, PassContext& context)
      : module_(module),
        context_(context.context),
        keep_going_(context.keep_going),
        inference_(module, context.context, context.infer_unknown_op) {}

  Result<Changed> Run() {
    // Functions called from those before them come later; inference gives their parameters types on the way.
    for (size_t i = 0; i < module_.functions().size(); ++i) {
      LS_RETURN_IF_FAILED(Sweep(*module_.functions()[i]));
    }
    if (failed_) return kFailed;
    return changed_;
  }

 private:
  Result<void> Sweep(ir::Function& function) {
    if (!inference_.seen(function)) inference_.NameParameters(function);
    TensorLists lists;
    ir::Node* node = function.first();
    while (node != nullptr && !node->Is(ir::kReturn)) {
      if (context_.is_cancelled()) return kFailed;
      ir::Node* const before = node->previous();
      const Result<bool> replaced = Visit(*node, lists);
      if (!replaced && !keep_going_) return kFailed;
      failed_ |= !replaced;
      if (replaced && *replaced) {
        Erase(*node);
        changed_ = Changed::kYes;
        node = before != nullptr ? before->next()
                                 : function.first();  // what stands there instead is visited next
      } else {
        node = node->next();
      }
    }
    for (ir::Node* last = function.return_node()->previous(); last != nullptr;) {
      ir::Node* const previous = last->previous();
      if (!last->used() && !ir::HasEffect(*last)) Erase(*last);
      last = previous;
    }
    return {};
  }

  void Erase(ir::Node& node) {
    inference_.Forget(node);
    node.function()->Erase(&node);
  }

  // True if the node's outputs have no uses any more.
  Result<bool> Visit(ir::Node& node, TensorLists& lists) {
    if (node.Is(ir::kConstant)) return false;
    if (!node.used() && !ir::HasEffect(node)) return true;
    const auto known = [this](const ir::Value* value) { return Known(value); };
    if (node.op().Has(ir::kCalls) && ResolveControlFlow(node, known, context_)) return true;
    LS_RETURN_IF_FAILED(inference_.Infer(node));
    if (node.op().dialect != ir::Dialect::kTf) return false;
    if (lists.Visit(node) || ReplaceUnpack(node)) return true;
    if (ir::Value* same = SameValue(node)) {
      ReplaceBySame(*node.output(), *same);
      return !node.used();
    }
    LS_TRY(const bool folded, Fold(node));
    return folded;
  }

  std::optional<Tensor> Known(const ir::Value* value) const {
    if (value == nullptr) return std::nullopt;
    if (const Tensor* constant = value->constant()) return *constant;
    return inference_.KnownConstant(value);
  }

  // Outputs whose elements inference knows, and ops whose operands are all known, become constants.
  Result<bool> Fold(ir::Node& node) {
    if (node.op().Has(ir::kSideEffect)) return false;  // what it does is not in its outputs
    bool all = true;
    for (size_t i = 0; i < node.output_count(); ++i) {
      if (!node.output(i)->used()) continue;
      const auto value =
          node.op().Has(ir::kNotPure) ? std::nullopt : inference_.KnownConstant(node.output(i));
      if (value) {
        ReplaceByConstant(*node.output(i), *value);
      } else {
        all = false;
      }
    }
    if (all) return true;
    if (node.op().Has(ir::kNotPure) || !evaluate::CanEvaluate(node)) return false;
    std::vector<Tensor> inputs;
    size_t input_bytes = 0;
    for (size_t i = 0; i < node.operand_count(); ++i) {
      auto value = Known(node.operand(i));
      if (!value) return false;
      input_bytes += value->bytes().size();
      inputs.push_back(*std::move(value));
    }
    if (!WithinBudget(node, input_bytes)) return false;
    LS_TRY(const std::vector<Tensor> outputs, evaluate::Evaluate(node, inputs, context_));
    for (size_t i = 0; i < node.output_count(); ++i) {
      if (!WithinBudget(outputs[i].bytes().size(), input_bytes)) return false;
    }
    for (size_t i = 0; i < node.output_count(); ++i) {
      if (node.output(i)->used()) ReplaceByConstant(*node.output(i), outputs[i]);
    }
    return true;
  }

  bool WithinBudget(size_t bytes, size_t input_bytes) const {
    return bytes <= context_.limits.max_fold_bytes && (bytes <= input_bytes || bytes <= kMaxGrowth);
  }
  // Before anything is computed, as far as shapes tell.
  bool WithinBudget(const ir::Node& node, size_t input_bytes) const {
    for (size_t i = 0; i < node.output_count(); ++i) {
      const ir::Type& type = node.output(i)->type;
      const auto elements = type.shape.elements();
      const auto bytes = elements ? BytesOf(type.dtype, *elements) : std::nullopt;
      if (bytes && !WithinBudget(*bytes, input_bytes)) return false;
    }
    return true;
  }

  static void ReplaceByConstant(ir::Value& value, Tensor tensor) {
    ir::Builder builder(*value.node());
    ir::Value* constant = builder.Constant(std::move(tensor), value.name);
    constant->node()->name = value.node()->name;
    value.ReplaceAllUsesWith(constant);
  }

  Module& module_;
  Context& context_;
  const bool keep_going_;
  ShapeInference inference_;
  Changed changed_ = Changed::kNo;
  bool failed_ = false;
};

}  // namespace

Result<Changed> Simplify(Module& module, PassContext& context) { return Simplifier(module, context).Run(); }

}  // namespace litesmith::passes
