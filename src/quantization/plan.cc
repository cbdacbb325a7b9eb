#include "quantization/plan.h"

#include <fmt/format.h>

#include <cmath>

#include "quantization/masks.h"
#include "quantization/rules.h"
#include "tfl/ops.h"

namespace litesmith::quantization {
namespace {

// A constant smaller than this is no reason to leave floating point.
constexpr int64_t kTable = 1024;
// Results larger than that and four times their operand are cheaper to write as integers.
constexpr int64_t kLargeResult = 65536;
// An operand with its own scale may share it with the result of an op that joins, if the wider is so many
// times wider at most.
constexpr float kNearlyAsWide = 1.3f;
// An operand of which fewer steps are left is worth a word.
constexpr double kFewSteps = 16;

bool IsFloat32(const ir::Value* value) { return value != nullptr && value->type.dtype == DType::kFloat32; }

// Whether `holds` is true of an operand or a result.
template <class Holds>
bool Touches(const ir::Node& node, const Holds& holds) {
  for (size_t i = 0; i < node.operand_count(); ++i) {
    if (holds(node.operand(i))) return true;
  }
  for (size_t i = 0; i < node.output_count(); ++i) {
    if (holds(node.output(i))) return true;
  }
  return false;
}

bool AllFinite(const Tensor& tensor) {
  for (const float value : tensor.data<float>()) {
    if (!std::isfinite(value)) return false;
  }
  return true;
}

class Planner {
 public:
  Planner(const ir::Function& function, const RangeSource& ranges, const PlanOptions& options)
      : function_(function), ranges_(ranges), options_(options) {}

  Plan Make() {
    masked_ = MaskedValues(function_, ranges_, options_.mode);
    for (const ir::Node& node : function_.nodes()) Judge(node);
    if (options_.float_fallback) LeaveLightOnesInFloat();
    for (const ir::Node& node : function_.nodes()) {
      if (plan_.integer.contains(&node)) JoinClasses(node);
    }
    FindParameters();
    FindCrowded();
    return std::move(plan_);
  }

 private:
  void Judge(const ir::Node& node) {
    if (node.op().dialect == ir::Dialect::kCore || !Touches(node, IsFloat32)) return;
    if (node.Is(tfl::QUANTIZE) || node.Is(tfl::DEQUANTIZE)) return;
    std::string why = options_.keep_float ? options_.keep_float(node) : "";
    if (!why.empty()) {
      plan_.kept.push_back({&node, std::move(why), true});
      return;
    }
    why = WhyNot(node);
    if (why.empty()) {
      plan_.integer.insert(&node);
    } else if (!JustMovesOthers(node)) {
      plan_.kept.push_back({&node, std::move(why), false});
    }
  }

  // An op that only carries the results of others need not be told of: it would follow them.
  bool JustMovesOthers(const ir::Node& node) const {
    const Rule* rule = RuleOf(node, options_.mode);
    return rule != nullptr && rule->scales == Scales::kSame;
  }

  std::string WhyNot(const ir::Node& node) const {
    const Rule* rule = RuleOf(node, options_.mode);
    if (node.Is(tfl::IF) || node.Is(tfl::WHILE)) {
      return "what enters and leaves its functions is float32; the ops within are quantized for themselves";
    }
    if (rule == nullptr) {
      return fmt::format("TensorFlow Lite has no {} kernel for it", NameOf(ActivationType(options_.mode)));
    }
    if (node.attributes.Int("fused_activation_function") == static_cast<int64_t>(tfl::Activation::kTanh)) {
      return "its kernel has no integer form with a fused TANH";
    }
    if (node.Is(tfl::FULLY_CONNECTED) && node.attributes.Int("weights_format") != 0) {
      return "its weights are shuffled";
    }
    for (size_t i = 0; i < node.operand_count(); ++i) {
      const ir::Value* operand = node.operand(i);
      if (operand == nullptr || rule->operand_role(i) == Role::kOther) continue;
      if (!IsFloat32(operand)) return fmt::format("operand {} is {}", i, NameOf(operand->type.dtype));
      if (std::string why = WhyNotOperand(*operand, rule->operand_role(i)); !why.empty()) return why;
    }
    for (size_t i = 0; i < node.output_count(); ++i) {
      if (rule->result_role(i) != Role::kActivation || rule->scales == Scales::kFixed) continue;
      if (!IsFloat32(node.output(i))) return "its result is no float32";
      if (!ranges_(*node.output(i))) return "the range of its result is not known";
    }
    const auto masked = [&](const ir::Value* value) { return masked_.contains(value); };
    if (Touches(node, masked))
      return "it holds scores beside a mask far below them, which would take all steps";
    return FarConstant(node, *rule);
  }

