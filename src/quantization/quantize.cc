#include "quantization/quantize.h"

#include <regex>
#include <set>

#include "ir/copy.h"
#include "quantization/integer.h"
#include "quantization/made_up_ranges.h"
#include "quantization/plan.h"
#include "quantization/ranges.h"
#include "quantization/report.h"
#include "quantization/rounded_weights.h"
#include "quantization/shrink.h"
#include "tfl/ops.h"
#include "tfl/work.h"

namespace litesmith::quantization {
namespace {

using KeepFloat = std::function<bool(const ir::Node&)>;

class Quantizer {
 public:
  Quantizer(std::shared_ptr<const ir::Module> module, const Options& options,
            const std::vector<SignatureSamples>& samples, const runtime::CustomKernels& custom_kernels,
            const Hooks& hooks, Context& context)
      : module_(std::move(module)),
        options_(options),
        samples_(samples),
        custom_kernels_(custom_kernels),
        hooks_(hooks),
        context_(context) {
    for (const std::string& pattern : options.keep_float) patterns_.emplace_back(pattern);
    for (const ir::Signature& signature : module_->signatures) entries_.insert(signature.function);
    if (entries_.empty() && !module_->functions().empty()) entries_.insert(module_->functions()[0]->name);
  }

  Result<Quantized> Run() {
    LS_RETURN_IF_FAILED(CheckIsFloat(*module_, context_));
    if (options_.mode == Mode::kFloat16) return Shrink();
    LS_RETURN_IF_FAILED(Observe());
    const int bits = options_.mode == Mode::kWeight4 ? 4 : 8;
    LS_TRY(weights_, RoundedWeights::Make(*module_, bits, patches_.get(), options_.threads, context_));
    if (!IsInteger(options_.mode)) return Shrink();
    const char* env = std::getenv("LS_RANGE");
    Build built = MakeBuild(env == nullptr  ? RangeMethod::kMinMax
                            : env[0] == 'p' ? RangeMethod::kPercentile
                                            : RangeMethod::kLeastError,
                            options_.input_type, options_.output_type);
    return Finish(std::move(built));
  }

 private:
  struct Build {
    ir::ModuleCopy copy;
    std::vector<std::pair<const ir::Function*, Plan>> plans;  // of the original's functions
    RangeMethod method = RangeMethod::kMinMax;
  };

  bool AskedToKeep(const ir::Node& node) const {
    for (size_t i = 0; i < node.output_count(); ++i) {
      for (const std::regex& pattern : patterns_) {
        if (std::regex_search(node.output(i)->name, pattern)) return true;
      }
    }
    return false;
  }

  Result<Quantized> Shrink() {
    Quantized result;
    ir::ModuleCopy copy = ir::CopyModule(*module_);
    const auto original = [map = Reverse(copy)](const ir::Node& node) -> const ir::Node& {
      return *map.at(&node);
    };
    ShrinkOptions options;
    options.mode = options_.mode;
    options.keep_float = [this](const ir::Node& node) { return AskedToKeep(node); };
    options.weights = [&](const ir::Node& node) { return weights_.Find(original(node)); };
    options.patches = [&](const ir::Node& node) { return PatchesOf(original(node)); };
    result.tensors = ShrinkConstants(*copy.module, options);
    result.module = std::move(copy.module);
    return result;
  }

  using Originals = std::unordered_map<const ir::Node*, const ir::Node*>;
  static Originals Reverse(const ir::ModuleCopy& copy) {
    Originals originals;
    for (const auto& [from, to] : copy.nodes) originals[to] = from;
    return originals;
  }

  const Patches* PatchesOf(const ir::Node& original) const {
    return patches_ != nullptr ? patches_->Find(original) : nullptr;
  }

