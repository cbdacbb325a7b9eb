#include "quantization/trained_ranges.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "quantization/plan.h"
#include "quantization/rules.h"
#include "runtime/fold.h"
#include "tfl/ops.h"

namespace litesmith::quantization {
namespace {

bool IsFloatConstant(const ir::Value& value) {
  return value.constant() != nullptr && value.type.dtype == DType::kFloat32;
}

// An op that imitates quantization, or the second of two: what it was put on, and the grid it rounds to.
struct Imitation {
  ir::Value* value;
  int64_t bits;
  float low, high, step;  // low is not used if the range is narrow
  bool narrow;
};

// The range is moved so that zero is one of its steps, as the op does it (TensorFlow's
// fake_quant_ops_functor.h).
std::optional<Imitation> FakeQuantOf(const ir::Node& node) {
  const int64_t bits = node.attributes.Int("num_bits", 8);
  const float min = node.attributes.Float("min"), max = node.attributes.Float("max");
  if (bits < 2 || bits > 16 || !(min < max) || !std::isfinite(max - min)) return std::nullopt;
  const bool narrow = node.attributes.Bool("narrow_range");
  const float first = narrow ? 1 : 0, last = static_cast<float>((1 << bits) - 1);
  const float step = (max - min) / (last - first);
  const float zero = std::clamp(std::round(first - min / step), first, last);
  return Imitation{node.operand(0), bits, -zero * step, (last - zero) * step, step, narrow};
}

std::optional<Imitation> PairOf(const ir::Node& node) {
  const ir::Node* first = node.operand(0)->node();
  if (first == nullptr || !first->Is(tfl::QUANTIZE) || first->operand(0)->type.dtype != DType::kFloat32)
    return std::nullopt;
  const ir::Type& type = node.operand(0)->type;
  if (type.quantization == nullptr || type.quantization->scale.size() != 1) return std::nullopt;
  const float step = type.quantization->scale[0];
  const auto zero = static_cast<float>(type.quantization->zero_point_at(0));
  float first_step = 0;
  int64_t bits = 8;
  switch (type.dtype) {
    case DType::kInt8:
      first_step = -128;
      break;
    case DType::kUInt8:
      break;
    case DType::kInt16:
      first_step = -32768;
      bits = 16;
      break;
    case DType::kInt4:
      first_step = -8;
      bits = 4;
      break;
    case DType::kUInt4:
      bits = 4;
      break;
    default:
      return std::nullopt;
  }
  const auto steps = static_cast<float>((1 << bits) - 1);
  return Imitation{
      first->operand(0), bits, (first_step - zero) * step, (first_step + steps - zero) * step, step, false};
}

std::optional<Imitation> ImitationIn(const ir::Node& node) {
  if (node.Is(tfl::FAKE_QUANT)) return FakeQuantOf(node);
  if (node.Is(tfl::DEQUANTIZE)) return PairOf(node);
  return std::nullopt;
}

bool HasTrainedRanges(const ir::Module& module) {
  for (const auto& function : module.functions()) {
    for (const ir::Node& node : function->nodes()) {
      const auto found = ImitationIn(node);
      if (found && found->value->constant() == nullptr) return true;
    }
  }
  return false;
}

// With one scale, or one a channel.
bool RoundsConstant(const ir::Node& node) {
  if (node.Is(tfl::FAKE_QUANT)) return IsFloatConstant(*node.operand(0));
  const ir::Node* first = node.Is(tfl::DEQUANTIZE) ? node.operand(0)->node() : nullptr;
  return first != nullptr && first->Is(tfl::QUANTIZE) && IsFloatConstant(*first->operand(0));
}

std::optional<Tensor> ResultOn(const ir::Node& node, const Tensor& operand, Context& context) {
  auto results = runtime::EvaluateConstant(node, {&operand}, 4 * operand.bytes().size() + 64, context);
  return results ? std::optional(std::move(results->at(0))) : std::nullopt;
}

// Weights that a file of float32 rounds while it runs.
void FoldConstants(ir::Module& module, Context& context) {
  for (const auto& function : module.functions()) {
    for (ir::Node& node : function->nodes()) {
      if (!RoundsConstant(node)) continue;
      const ir::Node* first = node.operand(0)->node();
      std::optional<Tensor> value;
      if (node.constant_operand(0) != nullptr) {
        value = ResultOn(node, *node.constant_operand(0), context);
      } else if ((value = ResultOn(*first, *first->constant_operand(0), context))) {
        value = ResultOn(node, *value, context);
      }
      if (!value) continue;
      const std::string name = node.output(0)->name;
      node.output(0)->ReplaceAllUsesWith(ir::Builder(node).Constant(*std::move(value), name));
    }
    function->EraseDeadNodes();
  }
}

class Remover {
 public:
  Remover(TrainedModel& model, ir::Module& plain, Mode mode) : model_(model), plain_(plain), mode_(mode) {}

