#include "quantization/quantize.h"

#include <algorithm>
#include <cmath>
#include <regex>
#include <set>

#include "ir/copy.h"
#include "ir/signature.h"
#include "quantization/equalization.h"
#include "quantization/integer.h"
#include "quantization/made_up_ranges.h"
#include "quantization/plan.h"
#include "quantization/ranges.h"
#include "quantization/report.h"
#include "quantization/rounded_weights.h"
#include "quantization/shrink.h"
#include "quantization/trained_ranges.h"
#include "quantization/views.h"
#include "tfl/ops.h"
#include "tfl/work.h"

namespace litesmith::quantization {
namespace {

// Samples on which candidates are compared and damage is told, a layer's sensitivity is measured, and tensors
// are looked at.
constexpr size_t kMeasured = 12, kSensitive = 4, kByLayer = 4;
// Samples that show which channels are narrow.
constexpr size_t kEqualizing = 16;
// A repair must hold for the boxes of many pictures.
constexpr size_t kRepaired = 24;
// Of 20 like sets of pictures, 19 lose no more than what is measured on one and so many standard deviations.
constexpr double kDeviations = 1.645;

std::string NameOfNode(const ir::Node& node) {
  return node.output_count() > 0 && !node.output(0)->name.empty() ? node.output(0)->name : node.name;
}

// The drop to expect of pictures that were not measured: boxes are found or lost one by one, so a share of n
// of them varies by the square root of d (1 - d) / n.
double Expected(const Damage& damage) {
  const double drop = damage.drop();
  if (!damage.boxes || damage.boxes->boxes == 0) return drop;
  return drop + kDeviations * std::sqrt(drop * (1 - drop) / static_cast<double>(damage.boxes->boxes));
}

// An even choice of the samples of another source.
class SomeSamples final : public SampleSource {
 public:
  SomeSamples(const SampleSource& all, size_t count) : all_(all), count_(std::min(count, all.count())) {}
  size_t count() const override { return count_; }
  std::string name(size_t index) const override { return all_.name(Place(index)); }
  Result<std::vector<Tensor>> Get(size_t index, Context& context) const override {
    return all_.Get(Place(index), context);
  }

 private:
  size_t Place(size_t index) const { return index * all_.count() / count_; }
  const SampleSource& all_;
  const size_t count_;
};

class Quantizer {
 public:
  Quantizer(std::shared_ptr<const ir::Module> module, const Options& options,
            const std::vector<SignatureSamples>& samples, const runtime::CustomKernels& custom_kernels,
            const Hooks& hooks, Context& context)
      : trained_(IsInteger(options.mode) ? TakeTrainedRanges(module, options.mode, context)
                                         : TrainedModel{module, module}),
        module_(trained_.plain),
        options_(options),
        samples_(samples),
        custom_kernels_(custom_kernels),
        hooks_(hooks),
        context_(context) {
    for (const std::string& pattern : options.keep_float) patterns_.emplace_back(pattern);
    for (const ir::Function* function : ir::EntryFunctions(*module_)) entries_.insert(function->name);
  }

  Result<Quantized> Run() {
    LS_RETURN_IF_FAILED(CheckIsFloat(*module_, context_));
    LS_RETURN_IF_FAILED(EqualizeChannels());
    LS_RETURN_IF_FAILED(Observe());
    if (options_.mode != Mode::kFloat16) {
      const int bits = options_.mode == Mode::kWeight4 ? 4 : 8;
      LS_TRY(weights_,
             RoundedWeights::Make(*trained_.simulation, bits, patches_.get(), options_.threads, context_));
    }
    Quantized result;
    RangeMethod method = RangeMethod::kMinMax;
    if (Measures()) {
      LS_TRY(method, BestMethod());
      LS_RETURN_IF_FAILED(Repair(method, result));
    }
    return Finish(MakeBuild(method, options_.input_type, options_.output_type), std::move(result));
  }

 private:
  struct Build {
    ir::ModuleCopy copy;
    std::vector<std::pair<const ir::Function*, Plan>> plans;  // of the original's functions
    RangeMethod method = RangeMethod::kMinMax;
    size_t tensors = 0;
  };
  using Originals = std::unordered_map<const ir::Node*, const ir::Node*>;

