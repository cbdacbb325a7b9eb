#include "quantization/repair.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "quantization/report.h"
#include "quantization/rules.h"
#include "quantization/views.h"
#include "tfl/work.h"

namespace litesmith::quantization {
namespace {

// Samples on which candidates are compared and damage is told, noises are measured, and tensors are looked
// at.
constexpr size_t kMeasured = 12, kNoise = 4, kByLayer = 4;
// Forms that noises are measured with, of tensors and of weights each.
constexpr size_t kMostForms = 256;
// A repair must hold for the boxes of many pictures.
constexpr size_t kRepaired = 24;
// What ops without multiplications cost together, as a part of the whole work: each of them in float is a
// pass over its tensors.
constexpr double kPasses = 0.01;

bool TakesPictures(const ir::Module& module) {
  for (const auto& function : module.functions()) {
    for (size_t i = 0; i < function->parameter_count(); ++i) {
      const ir::Type& type = function->parameter(i)->type;
      if (IsPicture(type.dtype, type.shape)) return true;
    }
  }
  return false;
}

// Of 20 like sets of pictures, 19 lose less than so many standard deviations more.
constexpr double kSurely = 1.645;

double WorkOf(const ir::Node& node) { return static_cast<double>(tfl::MultiplyAdds(node).value_or(0)); }

}  // namespace

Repair::Repair(const Options& options, const Knowledge& knowledge, const Forms& forms,
               const std::string& signature, const SampleSource& samples, Running running, Progress progress,
               Context& context)
    : options_(options),
      knowledge_(knowledge),
      forms_(forms),
      signature_(signature),
      samples_(samples),
      running_(std::move(running)),
      progress_(std::move(progress)),
      context_(context) {
  // A bound must hold for inputs that were not seen: other views of pictures are measured then.
  const bool bounded = options.max_accuracy_drop.has_value();
  chosen_ = std::make_unique<SomeSamples>(samples, bounded ? kRepaired : kMeasured);
  viewed_ = std::make_unique<ViewedSamples>(*chosen_, bounded && TakesPictures(*knowledge.model.plain));
  comparison_ = std::make_unique<Comparison>(knowledge.model.simulation, signature, *viewed_, false, context);
}

Result<Choice> Repair::Choose() {
  LS_TRY(choice_.damage, Measure(*comparison_, forms_.Make(Repaired{}), "comparing"));
  const bool too_much = options_.max_accuracy_drop && !MeetsBound(choice_.damage, kSurely);
  if (too_much || options_.measure_sensitivity) {
    LS_RETURN_IF_FAILED(MeasureNoise());
    if (too_much) LS_RETURN_IF_FAILED(Search());
    FillSensitivity();
  }
  const SomeSamples few(samples_, kByLayer);
  Comparison by_layer(knowledge_.model.simulation, signature_, few, true, context_);
  LS_TRY(Damage layers, Measure(by_layer, forms_.Make(choice_.repaired), ""));
  choice_.damage.layers = std::move(layers.layers);
  return std::move(choice_);
}

Result<Damage> Repair::Measure(Comparison& comparison, const QuantizedForm& form, std::string_view stage) {
  return comparison.Measure(CopyOfSimulation(knowledge_.model, form.copy), running_(stage));
}

// Values whose integers are the same: what an op only moves is not rounded again.
std::vector<Repair::Group> Repair::GroupsOf(const ir::Function& function, const Plan& plan) const {
  std::vector<Group> groups;
  std::unordered_map<const ir::Value*, size_t> group_of;
  const auto add = [&](const ir::Value* value, const ir::Value* same_as) {
    if (!plan.parameters.contains(value) || group_of.contains(value)) return;
    const auto other = same_as != nullptr ? group_of.find(same_as) : group_of.end();
    const bool joins = other != group_of.end() && plan.parameters.at(value) == plan.parameters.at(same_as);
    if (!joins) groups.push_back({&plan, {}, {}});
    const size_t group = joins ? other->second : groups.size() - 1;
    groups[group].values.push_back(value);
    group_of[value] = group;
  };
  for (size_t i = 0; i < function.parameter_count(); ++i) add(function.parameter(i), nullptr);
  for (const ir::Node& node : function.nodes()) {
    const Rule* rule = plan.integer.contains(&node) ? RuleOf(node, options_.mode) : nullptr;
    const ir::Value* moved = nullptr;
    for (size_t i = 0; rule != nullptr && rule->scales == Scales::kSame && i < node.operand_count(); ++i) {
      if (node.operand(i) != nullptr && rule->operand_role(i) == Role::kActivation && moved == nullptr)
        moved = node.operand(i);
    }
    for (size_t i = 0; i < node.output_count(); ++i) add(node.output(i), moved);
  }
  for (Group& group : groups) {
    const auto involve = [&](const ir::Node* node) {
      auto& ops = group.noise.ops;
      if (node != nullptr && plan.integer.contains(node) &&
          std::find(ops.begin(), ops.end(), node) == ops.end()) {
        ops.push_back(node);
      }
    };
    for (const ir::Value* value : group.values) {
      involve(value->node());
      for (const ir::Use& use : value->uses()) involve(use.user);
    }
  }
  return groups;
}

// Each tensor and each layer's weights rounded alone; in large models neighbours together, for every
// measurement takes a form of the whole model.
Result<void> Repair::MeasureNoise() {
  const SomeSamples few(samples_, kNoise);
  Comparison comparison(knowledge_.model.simulation, signature_, few, false, context_);
  const QuantizedForm whole = forms_.Make(Repaired{});
  std::vector<Group> groups;
  for (const auto& [function, plan] : whole.plans) {
    for (Group& group : GroupsOf(*function, plan)) groups.push_back(std::move(group));
  }
  const std::vector<const ir::Node*> layers = forms_.Layers();
  const auto tell = [&](size_t done) { progress_("measuring layers", done, groups.size() + layers.size()); };
  const size_t groups_together = groups.size() / kMostForms + 1;
  for (size_t i = 0; i < groups.size();) {
    const size_t first = i;
    Group together{groups[first].plan, {}, {}};
    auto& ops = together.noise.ops;
    for (; i < groups.size() && i - first < groups_together && groups[i].plan == together.plan; ++i) {
      together.values.insert(together.values.end(), groups[i].values.begin(), groups[i].values.end());
      for (const ir::Node* op : groups[i].noise.ops) {
        if (std::find(ops.begin(), ops.end(), op) == ops.end()) ops.push_back(op);
      }
    }
    tell(i);
    LS_TRY(const Damage damage, Measure(comparison, forms_.MakeRounded(*together.plan, together.values), ""));
    together.noise.power = damage.error() * damage.error();
    for (size_t k = first; k < i; ++k) {
      if (const ir::Node* maker = groups[k].values[0]->node())
        noise_of_[maker] += together.noise.power / static_cast<double>(i - first);
    }
    noises_.push_back(std::move(together.noise));
  }
  const size_t layers_together = layers.size() / kMostForms + 1;
  for (size_t i = 0; i < layers.size(); i += layers_together) {
    const size_t end = std::min(i + layers_together, layers.size());
    const std::vector<const ir::Node*> some(layers.begin() + static_cast<std::ptrdiff_t>(i),
                                            layers.begin() + static_cast<std::ptrdiff_t>(end));
    tell(groups.size() + end);
    LS_TRY(const Damage damage, Measure(comparison, forms_.MakeAlone(some), ""));
    noises_.push_back({damage.error() * damage.error(), some});
    for (const ir::Node* layer : some)
      noise_of_[layer] += noises_.back().power / static_cast<double>(some.size());
  }
  return {};
}

std::vector<OpCost> Repair::Costs() const {
  std::vector<const ir::Node*> ops;  // in the order of the sources, each once
  std::unordered_set<const ir::Node*> seen;
  for (const NoiseSource& source : noises_) {
    for (const ir::Node* op : source.ops) {
      if (seen.insert(op).second) ops.push_back(op);
    }
  }
  double all = 0;
  for (const ir::Node* op : ops) all += WorkOf(*op);
  std::vector<OpCost> costs;
  costs.reserve(ops.size());
  for (const ir::Node* op : ops)
    costs.push_back({op, kPasses / static_cast<double>(ops.size()) + (all > 0 ? WorkOf(*op) / all : 0)});
  return costs;
}

// Boxes are found or lost one by one: that a few fewer were lost may be luck. What all forms together lost
// tells more; it grows with the noise.
double Repair::Expected(const Damage& damage) const {
  if (!damage.boxes || damage.boxes->boxes == 0 || !(errors_ > 0)) return damage.drop();
  return damage.error() * drops_ / errors_;
}

// Whether as much is expected of other inputs, give or take so many standard deviations of what is lost of as
// many boxes as were measured.
bool Repair::MeetsBound(const Damage& damage, double deviations) const {
  const double drop = Expected(damage);
  if (!damage.boxes || damage.boxes->boxes == 0) return drop <= *options_.max_accuracy_drop;
  const double chance = std::sqrt(drop * (1 - drop) / static_cast<double>(damage.boxes->boxes));
  return drop + deviations * chance <= *options_.max_accuracy_drop;
}

Result<bool> Repair::Try(const std::vector<const ir::Node*>& nodes, bool hybrid, double deviations) {
  const Repaired repaired{{nodes.begin(), nodes.end()}, hybrid};
  LS_TRY(Damage now, Measure(*comparison_, forms_.Make(repaired), "repairing"));
  drops_ += now.drop();
  errors_ += now.error();
  const bool meets = MeetsBound(now, deviations);
  if (meets || choice_.repaired.nodes.size() < nodes.size()) {
    choice_.repaired = repaired;
    choice_.damage = std::move(now);
  }
  return meets;
}

// The smallest set that meets the bound: with some certainty and integer weights, or at least by what is
// expected, or in float altogether. More in float is taken to lose less.
Result<void> Repair::Search() {
  const auto sets = BestFloatSets(noises_, Costs());
  if (sets.empty()) return {};
  drops_ = choice_.damage.drop();
  errors_ = choice_.damage.error();
  const auto smallest = [&](bool hybrid, double deviations) -> Result<bool> {
    LS_TRY(const bool possible, Try(sets.back(), hybrid, deviations));
    for (size_t low = 0, high = sets.size() - 1; possible && low < high;) {
      // Cheap sets first: little suffices as a rule.
      const size_t middle = low + (high - low) / 3;
      LS_TRY(const bool meets, Try(sets[middle], hybrid, deviations));
      if (meets) high = middle;
      if (!meets) low = middle + 1;
    }
    return possible;
  };
  const bool has_hybrid = options_.mode == Mode::kInt8;
  LS_TRY(const bool surely, smallest(has_hybrid, kSurely));
  if (surely || !has_hybrid || MeetsBound(choice_.damage, 0)) return {};
  LS_TRY([[maybe_unused]] const bool at_last, smallest(false, 0));
  return {};
}

void Repair::FillSensitivity() {
  const std::vector<const ir::Node*> layers = forms_.Layers();
  double all = 0;
  for (const ir::Node* layer : layers) all += WorkOf(*layer);
  for (const ir::Node* layer : layers) {
    choice_.sensitivity.push_back({std::string(layer->op_name()), NameOfNode(*layer),
                                   std::sqrt(noise_of_[layer]), all > 0 ? WorkOf(*layer) / all : 0,
                                   choice_.repaired.contains(layer)});
  }
  std::stable_sort(choice_.sensitivity.begin(), choice_.sensitivity.end(),
                   [](const auto& a, const auto& b) { return a.error > b.error; });
}

}  // namespace litesmith::quantization