  void Run() {
    for (const auto& function : plain_.functions()) {
      for (ir::Node& node : function->nodes()) {
        auto found = ImitationIn(node);
        if (found && found->value->constant() == nullptr) Remove(node, *found);
      }
      function->EraseDeadNodes();
      PassOn(*function);
    }
  }

 private:
  // The constant of a MAXIMUM that nothing but `value`'s one reader sees.
  static std::optional<float> FloorOf(const ir::Value& value) {
    const ir::Node* node = value.node();
    if (node == nullptr || !node->Is(tfl::MAXIMUM) || value.uses().size() != 1) return std::nullopt;
    const Tensor* floor = node->constant_operand(1);
    if (floor == nullptr || floor->dtype() != DType::kFloat32 || floor->elements() != 1) return std::nullopt;
    return floor->data<float>()[0];
  }

  static ir::Value* Clip(ir::Node& before, const ir::OpDef& op, ir::Value* value, float end) {
    ir::Builder builder(before);
    return builder.Make(op, {value, builder.Constant(Tensor::Scalar(end))}, value->type);
  }

  void Remove(ir::Node& node, Imitation found) {
    ir::Value* value = found.value;
    const auto floor = FloorOf(*value);
    const bool cut_off = floor && std::fabs(*floor - found.low - found.step) < found.step / 8;
    Range range{found.low, found.high, true};
    ir::Value* clipped = value;
    const bool by_hand = found.bits < 8 || mode_ == Mode::kInt16x8;
    if (by_hand && !(floor && *floor >= found.low))
      clipped = Clip(node, tfl::MAXIMUM, value, found.narrow ? found.low + found.step : found.low);
    if (!by_hand && cut_off) clipped = value = value->node()->operand(0);
    if (mode_ == Mode::kInt16x8) {
      clipped = Clip(node, tfl::MINIMUM, clipped, found.high);
    } else if (found.bits < 8) {
      range.min = found.high - 255 * found.step;
    }
    SetRange(value, range);
    if (clipped != value) SetRange(clipped, range);
    ir::Value* result = node.output(0);
    if (clipped->name.empty()) clipped->name = result->name;
    model_.simulated_values[clipped] = model_.simulated_values.at(result);
    result->ReplaceAllUsesWith(clipped);
  }

  void SetRange(const ir::Value* value, const Range& range) {
    const auto [entry, added] = model_.ranges.emplace(value, range);
    if (!added) entry->second.Include(range);  // two on one value: both must fit
  }

  static bool Clips(const ir::Node& node) {
    return node.Is(tfl::RELU) || node.Is(tfl::RELU6) || node.Is(tfl::RELU_N1_TO_1);
  }

  // What such an op moves, joins or clips; empty for other ops.
  std::vector<const ir::Value*> Moved(const ir::Node& node) const {
    std::vector<const ir::Value*> moved;
    const Rule* rule = RuleOf(node, mode_);
    if (rule == nullptr || (rule->scales != Scales::kSame && !Clips(node))) return moved;
    for (size_t i = 0; i < node.operand_count(); ++i) {
      if (node.operand(i) != nullptr && rule->operand_role(i) == Role::kActivation)
        moved.push_back(node.operand(i));
    }
    return moved;
  }