  // --- samples

  // What fails here fails in Observe again, and is told there.
  Result<void> EqualizeChannels() {
    if (options_.mode != Mode::kInt8 || !trained_.ranges.empty() || samples_.empty()) return {};
    const ChannelClasses classes(*module_);
    std::vector<ChannelRanges> parts(static_cast<size_t>(options_.threads), ChannelRanges(classes));
    SampleRuns runs;
    runs.observer = [&](int worker, size_t, const ir::Value& value, const TensorView& view) {
      parts[static_cast<size_t>(worker)].Add(value, view);
    };
    NullSink ignored;
    Context quiet{context_.host, ignored, context_.limits, context_.cancelled};
    for (const SignatureSamples& one : samples_) {
      const SomeSamples few(*one.source, kEqualizing);
      if (!RunSamples(module_, one.signature, few, Running("looking at channels"), runs, quiet)) break;
    }
    if (context_.is_cancelled()) return kFailed;
    for (size_t i = 1; i < parts.size(); ++i) parts[0].Merge(parts[i]);
    if (auto equalized = Equalize(*module_, classes, parts[0]))
      module_ = trained_.plain = trained_.simulation = std::move(equalized);
    return {};
  }

  Result<void> Observe() {
    bool observed = false;
    for (const SignatureSamples& one : samples_) {
      if (patches_ == nullptr)
        patches_ = std::make_unique<PatchCollection>(*trained_.simulation, one.source->count());
      // What training left in float stays there: made-up inputs know no better.
      if (one.made_up && trained_.complete && options_.float_fallback) continue;
      // Where nobody asked for samples and none are needed, or ranges are known from training, a model that
      // cannot be run here is no reason to fail.
      NullSink ignored;
      Context quiet{context_.host, ignored, context_.limits, context_.cancelled};
      const bool optional = one.made_up && (!IsInteger(options_.mode) || !trained_.ranges.empty());
      Observations seen;
      const auto ran = Calibrate(trained_.simulation, one.signature, *one.source, Running("calibrating"),
                                 seen, patches_.get(), optional ? quiet : context_);
      observations_.Merge(seen);
      if (!ran && !optional) {
        if (!one.made_up || context_.is_cancelled()) return kFailed;
        return context_.findings.Report(
            Finding(Code::kSamplesMissing)
                .Headline("the model does not run on inputs that were made up for it")
                .Cause("their numbers are random: what the model takes for a size or a position may not fit")
                .Fix("give samples that the model takes", "--data FOLDER"));
      }
      if (optional && (!ran || !IsInteger(options_.mode))) continue;
      made_up_ = made_up_ || one.made_up;
      observed = true;
      if (*ran > 0) {
        if (IsInteger(options_.mode)) ReportNotFinite(*trained_.simulation, seen, *one.source, context_);
        continue;
      }
      // Who gave the samples knows best what is wrong with them.
      if (hooks_.observed) LS_RETURN_IF_FAILED(hooks_.observed());
      return context_.findings.Report(Finding(Code::kSamplesMissing)
                                          .Headline("no sample could be used")
                                          .Fix("give samples that the model takes", "--data FOLDER"));
    }
    if (IsInteger(options_.mode)) {
      if (observed) ReportUnreached(*trained_.simulation, observations_, context_);
      ReportRangeSources(options_.mode, trained_.ranges.size(), made_up_, context_);
    }
    if (context_.is_cancelled()) return kFailed;
    return hooks_.observed ? hooks_.observed() : Result<void>();
  }

  CalibrationOptions Running(std::string_view stage) {
    CalibrationOptions options;
    options.threads = options_.threads;
    options.custom_kernels = custom_kernels_;
    options.progress = [this, stage](size_t done, size_t total) {
      if (hooks_.progress) hooks_.progress(stage, done, total);
    };
    return options;
  }

  // Whether results are compared: by the user's samples, or by made-up ones if that was asked for.
  bool Measures() const {
    if (samples_.empty()) return false;
    return !samples_[0].made_up || options_.max_accuracy_drop || options_.measure_sensitivity;
  }