  std::string WhyNotOperand(const ir::Value& operand, Role role) const {
    const Tensor* constant = operand.constant();
    if (role != Role::kActivation && constant == nullptr) return "its weights are not constant";
    if (constant != nullptr) return AllFinite(*constant) ? "" : "a constant holds NaN or infinity";
    return ranges_(operand) ? "" : "the range of its input is not known";
  }

  // A constant far outside of what the other tensors hold (-1e9 in a mask) would take all steps.
  std::string FarConstant(const ir::Node& node, const Rule& rule) const {
    if (rule.scales != Scales::kSame) return "";
    Range others, constants;
    bool any = false;
    for (size_t i = 0; i < node.operand_count(); ++i) {
      const ir::Value* operand = node.operand(i);
      if (operand == nullptr || rule.operand_role(i) != Role::kActivation) continue;
      if (const Tensor* constant = operand->constant()) {
        constants.Include(RangeOf(*constant));
      } else if (const auto range = ranges_(*operand)) {
        others.Include(*range);
        any = true;
      }
    }
    const bool far = any && constants.width() > 8 * others.width();
    return far ? "a constant lies far outside of its other operands" : "";
  }

  // --- ops without weights at the borders

  bool ProducedInFloat(const ir::Value& value) const {
    if (value.constant() != nullptr) return true;
    if (value.is_parameter()) return !options_.integer_inputs;
    return !plan_.integer.contains(value.node());
  }

  bool OnlyFloatReaders(const ir::Node& node) const {
    for (size_t i = 0; i < node.output_count(); ++i) {
      if (!IsFloat32(node.output(i))) return false;
      for (const ir::Use& use : node.output(i)->uses()) {
        if (use.user == function_.return_node() ? options_.integer_outputs
                                                : plan_.integer.contains(use.user)) {
          return false;
        }
      }
    }
    return true;
  }

  bool OnlyFloatOperands(const ir::Node& node) const {
    for (size_t i = 0; i < node.operand_count(); ++i) {
      if (IsFloat32(node.operand(i)) && !ProducedInFloat(*node.operand(i))) return false;
    }
    return true;
  }

  static bool Grows(const ir::Node& node) {
    int64_t given = 0, made = 0;
    for (size_t i = 0; i < node.operand_count(); ++i) {
      if (IsFloat32(node.operand(i))) given += node.operand(i)->type.shape.elements().value_or(0);
    }
    for (size_t i = 0; i < node.output_count(); ++i)
      made += node.output(i)->type.shape.elements().value_or(0);
    return made > kLargeResult && made > 4 * given;
  }

  bool IsTrained(const ir::Value* value) const {
    if (!IsFloat32(value) || value->constant() != nullptr) return false;
    const auto range = ranges_(*value);
    return range && range->trained;
  }

  void LeaveLightOnesInFloat() {
    std::vector<const ir::Node*> light;
    for (const ir::Node& node : function_.nodes()) {
      const auto trained = [&](const ir::Value* value) { return IsTrained(value); };
      const bool may_stay = !HasWeights(node, options_.mode) && !Touches(node, trained);
      if (plan_.integer.contains(&node) && may_stay) light.push_back(&node);
    }
    // Results first, so that one turn does for a whole tail; the heads then in their own order.
    bool changed = true;
    while (changed) {
      changed = false;
      for (auto node = light.rbegin(); node != light.rend(); ++node) {
        if (OnlyFloatReaders(**node) && !Grows(**node)) changed |= plan_.integer.erase(*node) > 0;
      }
      for (const ir::Node* node : light) {
        if (OnlyFloatOperands(*node)) changed |= plan_.integer.erase(node) > 0;
      }
    }
  }