  // What holds all of them, if something was trained and nothing is unknown.
  std::optional<Range> RangeOfAll(const std::vector<const ir::Value*>& values) const {
    std::optional<Range> all;
    for (const ir::Value* value : values) {
      if (value->constant() != nullptr) continue;
      const auto found = model_.ranges.find(value);
      if (found == model_.ranges.end()) return std::nullopt;
      if (all) all->Include(found->second);
      all = all.value_or(found->second);
    }
    for (const ir::Value* value : values) {
      if (all && IsFloatConstant(*value)) all->Include(RangeOf(*value->constant()));
    }
    return all;
  }

  // Forwards through what moves, joins and clips, and backwards through what moves.
  void PassOn(const ir::Function& function) {
    for (const ir::Node& node : function.nodes()) {
      const auto range = RangeOfAll(Moved(node));
      for (size_t i = 0; range && i < node.output_count(); ++i) model_.ranges.emplace(node.output(i), *range);
    }
    for (const ir::Node* node = function.return_node(); node != nullptr; node = node->previous()) {
      const std::vector<const ir::Value*> moved = Moved(*node);
      if (moved.size() != 1 || moved[0]->uses().size() != 1 || node->output_count() != 1 || Clips(*node))
        continue;
      if (const auto range = RangeOfAll({node->output(0)})) model_.ranges.emplace(moved[0], *range);
    }
  }

  TrainedModel& model_;
  ir::Module& plain_;
  const Mode mode_;
};

// Whether what the node takes and gives has ranges, where it has to have any.
bool IsKnown(const ir::Node& node, const TrainedModel& model, Mode mode) {
  const Rule& rule = *RuleOf(node, mode);
  const auto known = [&](const ir::Value* value) {
    return value == nullptr || value->constant() != nullptr || model.ranges.contains(value);
  };
  for (size_t i = 0; i < node.operand_count(); ++i) {
    if (rule.operand_role(i) == Role::kActivation && !known(node.operand(i))) return false;
  }
  return rule.scales == Scales::kFixed || known(node.output(0));
}

bool IsComplete(const TrainedModel& model, Mode mode) {
  size_t layers = 0, known = 0;
  for (const auto& function : model.plain->functions()) {
    for (const ir::Node& node : function->nodes()) {
      if (!HasWeights(node, mode)) continue;
      ++layers;
      known += IsKnown(node, model, mode) ? 1 : 0;
    }
  }
  return 2 * known >= layers;
}

template <class T>
const T& FoundOr(const std::unordered_map<const T*, const T*>& map, const T& other) {
  const auto found = map.find(&other);
  return found != map.end() ? *found->second : other;
}

}  // namespace

const ir::Value& TrainedModel::Simulated(const ir::Value& value) const {
  return FoundOr(simulated_values, value);
}

const ir::Node& TrainedModel::Simulated(const ir::Node& node) const { return FoundOr(simulated_nodes, node); }

TrainedModel TakeTrainedRanges(const std::shared_ptr<const ir::Module>& module, Mode mode, Context& context) {
  TrainedModel model{module, module};
  if (!HasTrainedRanges(*module)) return model;
  const auto simulation = ir::CopyModule(*module).module;
  FoldConstants(*simulation, context);
  const ir::ModuleCopy copy = ir::CopyModule(*simulation);
  for (const auto& [from, to] : copy.values) model.simulated_values[to] = from;
  for (const auto& [from, to] : copy.nodes) model.simulated_nodes[to] = from;
  Remover(model, *copy.module, mode).Run();
  model.simulation = simulation;
  model.plain = copy.module;
  model.complete = IsComplete(model, mode);
  return model;
}

ir::ModuleCopy CopyOfSimulation(const TrainedModel& model, const ir::ModuleCopy& copy) {
  ir::ModuleCopy composed;
  composed.module = copy.module;
  for (const auto& [value, made] : copy.values) composed.values[&model.Simulated(*value)] = made;
  for (const auto& [node, made] : copy.nodes) composed.nodes[&model.Simulated(*node)] = made;
  return composed;
}

}  // namespace litesmith::quantization
