// TensorFlow's own optimizer (the remapper of grappler), which TensorFlow.js' converter runs, fuses a
// convolution or matrix product with what follows it into one op: fused_ops names the steps, and their
// further operands stand behind the first two in the steps' order. Here each step is an op of its own again,
// so that all that follows knows one form only. What is not known stays as it is, for the lowering to refuse.
#include <array>
#include <optional>
#include <vector>

#include "passes/passes.h"
#include "tf/attribute_names.h"
#include "tf/ops.h"

namespace litesmith::passes {
namespace {

struct Step {
  std::string_view name;  // in fused_ops
  const tf::Op* op;
  size_t arguments;  // operands beside the value that the step before gives
};

const Step* FindStep(std::string_view name) {
  static const std::array steps = {
      Step{"BiasAdd", &tf::BiasAdd, 1},     Step{"FusedBatchNorm", &tf::FusedBatchNormV3, 4},
      Step{"Add", &tf::AddV2, 1},           Step{"Relu", &tf::Relu, 0},
      Step{"Relu6", &tf::Relu6, 0},         Step{"Elu", &tf::Elu, 0},
      Step{"LeakyRelu", &tf::LeakyRelu, 0}, Step{"Prelu", &tf::Prelu, 1},
      Step{"Sigmoid", &tf::Sigmoid, 0},     Step{"Tanh", &tf::Tanh, 0}};
  for (const Step& step : steps) {
    if (step.name == name) return &step;
  }
  return nullptr;
}

// The op before the steps; null for ops that are not fused.
const tf::Op* FirstOp(const ir::Node& node) {
  if (node.Is(tf::FusedConv2D)) return &tf::Conv2D;
  if (node.Is(tf::FusedDepthwiseConv2dNative)) return &tf::DepthwiseConv2dNative;
  return node.Is(tf::FusedMatMul) ? &tf::MatMul : nullptr;
}

// The steps, if all are known and take the operands that there are.
std::optional<std::vector<const Step*>> StepsOf(const ir::Node& node) {
  std::vector<const Step*> steps;
  size_t operands = 2;
  for (const std::string& name : node.attributes.Get<std::vector<std::string>>("fused_ops")) {
    steps.push_back(FindStep(name));
    if (steps.back() == nullptr) return std::nullopt;
    operands += steps.back()->arguments;
  }
  if (operands != node.operand_count()) return std::nullopt;
  return steps;
}

Attributes AttributesOf(const Step& step, const ir::Node& fused) {
  Attributes attributes;
  if (const auto* dtype = fused.attributes.FindAs<DType>("T")) attributes.Set("T", *dtype);
  const bool has_format = step.op == &tf::BiasAdd || step.op == &tf::FusedBatchNormV3;
  if (has_format) attributes.Set("data_format", fused.attributes.Text("data_format", "NHWC"));
  // Defaults as the fused op declares them (remapper.cc, nn_ops.cc).
  if (step.op == &tf::LeakyRelu) attributes.Set("alpha", fused.attributes.Float("leakyrelu_alpha", 0.2f));
  if (step.op == &tf::FusedBatchNormV3) {
    attributes.Set("epsilon", fused.attributes.Float("epsilon", 1e-4f));
    attributes.Set("is_training", false);
    attributes.Set("U", DType::kFloat32);
  }
  return attributes;
}

void Split(ir::Node& fused, const tf::Op& first, const std::vector<const Step*>& steps) {
  ir::Builder builder(fused);
  const ir::Type type = fused.output()->type;
  Attributes attributes;
  for (const auto& [name, value] : fused.attributes) {
    if (tf::HasAttribute(first, name)) attributes.Set(name, value);
  }
  ir::Node* last = builder.Create(first, {fused.operand(0), fused.operand(1)}, {type}, std::move(attributes));
  size_t next = 2;
  for (const Step* step : steps) {
    std::vector<ir::Value*> operands = {last->output()};
    for (size_t i = 0; i < step->arguments; ++i) operands.push_back(fused.operand(next++));
    Attributes of_step = AttributesOf(*step, fused);
    std::vector<ir::Type> types(tf::OutputCount(*step->op, of_step), ir::Type{type.dtype, Shape(), nullptr});
    types[0] = type;
    last = builder.Create(*step->op, operands, std::move(types), std::move(of_step));
  }
  last->name = fused.name;
  last->output()->name = fused.output()->name;
  fused.output()->ReplaceAllUsesWith(last->output());
  fused.function()->Erase(&fused);
}

}  // namespace

Result<Changed> SplitFusedOps(Module& module, PassContext&) {
  Changed changed = Changed::kNo;
  for (const auto& function : module.functions()) {
    for (ir::Node& node : function->nodes()) {
      const tf::Op* first = FirstOp(node);
      const auto steps = first != nullptr ? StepsOf(node) : std::nullopt;
      if (!steps || node.output_count() != 1) continue;
      Split(node, *first, *steps);
      changed = Changed::kYes;
    }
  }
  return changed;
}

}  // namespace litesmith::passes