  // --- classes: which tensors share a scale

  const ir::Value* Root(const ir::Value* value) {
    const ir::Value* root = value;
    for (auto found = parent_.find(root); found != parent_.end(); found = parent_.find(root))
      root = found->second;
    for (auto found = parent_.find(value); found != parent_.end(); found = parent_.find(value))
      value = std::exchange(found->second, root) == root ? root : value;
    return root;
  }

  struct Class {
    std::optional<Range> range;
    std::optional<Parameters> fixed;
  };

  // A value's class, made when it is first asked for.
  Class& ClassOf(const ir::Value& value) {
    const auto [entry, added] = classes_.try_emplace(Root(&value));
    if (added) entry->second.range = ranges_(value);
    return entry->second;
  }

  // Whether the scale of the kernel's result is not nearly the one that was trained.
  bool TrainedOtherwise(const ir::Node& node, const Class& result) const {
    if (!result.range || !result.range->trained) return false;
    const Range own = RangeOf(FixedParameters(node, options_.mode), options_.mode);
    const float near = own.width() / 20;
    return std::fabs(own.min - result.range->min) > near || std::fabs(own.max - result.range->max) > near;
  }

  // Ranges that were trained apart stay apart where a QUANTIZE can stand between them.
  bool TrainedApart(const ir::Value& a, const ir::Value& b) {
    const auto &one = ClassOf(a).range, &other = ClassOf(b).range;
    return one && other && one->trained && other->trained &&
           (one->min != other->min || one->max != other->max);
  }

  void Union(const ir::Value& into, const ir::Value& other) {
    const Class gone = ClassOf(other);
    Class& kept = ClassOf(into);
    const ir::Value *root = Root(&into), *moved = Root(&other);
    if (root == moved) return;
    if (gone.range) {
      if (!kept.range || (gone.range->trained && !kept.range->trained)) {
        kept.range = gone.range;
      } else if (gone.range->trained == kept.range->trained) {
        kept.range->Include(*gone.range);
      }
    }
    if (!kept.fixed) kept.fixed = gone.fixed;
    parent_[moved] = root;
    classes_.erase(moved);
  }

  // Activations of a node that are no constants.
  std::vector<const ir::Value*> ActivationOperands(const ir::Node& node, const Rule& rule) const {
    std::vector<const ir::Value*> found;
    for (size_t i = 0; i < node.operand_count(); ++i) {
      const ir::Value* operand = node.operand(i);
      if (operand != nullptr && rule.operand_role(i) == Role::kActivation && operand->constant() == nullptr)
        found.push_back(operand);
    }
    return found;
  }

  void JoinClasses(const ir::Node& node) {
    const Rule& rule = *RuleOf(node, options_.mode);
    const std::vector<const ir::Value*> operands = ActivationOperands(node, rule);
    for (const ir::Value* operand : operands) ClassOf(*operand);
    const ir::Value* result = nullptr;
    for (size_t i = 0; i < node.output_count(); ++i) {
      if (rule.result_role(i) != Role::kActivation) continue;
      Class& made = ClassOf(*node.output(i));
      if (rule.scales == Scales::kFixed && !TrainedOtherwise(node, made)) {
        made.fixed = FixedParameters(node, options_.mode);
      }
      if (rule.scales == Scales::kSame && result != nullptr) Union(*result, *node.output(i));
      result = result == nullptr ? node.output(i) : result;
    }
    const bool shares =
        rule.scales == Scales::kSame || (node.Is(tfl::SUM) && options_.mode == Mode::kInt16x8);
    if (!shares || result == nullptr) return;
    for (size_t i = 0; i < node.operand_count(); ++i) {
      const ir::Value* operand = node.operand(i);
      if (operand == nullptr || rule.operand_role(i) != Role::kActivation) continue;
      if (const Tensor* constant = operand->constant()) {
        Class& made = ClassOf(*result);
        const Range range = RangeOf(*constant);
        made.range = made.range.value_or(range);
        made.range->Include(range);
      }
    }
    if (operands.size() == 1) {
      if (!TrainedApart(*operands[0], *result)) Union(*operands[0], *result);
      return;
    }
    for (const ir::Value* operand : operands) {
      if (MayShare(*operand, *result, node)) Union(*result, *operand);
    }
  }

