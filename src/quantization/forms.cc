#include "quantization/forms.h"

#include "ir/signature.h"
#include "quantization/expected_ranges.h"
#include "quantization/integer.h"
#include "quantization/rounding.h"
#include "quantization/rules.h"
#include "quantization/shrink.h"
#include "tfl/work.h"

namespace litesmith::quantization {
namespace {

bool Matches(const ir::Node& node, const std::regex& pattern) {
  if (node.op().dialect == ir::Dialect::kCore) return false;
  for (size_t i = 0; i < node.output_count(); ++i) {
    if (std::regex_search(node.output(i)->name, pattern)) return true;
  }
  return false;
}

using Originals = std::unordered_map<const ir::Node*, const ir::Node*>;

Originals Reverse(const ir::ModuleCopy& copy) {
  Originals originals;
  for (const auto& [from, to] : copy.nodes) originals[to] = from;
  return originals;
}

Plan InCopy(const Plan& plan, const ir::ModuleCopy& copy) {
  Plan moved;
  for (const ir::Node* node : plan.integer) moved.integer.insert(copy.nodes.at(node));
  for (const auto& [value, parameters] : plan.parameters)
    moved.parameters.emplace(copy.values.at(value), parameters);
  for (const ir::Value* value : plan.rounded) moved.rounded.insert(copy.values.at(value));
  return moved;
}

}  // namespace

Forms::Forms(const Options& options, const Knowledge& knowledge) : options_(options), knowledge_(knowledge) {
  for (const std::string& pattern : options.keep_float) patterns_.emplace_back(pattern);
  for (const ir::Function* function : ir::EntryFunctions(module())) entries_.insert(function->name);
}

std::string Forms::WhyKept(const ir::Node& node, const Repaired& repaired) const {
  if (repaired.contains(&node)) return "integer activations cost too much accuracy there";
  for (const std::regex& pattern : patterns_) {
    if (Matches(node, pattern)) return "--keep-float asks for it";
  }
  return "";
}

const QuantizedConstant* Forms::WeightsOf(const ir::Node& node) const {
  return knowledge_.weights.Find(knowledge_.model.Simulated(node));
}

const Patches* Forms::PatchesOf(const ir::Node& node) const {
  return knowledge_.patches != nullptr ? knowledge_.patches->Find(knowledge_.model.Simulated(node)) : nullptr;
}

std::optional<Range> Forms::RangeFor(const ir::Value& value) const {
  const auto& trained = knowledge_.model.ranges;
  if (const auto found = trained.find(&value); found != trained.end()) return found->second;
  const Observed* observed = knowledge_.observations.Find(knowledge_.model.Simulated(value));
  if (observed == nullptr || observed->samples == 0 || observed->not_finite_sample != Observed::kNever)
    return std::nullopt;
  return ExpectedRange(value, *observed, knowledge_.made_up);
}

QuantizedForm Forms::Make(const Repaired& repaired, DType input_type, DType output_type) const {
  QuantizedForm form;
  form.copy = ir::CopyModule(module());
  const Originals originals = Reverse(form.copy);
  const auto weights = [&](const ir::Node& node) { return WeightsOf(*originals.at(&node)); };
  const auto patches = [&](const ir::Node& node) { return PatchesOf(*originals.at(&node)); };
  if (!IsInteger(options_.mode)) {
    const auto keep = [&](const ir::Node& node) { return WhyKept(*originals.at(&node), repaired); };
    form.tensors = ShrinkConstants(*form.copy.module, {options_.mode, keep, weights, patches});
    return form;
  }
  const RangeSource ranges = [&](const ir::Value& value) { return RangeFor(value); };
  for (const auto& function : module().functions()) {
    const bool entry = entries_.contains(function->name);
    PlanOptions planning;
    planning.mode = options_.mode;
    planning.float_fallback = options_.float_fallback;
    planning.integer_inputs = entry && input_type != DType::kFloat32;
    planning.integer_outputs = entry && output_type != DType::kFloat32;
    planning.keep_float = [&](const ir::Node& node) { return WhyKept(node, repaired); };
    Plan plan = MakePlan(*function, ranges, planning);
    RewriteOptions rewriting;
    rewriting.mode = options_.mode;
    rewriting.input_type = entry ? input_type : DType::kFloat32;
    rewriting.output_type = entry ? output_type : DType::kFloat32;
    rewriting.weights = weights;
    rewriting.patches = patches;
    MakeInteger(*form.copy.module->FindFunction(function->name), InCopy(plan, form.copy), rewriting);
    form.tensors += plan.parameters.size();
    form.plans.emplace_back(function.get(), std::move(plan));
  }
  if (options_.mode != Mode::kInt8 || !repaired.hybrid || repaired.nodes.empty()) return form;
  // What costs accuracy is activations with one scale for all inputs: layers whose kernels quantize them as
  // they run keep their integer weights.
  const auto keep = [&](const ir::Node& node) {
    const auto original = originals.find(&node);
    const bool shrinks =
        tfl::HasHybridKernel(node) && original != originals.end() && repaired.contains(original->second);
    return std::string(shrinks ? "" : "as it is");
  };
  form.tensors += ShrinkConstants(*form.copy.module, {Mode::kDynamic, keep, weights, patches});
  return form;
}

QuantizedForm Forms::MakeRounded(const Plan& plan, const std::vector<const ir::Value*>& values) const {
  QuantizedForm form;
  form.copy = ir::CopyModule(module());
  Plan rounding;
  for (const ir::Value* value : values) {
    ir::Value* own = form.copy.values.at(value);
    rounding.parameters.emplace(own, plan.parameters.at(value));
    rounding.rounded.insert(own);
  }
  RewriteOptions rewriting;
  rewriting.mode = options_.mode;
  MakeInteger(*form.copy.values.at(values[0])->function(), rounding, rewriting);
  return form;
}

void Forms::RoundWeights(const ir::Node& layer, ir::Node& node) const {
  const Rule* rule = RuleOf(node, options_.mode);
  const QuantizedConstant* rounded = WeightsOf(layer);
  if (rule == nullptr || rounded == nullptr) return;
  const Patches* patches = PatchesOf(layer);
  std::vector<float> shift;
  for (size_t i = 0; i < node.operand_count(); ++i) {
    const Tensor* constant = node.constant_operand(i);
    if (constant == nullptr) continue;
    if (rule->operand_role(i) == Role::kWeights) {
      if (patches != nullptr) shift = MeanShift(*constant, *patches, *rounded, nullptr, options_.mode);
      node.SetOperand(i, ir::Builder(node).Constant(Dequantize(*rounded)));
    } else if (rule->operand_role(i) == Role::kBias && !shift.empty()) {
      std::vector<float> bias(constant->data<float>().begin(), constant->data<float>().end());
      for (size_t j = 0; j < bias.size() && bias.size() == shift.size(); ++j) bias[j] += shift[j];
      node.SetOperand(i, ir::Builder(node).Constant(Tensor::Of<float>(constant->dims(), bias)));
    }
  }
}

QuantizedForm Forms::MakeAlone(const std::vector<const ir::Node*>& layers) const {
  if (!IsInteger(options_.mode)) {
    Repaired others;
    for (const ir::Node* other : Layers()) others.nodes.insert(other);
    for (const ir::Node* layer : layers) others.nodes.erase(layer);
    return Make(others);
  }
  QuantizedForm form;
  form.copy = ir::CopyModule(module());
  for (const ir::Node* layer : layers) RoundWeights(*layer, *form.copy.nodes.at(layer));
  return form;
}

std::vector<const ir::Node*> Forms::Layers() const {
  std::vector<const ir::Node*> layers;
  for (const auto& function : module().functions()) {
    for (const ir::Node& node : function->nodes()) {
      if (HasWeights(node, Mode::kInt8) && WhyKept(node, Repaired{}).empty()) layers.push_back(&node);
    }
  }
  return layers;
}

std::vector<std::string> Forms::UnmatchedPatterns() const {
  std::vector<std::string> unmatched;
  for (size_t p = 0; p < patterns_.size(); ++p) {
    bool matches = false;
    for (const auto& function : module().functions()) {
      for (const ir::Node& node : function->nodes()) matches = matches || Matches(node, patterns_[p]);
    }
    if (!matches) unmatched.push_back(options_.keep_float[p]);
  }
  return unmatched;
}

}  // namespace litesmith::quantization