  bool TakesPictures() const {
    for (const auto& function : module_->functions()) {
      for (size_t i = 0; i < function->parameter_count() && entries_.contains(function->name); ++i) {
        const ir::Type& type = function->parameter(i)->type;
        if (IsPicture(type.dtype, type.shape)) return true;
      }
    }
    return false;
  }

  // A bound must hold for inputs that were not seen: other views of pictures are measured then.
  Result<Damage> Measure(const Build& build, size_t samples, bool with_layers, std::string_view stage) {
    const SomeSamples chosen(*samples_[0].source, samples);
    const ViewedSamples some(chosen, options_.max_accuracy_drop && TakesPictures());
    CalibrationOptions running = Running(stage);
    if (stage.empty()) running.progress = nullptr;
    return MeasureDamage(trained_.simulation, CopyOfSimulation(trained_, build.copy), samples_[0].signature,
                         some, running, with_layers, context_);
  }

  // --- quantized forms

  static bool Matches(const ir::Node& node, const std::regex& pattern) {
    if (node.op().dialect == ir::Dialect::kCore) return false;
    for (size_t i = 0; i < node.output_count(); ++i) {
      if (std::regex_search(node.output(i)->name, pattern)) return true;
    }
    return false;
  }

  std::string WhyKept(const ir::Node& node) const {
    if (repaired_.contains(&node)) return "quantizing it costs too much accuracy";
    for (const std::regex& pattern : patterns_) {
      if (Matches(node, pattern)) return "--keep-float asks for it";
    }
    return "";
  }

  static Originals Reverse(const ir::ModuleCopy& copy) {
    Originals originals;
    for (const auto& [from, to] : copy.nodes) originals[to] = from;
    return originals;
  }

  const Patches* PatchesOf(const ir::Node& original) const {
    return patches_ != nullptr ? patches_->Find(trained_.Simulated(original)) : nullptr;
  }

  // With float inputs and outputs a form can be compared with the original.
  Build MakeBuild(RangeMethod method, DType input_type, DType output_type) {
    Build build;
    build.method = method;
    build.copy = ir::CopyModule(*module_);
    const Originals originals = Reverse(build.copy);
    const auto weights = [&](const ir::Node& node) {
      return weights_.Find(trained_.Simulated(*originals.at(&node)));
    };
    const auto patches = [&](const ir::Node& node) { return PatchesOf(*originals.at(&node)); };
    if (!IsInteger(options_.mode)) {
      const auto keep = [&](const ir::Node& node) { return WhyKept(*originals.at(&node)); };
      build.tensors = ShrinkConstants(*build.copy.module, {options_.mode, keep, weights, patches});
      return build;
    }
    const RangeSource ranges = [&](const ir::Value& value) { return RangeFor(value, method); };
    for (const auto& function : module_->functions()) {
      const bool entry = entries_.contains(function->name);
      PlanOptions planning;
      planning.mode = options_.mode;
      planning.float_fallback = options_.float_fallback;
      planning.integer_inputs = entry && input_type != DType::kFloat32;
      planning.integer_outputs = entry && output_type != DType::kFloat32;
      planning.keep_float = [this](const ir::Node& node) { return WhyKept(node); };
      Plan plan = MakePlan(*function, ranges, planning);
      RewriteOptions rewriting;
      rewriting.mode = options_.mode;
      rewriting.input_type = entry ? input_type : DType::kFloat32;
      rewriting.output_type = entry ? output_type : DType::kFloat32;
      rewriting.weights = weights;
      rewriting.patches = patches;
      MakeInteger(*build.copy.module->FindFunction(function->name), InCopy(plan, build.copy), rewriting);
      build.tensors += plan.parameters.size();
      build.plans.emplace_back(function.get(), std::move(plan));
    }
    return build;
  }

  std::optional<Range> RangeFor(const ir::Value& value, RangeMethod method) const {
    if (const auto trained = trained_.ranges.find(&value); trained != trained_.ranges.end())
      return trained->second;
    const Observed* observed = observations_.Find(trained_.Simulated(value));
    if (observed == nullptr || observed->samples == 0 || observed->not_finite_sample != Observed::kNever)
      return std::nullopt;
    const Range chosen = ChooseRange(*observed, method, options_.mode);
    return made_up_ ? WidenMadeUp(value, chosen) : chosen;
  }