  Result<void> Observe() {
    for (const SignatureSamples& one : samples_) {
      if (patches_ == nullptr) patches_ = std::make_unique<PatchCollection>(*module_, one.source->count());
      // Where nobody asked for samples and none are needed, a model that cannot be run here is no reason to
      // fail.
      NullSink ignored;
      Context quiet{context_.host, ignored, context_.limits, context_.cancelled};
      const bool optional = one.made_up && !IsInteger(options_.mode);
      const auto ran = Calibrate(module_, one.signature, *one.source, Running("calibrating"), observations_,
                                 patches_.get(), optional ? quiet : context_);
      if (!ran && !optional) return kFailed;
      if (optional) continue;
      if (IsInteger(options_.mode)) ReportObservations(*module_, observations_, *one.source, context_);
      made_up_ = made_up_ || one.made_up;
      if (*ran > 0) continue;
      return context_.findings.Report(Finding(Code::kSamplesMissing)
                                          .Headline("no sample could be used")
                                          .Fix("give samples that the model takes", "--data FOLDER"));
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

  Build MakeBuild(RangeMethod method, DType input_type, DType output_type) {
    Build build;
    build.method = method;
    build.copy = ir::CopyModule(*module_);
    const RangeSource ranges = [&](const ir::Value& value) -> std::optional<Range> {
      const Observed* observed = observations_.Find(value);
      if (observed == nullptr || observed->samples == 0 || observed->not_finite_sample != Observed::kNever)
        return std::nullopt;
      const Range chosen = ChooseRange(*observed, method, options_.mode);
      return made_up_ ? WidenMadeUp(value, chosen) : chosen;
    };
    const Originals originals = Reverse(build.copy);
    for (const auto& function : module_->functions()) {
      const bool entry = entries_.contains(function->name);
      PlanOptions planning;
      planning.mode = options_.mode;
      planning.float_fallback = options_.float_fallback;
      planning.integer_inputs = entry && input_type != DType::kFloat32;
      planning.integer_outputs = entry && output_type != DType::kFloat32;
      planning.keep_float = [this](const ir::Node& node) { return AskedToKeep(node); };
      Plan plan = MakePlan(*function, ranges, planning);
      RewriteOptions rewriting;
      rewriting.mode = options_.mode;
      rewriting.weights = [&](const ir::Node& node) { return weights_.Find(*originals.at(&node)); };
      rewriting.patches = [&](const ir::Node& node) { return PatchesOf(*originals.at(&node)); };
      rewriting.input_type = entry ? input_type : DType::kFloat32;
      rewriting.output_type = entry ? output_type : DType::kFloat32;
      MakeInteger(*build.copy.module->FindFunction(function->name), InCopy(plan, build.copy), rewriting);
      build.plans.emplace_back(function.get(), std::move(plan));
    }
    return build;
  }

  static Plan InCopy(const Plan& plan, const ir::ModuleCopy& copy) {
    Plan moved;
    for (const ir::Node* node : plan.integer) moved.integer.insert(copy.nodes.at(node));
    for (const auto& [value, parameters] : plan.parameters)
      moved.parameters.emplace(copy.values.at(value), parameters);
    return moved;
  }

  Result<Quantized> Finish(Build build) {
    Quantized result;
    int64_t all = 0, integer = 0;
    bool fits = true;
    for (const auto& [function, plan] : build.plans) {
      fits &= ReportPlan(plan, options_, context_).ok();
      result.tensors += plan.parameters.size();
      for (const KeptFloat& kept : plan.kept) {
        const std::string name = kept.node->output_count() > 0 ? kept.node->output(0)->name : kept.node->name;
        result.float_ops.push_back({std::string(kept.node->op_name()), name, kept.why});
      }
      for (const ir::Node& node : function->nodes()) {
        const int64_t work = tfl::MultiplyAdds(node).value_or(0);
        all += work;
        if (plan.integer.contains(&node)) integer += work;
      }
    }
    if (!fits) return kFailed;
    result.integer_share = all > 0 ? static_cast<double>(integer) / static_cast<double>(all) : 0;
    result.ranges = NameOf(build.method);
    result.module = std::move(build.copy.module);
    return result;
  }

  std::shared_ptr<const ir::Module> module_;
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
