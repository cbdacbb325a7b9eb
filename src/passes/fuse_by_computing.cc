// TensorFlow writes GELU as products and sums around erf, erfc or tanh, in more than one way; hard swish
// around a bounded activation, PReLU around two of them. Whatever the way: a small part of the graph with one
// input, whose only other operands are numbers, and one constant for a slope, is computed at many places;
// where it gives what an activation gives, it becomes that op.
#include <algorithm>
#include <cmath>
#include <optional>
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
           &tf::Erfc, &tf::Tanh, &tf::Relu, &tf::Relu6, &tf::Abs, &tf::Maximum, &tf::Minimum}) {
    if (node.Is(*op)) return true;
  }
  return false;
}

bool IsNumber(const ir::Value& value) {
  const Tensor* constant = value.constant();
  return constant != nullptr && constant->rank() == 0 && constant->dtype() == DType::kFloat32;
}

bool IsSlope(const ir::Value& value) {
  const Tensor* constant = value.constant();
  return constant != nullptr && constant->elements() > 0 && constant->dtype() == DType::kFloat32;
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
  ir::Value* slope = nullptr;          // the one constant that is no number, if there is one
  std::vector<const ir::Node*> nodes;  // the root first

  // False if anything but the input, numbers and one slope goes in, or if there are too many nodes.
  bool Collect(const ir::Node& root, const ir::Value* from) {
    input = from;
    std::unordered_set<const ir::Node*> seen = {&root};
    nodes = {&root};
    for (size_t at = 0; at < nodes.size(); ++at) {
      for (ir::Value* operand : nodes[at]->operands()) {
        if (operand == nullptr) return false;
        if (operand == input || IsNumber(*operand)) continue;
        if (IsSlope(*operand) && (slope == nullptr || slope == operand)) {
          slope = operand;
          continue;
        }
        const ir::Node* node = operand->node();
        if (node == nullptr || !IsPart(*node)) return false;
        if (seen.insert(node).second) nodes.push_back(node);
        if (nodes.size() > kMostNodes) return false;
      }
    }
    return true;
  }

  // The root's values at `places`, with `number` in place of the slope; empty where an op cannot be computed.
  std::vector<double> At(const Tensor& places, float number, Context& context) const {
    std::unordered_map<const ir::Value*, Tensor> values = {{input, places}};
    if (slope != nullptr) values[slope] = Tensor::Scalar(number);
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

double Gelu(double x) { return 0.5 * x * std::erfc(-x * M_SQRT1_2); }
double GeluByTanh(double x) {
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
}
double HardSwish(double x) { return x * std::clamp(x + 3, 0.0, 6.0) / 6; }

template <class F>
bool Gives(const std::vector<double>& got, const Tensor& places, const F& wanted) {
  const auto x = places.data<float>();
  if (got.size() != x.size()) return false;
  for (size_t i = 0; i < got.size(); ++i) {
    const double want = wanted(static_cast<double>(x[i]));
    if (!(std::abs(got[i] - want) <= 2e-6 * std::max(1.0, std::abs(want)))) return false;
  }
  return true;
}

struct Activation {
  const ir::OpDef* op;
  Attributes attributes;
  bool negated = false;  // of PRELU: its slope is minus the constant
};

// Those that are straight on either side of a point.
std::optional<Activation> Piecewise(const Cone& cone, const Tensor& places, Context& context) {
  const auto x = places.data<float>();
  constexpr float kSlope = 0.3f;
  const std::vector<double> got = cone.At(places, kSlope, context);
  if (got.size() != x.size()) return std::nullopt;
  if (cone.slope == nullptr && Gives(got, places, HardSwish)) return Activation{&tfl::HARD_SWISH, {}};
  const double below = got[0] / static_cast<double>(x[0]);  // the slope of the first place's side
  const auto leaky = [](double slope) { return [slope](double at) { return at >= 0 ? at : slope * at; }; };
  if (below == 0 || std::abs(below - 1) < 1e-6 || !Gives(got, places, leaky(below))) return std::nullopt;
  if (cone.slope == nullptr) return Activation{&tfl::LEAKY_RELU, {{"alpha", static_cast<float>(below)}}};
  // The constant itself, or its negative, whatever it is.
  constexpr float kOther = -1.7f;
  const double sign = below > 0 ? 1 : -1;
  const bool straight =
      std::abs(below - sign * static_cast<double>(kSlope)) < 1e-6 &&
      Gives(cone.At(places, kOther, context), places, leaky(sign * static_cast<double>(kOther)));
  return straight ? std::optional(Activation{&tfl::PRELU, {}, sign < 0}) : std::nullopt;
}

std::optional<Activation> Curved(const Cone& cone, const Tensor& places, Context& context) {
  if (cone.slope != nullptr) return std::nullopt;
  const std::vector<double> got = cone.At(places, 0, context);
  const bool exact = Gives(got, places, Gelu);
  if (!exact && !Gives(got, places, GeluByTanh)) return std::nullopt;
  return Activation{&tfl::GELU, {{"approximate", !exact}}};
}

using Recognise = std::optional<Activation> (*)(const Cone& cone, const Tensor& places, Context& context);

// TensorFlow Lite's slopes have a dimension less than the input: the batch shares them.
ir::Value* SlopeFor(ir::Builder& builder, const Cone& cone, const Activation& activation) {
  const Tensor& constant = *cone.slope->constant();
  Dims dims = constant.dims();
  if (static_cast<int>(dims.size()) == cone.input->type.shape.rank() && dims[0] == 1)
    dims.erase(dims.begin());
  std::vector<float> slopes(constant.data<float>().begin(), constant.data<float>().end());
  for (float& slope : slopes) slope = activation.negated ? -slope : slope;
  return builder.Constant(Tensor::Of<float>(dims, slopes), cone.slope->name);
}

bool ReplaceIfKnown(ir::Node& root, ir::Value* input, Recognise recognise, const Tensor& places,
                    Context& context) {
  Cone cone;
  if (input->type.dtype != DType::kFloat32 || !(input->type.shape == root.output()->type.shape) ||
      !cone.Collect(root, input))
    return false;
  const auto activation = recognise(cone, places, context);
  if (!activation) return false;
  ir::Builder builder(root);
  std::vector<ir::Value*> operands = {input};
  if (cone.slope != nullptr) operands.push_back(SlopeFor(builder, cone, *activation));
  ir::Node* made = builder.Create(*activation->op, operands, {root.output()->type}, activation->attributes);
  made->name = root.name;
  made->output()->name = root.output()->name;
  root.output()->ReplaceAllUsesWith(made->output());
  return true;
}

bool MayEnd(const ir::Node& node) {
  return node.Is(tf::Mul) || node.Is(tf::RealDiv) || node.Is(tf::Add) || node.Is(tf::AddV2) ||
         node.Is(tf::Sub) || node.Is(tf::Maximum);
}

// Goes up from an op that only such activations hold to the one that they end in.
bool Fuse(ir::Node& start, Recognise recognise, const Tensor& places, Context& context) {
  const std::vector<ir::Value*> inputs = PossibleInputs(start);
  ir::Node* root = &start;
  for (int step = 0; step < kMostSteps && !inputs.empty(); ++step) {
    if (MayEnd(*root)) {
      for (ir::Value* input : inputs) {
        if (ReplaceIfKnown(*root, input, recognise, places, context)) return true;
      }
    }
    if (root->output()->uses().size() != 1) return false;
    root = root->output()->uses()[0].user;
    if (!IsPart(*root)) return false;
  }
  return false;
}

Result<Changed> FuseFrom(Module& module, PassContext& context, std::initializer_list<const ir::OpDef*> starts,
                         Recognise recognise) {
  std::vector<float> x;
  for (int i = -80; i <= 80; ++i) x.push_back(static_cast<float>(i) * 0.1f);
  const Tensor places = Tensor::Of<float>({static_cast<int64_t>(x.size())}, x);
  NullSink silent;
  Context quiet{context.context.host, silent, context.context.limits, context.context.cancelled};
  Changed changed = Changed::kNo;
  for (const auto& function : module.functions()) {
    bool any = false;
    for (ir::Node& node : function->nodes()) {
      const auto starts_here = [&](const ir::OpDef* op) { return node.Is(*op); };
      if (node.output_count() == 1 && node.output()->used() &&
          std::any_of(starts.begin(), starts.end(), starts_here))
        any |= Fuse(node, recognise, places, quiet);
    }
    if (any) changed = Changed::kYes;
    if (any) function->EraseDeadNodes();
  }
  return changed;
}

}  // namespace

Result<Changed> FuseGelu(Module& module, PassContext& context) {
  return FuseFrom(module, context, {&tf::Erf, &tf::Erfc, &tf::Tanh}, Curved);
}

Result<Changed> FusePiecewise(Module& module, PassContext& context) {
  return FuseFrom(module, context, {&tf::Relu6, &tf::Relu, &tf::Maximum, &tf::Minimum, &tf::Abs}, Piecewise);
}

}  // namespace litesmith::passes
