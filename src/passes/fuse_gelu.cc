// TensorFlow writes GELU as products and sums around erf, erfc or tanh, in more than one way. Whatever the
// way: a small part of the graph with one input, whose only other operands are numbers, is computed at many
// places; where it gives what GELU gives, it becomes that op.
#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "evaluate/evaluate.h"
#include "passes/passes.h"
#include "tf/ops.h"
#include "tfl/ops.h"

namespace litesmith::passes {
namespace {

constexpr size_t kMostNodes = 12;  // the longest known form has ten
constexpr int kMostSteps = 6;      // from erf or tanh to the last product

bool IsPart(const ir::Node& node) {
  for (const ir::OpDef* op : std::initializer_list<const ir::OpDef*>{
           &tf::Mul, &tf::RealDiv, &tf::Neg, &tf::Add, &tf::AddV2, &tf::Sub, &tf::Square, &tf::Pow, &tf::Erf,
           &tf::Erfc, &tf::Tanh}) {
    if (node.Is(*op)) return true;
  }
  return false;
}

bool IsNumber(const ir::Value& value) {
  const Tensor* constant = value.constant();
  return constant != nullptr && constant->rank() == 0 && constant->dtype() == DType::kFloat32;
}

// Values that `start` is computed from, near it, and that are read more than once, as GELU reads its input.
std::vector<ir::Value*> PossibleInputs(const ir::Node& start) {
  std::vector<ir::Value*> inputs;
  std::vector<const ir::Node*> nodes = {&start};
  std::unordered_set<const ir::Value*> seen;
  for (size_t at = 0; at < nodes.size() && at < kMostNodes; ++at) {
    for (ir::Value* operand : nodes[at]->operands()) {
      if (operand == nullptr || operand->constant() != nullptr || !seen.insert(operand).second) continue;
      if (operand->uses().size() > 1) inputs.push_back(operand);
      if (operand->node() != nullptr && IsPart(*operand->node())) nodes.push_back(operand->node());
    }
  }
  return inputs;
}

// What computes `root` from `input`.
struct Cone {
  const ir::Value* input = nullptr;
  std::vector<const ir::Node*> nodes;  // the root first

  // False if anything but the input and numbers goes in, or if there are too many nodes.
  bool Collect(const ir::Node& root, const ir::Value* from) {
    input = from;
    std::unordered_set<const ir::Node*> seen = {&root};
    nodes = {&root};
    for (size_t at = 0; at < nodes.size(); ++at) {
      for (const ir::Value* operand : nodes[at]->operands()) {
        if (operand == nullptr) return false;
        if (operand == input || IsNumber(*operand)) continue;
        const ir::Node* node = operand->node();
        if (node == nullptr || !IsPart(*node)) return false;
        if (seen.insert(node).second) nodes.push_back(node);
        if (nodes.size() > kMostNodes) return false;
      }
    }
    return true;
  }

  // The root's values at `places`; empty where an op cannot be computed.
  std::vector<double> At(const Tensor& places, Context& context) const {
    std::unordered_map<const ir::Value*, Tensor> values = {{input, places}};
    std::vector<const ir::Node*> waiting(nodes.rbegin(), nodes.rend());
    while (!waiting.empty()) {
      const size_t before = waiting.size();
      for (auto node = waiting.begin(); node != waiting.end();) {
        std::vector<Tensor> operands;
        for (const ir::Value* operand : (*node)->operands()) {
          const auto known = values.find(operand);
          if (known != values.end()) {
            operands.push_back(known->second);
          } else if (IsNumber(*operand)) {
            operands.push_back(*operand->constant());
          }
        }
        if (operands.size() != (*node)->operand_count()) {
          ++node;
          continue;
        }
        const auto outputs = evaluate::Evaluate(**node, operands, context);
        if (!outputs) return {};
        values[(*node)->output()] = outputs->front();
        node = waiting.erase(node);
      }
      if (waiting.size() == before) return {};
    }
    return values.at(nodes.front()->output()).ToDouble().value_or(std::vector<double>());
  }
};

double Gelu(double x, bool approximate) {
  if (!approximate) return 0.5 * x * std::erfc(-x * M_SQRT1_2);
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
}

bool Gives(const std::vector<double>& got, const Tensor& places, bool approximate) {
  const auto x = places.data<float>();
  if (got.size() != x.size()) return false;
  for (size_t i = 0; i < got.size(); ++i) {
    const double want = Gelu(x[i], approximate);
    if (!(std::abs(got[i] - want) <= 2e-6 * std::max(1.0, std::abs(want)))) return false;
  }
  return true;
}

bool ReplaceIfGelu(ir::Node& root, ir::Value* input, const Tensor& places, Context& context) {
  Cone cone;
  if (input->type.dtype != DType::kFloat32 || !(input->type.shape == root.output()->type.shape) ||
      !cone.Collect(root, input))
    return false;
  const std::vector<double> got = cone.At(places, context);
  const bool exact = Gives(got, places, false);
  if (!exact && !Gives(got, places, true)) return false;
  ir::Builder builder(root);
  ir::Value* gelu = builder.Make(tfl::GELU, {input}, root.output()->type, {{"approximate", !exact}});
  gelu->node()->name = root.name;
  gelu->name = root.output()->name;
  root.output()->ReplaceAllUsesWith(gelu);
  return true;
}

// Goes up from an erf or tanh to the product that GELU ends in.
bool Fuse(ir::Node& start, const Tensor& places, Context& context) {
  const std::vector<ir::Value*> inputs = PossibleInputs(start);
  ir::Node* root = &start;
  for (int step = 0; step < kMostSteps && !inputs.empty(); ++step) {
    if (root->output()->uses().size() != 1) return false;
    root = root->output()->uses()[0].user;
    if (!IsPart(*root)) return false;
    if (!root->Is(tf::Mul)) continue;
    for (ir::Value* input : inputs) {
      if (ReplaceIfGelu(*root, input, places, context)) return true;
    }
  }
  return false;
}

}  // namespace

Result<Changed> FuseGelu(Module& module, PassContext& context) {
  std::vector<float> x;
  for (int i = -80; i <= 80; ++i) x.push_back(static_cast<float>(i) * 0.1f);
  const Tensor places = Tensor::Of<float>({static_cast<int64_t>(x.size())}, x);
  NullSink silent;
  Context quiet{context.context.host, silent, context.context.limits, context.context.cancelled};
  Changed changed = Changed::kNo;
  for (const auto& function : module.functions()) {
    bool any = false;
    for (ir::Node& node : function->nodes()) {
      if (node.Is(tf::Erf) || node.Is(tf::Erfc) || node.Is(tf::Tanh)) any |= Fuse(node, places, quiet);
    }
    if (any) changed = Changed::kYes;
    if (any) function->EraseDeadNodes();
  }
  return changed;
}

}  // namespace litesmith::passes