  static Plan InCopy(const Plan& plan, const ir::ModuleCopy& copy) {
    Plan moved;
    for (const ir::Node* node : plan.integer) moved.integer.insert(copy.nodes.at(node));
    for (const auto& [value, parameters] : plan.parameters)
      moved.parameters.emplace(copy.values.at(value), parameters);
    for (const ir::Value* value : plan.rounded) moved.rounded.insert(copy.values.at(value));
    return moved;
  }

  // --- choices by measurement

  // By min and max, unless the other way is better by more than chance: few samples tell little, and what
  // is clipped may matter on others.
  Result<RangeMethod> BestMethod() {
    constexpr double kClearly = 0.9;
    LS_TRY(damage_, MeasureMethod(RangeMethod::kMinMax));
    if (!IsInteger(options_.mode) || made_up_) return RangeMethod::kMinMax;
    LS_TRY(Damage other, MeasureMethod(RangeMethod::kLeastError));
    if (other.error() >= kClearly * damage_.error()) return RangeMethod::kMinMax;
    damage_ = std::move(other);
    return RangeMethod::kLeastError;
  }

  Result<Damage> MeasureMethod(RangeMethod method) {
    return Measure(MakeBuild(method, DType::kFloat32, DType::kFloat32),
                   options_.max_accuracy_drop ? kRepaired : kMeasured, false, "comparing");
  }

  // Layers whose weights make up the work, which may stay in float.
  std::vector<const ir::Node*> Layers() const {
    std::vector<const ir::Node*> layers;
    for (const auto& function : module_->functions()) {
      for (const ir::Node& node : function->nodes()) {
        if (HasWeights(node, Mode::kInt8) && WhyKept(node).empty()) layers.push_back(&node);
      }
    }
    return layers;
  }