  // Whether an op that joins several tensors takes this one's scale over; else it is requantized before it.
  bool MayShare(const ir::Value& operand, const ir::Value& result, const ir::Node& node) {
    const Class &own = ClassOf(operand), &joined = ClassOf(result);
    if (own.fixed || joined.fixed) return false;
    if (!own.range || !joined.range) return true;
    if (TrainedApart(operand, result)) return false;
    for (const ir::Use& use : operand.uses()) {
      if (use.user != &node) return own.range->width() * kNearlyAsWide >= joined.range->width();
    }
    return true;
  }

  void FindParameters() {
    const auto add = [&](const ir::Value* value) {
      const Class& own = ClassOf(*value);
      plan_.parameters[value] =
          own.fixed ? *own.fixed : ParametersOf(own.range.value_or(Range{}), options_.mode);
    };
    const auto add_known = [&](const ir::Value* value) {
      if (IsFloat32(value) && ranges_(*value)) add(value);
    };
    for (size_t i = 0; options_.integer_inputs && i < function_.parameter_count(); ++i)
      add_known(function_.parameter(i));
    // What an op without integer form gives stays as it is: classes and counts of a detector are no
    // activations.
    for (size_t i = 0; options_.integer_outputs && i < function_.result_count(); ++i) {
      const ir::Value* result = function_.result(i);
      if (result->is_parameter() || plan_.integer.contains(result->node())) add_known(result);
    }
    const auto add_trained = [&](const ir::Value* value) {
      if (!IsTrained(value)) return;
      add(value);
      plan_.rounded.insert(value);
    };
    for (size_t i = 0; i < function_.parameter_count(); ++i) add_trained(function_.parameter(i));
    for (const ir::Node& node : function_.nodes()) {
      for (size_t i = 0; i < node.output_count(); ++i) add_trained(node.output(i));
      if (!plan_.integer.contains(&node)) continue;
      const Rule& rule = *RuleOf(node, options_.mode);
      for (const ir::Value* operand : ActivationOperands(node, rule)) add(operand);
      for (size_t i = 0; i < node.output_count(); ++i) {
        if (rule.result_role(i) == Role::kActivation) add(node.output(i));
      }
    }
  }

  void FindCrowded() {
    if (options_.mode != Mode::kInt8) return;
    for (const ir::Node& node : function_.nodes()) {
      const bool joins = node.Is(tfl::CONCATENATION) || node.Is(tfl::PACK);
      if (!joins || !plan_.integer.contains(&node)) continue;
      const Parameters& result = plan_.parameters.at(node.output(0));
      for (const ir::Value* operand : ActivationOperands(node, *RuleOf(node, options_.mode))) {
        const auto range = ranges_(*operand);
        if (!range || range->width() == 0) continue;
        const double steps = static_cast<double>(range->width()) / result.scale;
        if (steps < kFewSteps) plan_.crowded.push_back({&node, operand, steps});
      }
    }
  }

  const ir::Function& function_;
  const RangeSource& ranges_;
  const PlanOptions& options_;
  Plan plan_;
  std::unordered_set<const ir::Value*> masked_;
  std::unordered_map<const ir::Value*, const ir::Value*> parent_;
  std::unordered_map<const ir::Value*, Class> classes_;  // by root
};

}  // namespace

Plan MakePlan(const ir::Function& function, const RangeSource& ranges, const PlanOptions& options) {
  return Planner(function, ranges, options).Make();
}

bool HasWeights(const ir::Node& node, Mode mode) {
  const Rule* rule = RuleOf(node, mode);
  if (rule == nullptr) return false;
  if (node.Is(tfl::BATCH_MATMUL)) return true;
  for (size_t i = 0; i < node.operand_count(); ++i) {
    const Role role = rule->operand_role(i);
    const Tensor* constant = node.constant_operand(i);
    if (role == Role::kWeights ||
        (role == Role::kActivation && constant != nullptr && constant->elements() >= kTable))
      return true;
  }
  return false;
}

}  // namespace litesmith::quantization
