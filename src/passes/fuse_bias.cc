// ADD(CONV(x, w, b), c) = CONV(x, w, b + c) for a constant c with one number per channel, or one for all.
#include <vector>

#include "passes/passes.h"
#include "tfl/ops.h"

namespace litesmith::passes {
namespace {

constexpr size_t kBias = 2;

bool TakesBias(const ir::Node* node) {
  return node != nullptr &&
         (node->Is(tfl::CONV_2D) || node->Is(tfl::DEPTHWISE_CONV_2D) || node->Is(tfl::FULLY_CONNECTED)) &&
         node->output()->uses().size() == 1 && node->attributes.Int("fused_activation_function") == 0 &&
         node->output()->type.dtype == DType::kFloat32;
}

// One number per channel of `constant`, or empty if it is not of that kind.
std::vector<float> PerChannel(const Tensor* constant, int64_t channels) {
  if (constant == nullptr || constant->dtype() != DType::kFloat32 || channels <= 0) return {};
  const auto data = constant->data<float>();
  if (constant->elements() == 1) return std::vector<float>(static_cast<size_t>(channels), data[0]);
  if (constant->elements() != channels || constant->dims().back() != channels) return {};
  return {data.begin(), data.end()};
}

bool Fuse(ir::Node& add) {
  if (!add.Is(tfl::ADD)) return false;
  for (const size_t side : {size_t{0}, size_t{1}}) {
    ir::Node* producer = add.operand(side)->node();
    const Shape& shape = add.operand(side)->type.shape;
    if (!TakesBias(producer) || !shape.ranked() || shape.rank() == 0 || !shape[shape.rank() - 1].known())
      continue;
    const Tensor* constant = add.constant_operand(1 - side);
    if (constant == nullptr || constant->rank() > shape.rank()) continue;
    std::vector<float> sum = PerChannel(constant, shape[shape.rank() - 1].value());
    if (sum.empty()) continue;
    if (const ir::Value* present = producer->operand_or_null(kBias)) {
      const Tensor* bias = present->constant();
      if (bias == nullptr || bias->dtype() != DType::kFloat32 ||
          bias->elements() != static_cast<int64_t>(sum.size()))
        continue;
      for (size_t i = 0; i < sum.size(); ++i) sum[i] += bias->data<float>()[i];
    }
    ir::Builder builder(*producer);
    std::vector<ir::Value*> operands = producer->operands();
    operands.resize(kBias + 1, nullptr);
    operands[kBias] = builder.Constant(Tensor::Of<float>({static_cast<int64_t>(sum.size())}, sum),
                                       add.operand(1 - side)->name);
    producer->SetOperands(operands);
    producer->origin = add.function()->module()->origins.Join(producer->origin, add.origin);
    const int64_t activation = add.attributes.Int("fused_activation_function");
    producer->attributes.Set("fused_activation_function", activation);
    producer->output()->name = add.output()->name;
    add.output()->ReplaceAllUsesWith(producer->output());
    add.function()->Erase(&add);
    return true;
  }
  return false;
}

}  // namespace

Result<Changed> FuseBias(Module& module, PassContext&) {
  bool changed = false;
  for (const auto& function : module.functions()) {
    for (ir::Node& node : function->nodes()) changed |= Fuse(node);
    if (changed) function->EraseDeadNodes();
  }
  return changed ? Changed::kYes : Changed::kNo;
}

}  // namespace litesmith::passes