  // What each layer costs if it alone is quantized, worst first.
  Result<std::vector<std::pair<double, const ir::Node*>>> Rank(RangeMethod method) {
    const std::vector<const ir::Node*> layers = Layers();
    std::vector<std::pair<double, const ir::Node*>> ranking;
    for (const ir::Node* layer : layers) {
      if (hooks_.progress) hooks_.progress("measuring layers", ranking.size() + 1, layers.size());
      repaired_.clear();
      for (const ir::Node* other : layers) {
        if (other != layer) repaired_.insert(other);
      }
      const Build build = MakeBuild(method, DType::kFloat32, DType::kFloat32);
      LS_TRY(const Damage damage, Measure(build, kSensitive, false, ""));
      ranking.emplace_back(damage.error(), layer);
    }
    repaired_.clear();
    std::stable_sort(ranking.begin(), ranking.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    return ranking;
  }

  // Finds the fewest layers of the ranking that must stay in float, by halving, and leaves them in
  // `repaired_`.
  Result<void> Repair(RangeMethod method, Quantized& result) {
    Damage damage = std::move(damage_);
    const bool too_much = options_.max_accuracy_drop && Expected(damage) > *options_.max_accuracy_drop;
    if (too_much || options_.measure_sensitivity) {
      LS_TRY(const auto ranking, Rank(method));
      if (too_much) LS_RETURN_IF_FAILED(Search(ranking, method, damage));
      double all = 0;
      for (const auto& [error, node] : ranking)
        all += static_cast<double>(tfl::MultiplyAdds(*node).value_or(0));
      for (const auto& [error, node] : ranking) {
        const auto work = static_cast<double>(tfl::MultiplyAdds(*node).value_or(0));
        result.sensitivity.push_back({std::string(node->op_name()), NameOfNode(*node), error,
                                      all > 0 ? work / all : 0, repaired_.contains(node)});
      }
    }
    const Build last = MakeBuild(method, DType::kFloat32, DType::kFloat32);
    LS_TRY(Damage by_layer, Measure(last, kByLayer, true, ""));
    damage.layers = std::move(by_layer.layers);
    result.damage = std::move(damage);
    return {};
  }

  Result<void> Search(const std::vector<std::pair<double, const ir::Node*>>& ranking, RangeMethod method,
                      Damage& damage) {
    size_t low = 0, high = ranking.size();  // `low` layers do not suffice; `high` are all there are
    std::optional<Damage> found;
    const auto keep = [&](size_t count) {
      repaired_.clear();
      for (size_t i = 0; i < count; ++i) repaired_.insert(ranking[i].second);
    };
    // Doubling first: few layers suffice as a rule.
    for (size_t count = 1; low < high;) {
      keep(count);
      LS_TRY(Damage now, MeasureMethod(method));
      if (Expected(now) <= *options_.max_accuracy_drop) {
        high = count;
        found = std::move(now);
      } else {
        low = count;
      }
      if (found && high - low <= 1) break;
      if (!found && low == ranking.size()) break;
      count = found ? (low + high) / 2 : std::min(2 * count, ranking.size());
    }
    keep(high);
    if (found) damage = std::move(*found);
    return {};
  }

  // --- the result

  // A pattern with an error in it would else pass unseen.
  void ReportUnmatchedPatterns() {
    for (size_t p = 0; p < patterns_.size(); ++p) {
      bool matches = false;
      for (const auto& function : module_->functions()) {
        for (const ir::Node& node : function->nodes()) matches = matches || Matches(node, patterns_[p]);
      }
      if (matches) continue;
      context_.findings.Report(Finding(Code::kQuantizationOptions)
                                   .As(Severity::kWarning)
                                   .Headline("--keep-float {} matches no op", options_.keep_float[p])
                                   .Cause("it is looked for in the names of what ops compute")
                                   .Fix("see the names: litesmith inspect MODEL.tflite"));
    }
  }

  Result<Quantized> Finish(Build build, Quantized result) {
    bool fits = true;
    int64_t all = 0, integer = 0;
    for (const auto& [function, plan] : build.plans) {
      fits &= ReportPlan(plan, options_, context_).ok();
      for (const KeptFloat& kept : plan.kept)
        result.float_ops.push_back({std::string(kept.node->op_name()), NameOfNode(*kept.node), kept.why});
      for (const ir::Node& node : function->nodes()) {
        const int64_t work = tfl::MultiplyAdds(node).value_or(0);
        all += work;
        if (plan.integer.contains(&node)) integer += work;
      }
    }
    if (!fits) return kFailed;
    ReportUnmatchedPatterns();
    if (options_.output_type != DType::kFloat32) ReportFloatOutputs(*build.copy.module, entries_, context_);
    result.tensors = build.tensors;
    result.integer_share = all > 0 ? static_cast<double>(integer) / static_cast<double>(all) : 0;
    result.ranges = NameOf(build.method);
    if (result.damage) {
      const size_t kept = repaired_.size(), quantized = Layers().size();
      ReportDamage(*result.damage, options_, kept, kept + quantized, context_);
    }
    result.module = std::move(build.copy.module);
    return result;
  }

  TrainedModel trained_;
  std::shared_ptr<const ir::Module> module_;  // what becomes integers: trained_.plain
  const Options& options_;
  const std::vector<SignatureSamples>& samples_;
  const runtime::CustomKernels& custom_kernels_;
  const Hooks& hooks_;
  Context& context_;
  std::vector<std::regex> patterns_;
  std::set<std::string> entries_;
  Observations observations_;
  std::unique_ptr<PatchCollection> patches_;
  RoundedWeights weights_;
  std::set<const ir::Node*> repaired_;  // layers that stay in float for accuracy
  Damage damage_;                       // of the method that was chosen
  bool made_up_ = false;
};

}  // namespace

Result<Quantized> Quantize(std::shared_ptr<const ir::Module> module, const Options& options,
                           const std::vector<SignatureSamples>& samples,
                           const runtime::CustomKernels& custom_kernels, const Hooks& hooks,
                           Context& context) {
  return Quantizer(std::move(module), options, samples, custom_kernels, hooks, context).Run();
}

}  // namespace litesmith::quantization
