#include "quantization/quantize.h"

#include <algorithm>
#include <set>
#include <unordered_set>

#include "ir/signature.h"
#include "quantization/equalization.h"
#include "quantization/forms.h"
#include "quantization/report.h"
#include "tfl/work.h"

namespace litesmith::quantization {
namespace {

// Samples that show which channels are narrow.
constexpr size_t kEqualizing = 8;

void SumWork(const ir::Module& module, Quantized& result) {
  double all = 0, integer = 0, hybrid = 0;
  for (const auto& function : module.functions()) {
    for (const ir::Node& node : function->nodes()) {
      const auto work = static_cast<double>(tfl::MultiplyAdds(node).value_or(0));
      const tfl::Arithmetic arithmetic = tfl::ArithmeticOf(node);
      all += work;
      if (arithmetic == tfl::Arithmetic::kInteger) integer += work;
      if (arithmetic == tfl::Arithmetic::kHybrid) hybrid += work;
    }
  }
  if (!(all > 0)) return;
  result.integer_share = integer / all;
  result.hybrid_share = hybrid / all;
}

class Quantizer {
 public:
  Quantizer(const std::shared_ptr<const ir::Module>& module, const Options& options,
            const std::vector<SignatureSamples>& samples, const runtime::CustomKernels& custom_kernels,
            const Hooks& hooks, Context& context)
      : options_(options),
        samples_(samples),
        custom_kernels_(custom_kernels),
        hooks_(hooks),
        context_(context) {
    known_.model = IsInteger(options.mode) ? TakeTrainedRanges(module, options.mode, context)
                                           : TrainedModel{module, module};
    for (const ir::Function* function : ir::EntryFunctions(*module)) entries_.insert(function->name);
  }

  Result<Quantized> Run() {
    LS_RETURN_IF_FAILED(CheckIsFloat(*known_.model.plain, context_));
    LS_RETURN_IF_FAILED(EqualizeChannels());
    LS_RETURN_IF_FAILED(Observe());
    if (options_.mode != Mode::kFloat16) {
      const int bits = options_.mode == Mode::kWeight4 ? 4 : 8;
      LS_TRY(known_.weights, RoundedWeights::Make(*known_.model.simulation, bits, known_.patches.get(),
                                                  options_.threads, context_));
    }
    const Forms forms(options_, known_);
    Choice choice;
    if (Measures()) {
      const auto running = [this](std::string_view stage) { return Running(stage); };
      const auto progress = [this](std::string_view stage, size_t done, size_t total) {
        if (hooks_.progress) hooks_.progress(stage, done, total);
      };
      LS_TRY(choice, Repair(options_, known_, forms, samples_[0].signature, *samples_[0].source, running,
                            progress, context_)
                         .Choose());
    }
    return Finish(forms, std::move(choice));
  }

 private:
  // --- samples

  // What fails here fails in Observe again, and is told there.
  Result<void> EqualizeChannels() {
    if (options_.mode != Mode::kInt8 || !known_.model.ranges.empty() || samples_.empty()) return {};
    const ChannelClasses classes(*known_.model.plain);
    std::vector<ChannelRanges> parts(static_cast<size_t>(options_.threads), ChannelRanges(classes));
    SampleRuns runs;
    runs.observer = [&](int worker, size_t, const ir::Value& value, const TensorView& view) {
      parts[static_cast<size_t>(worker)].Add(value, view);
    };
    NullSink ignored;
    Context quiet{context_.host, ignored, context_.limits, context_.cancelled};
    for (const SignatureSamples& one : samples_) {
      const SomeSamples few(*one.source, kEqualizing);
      if (!RunSamples(known_.model.plain, one.signature, few, Running("looking at channels"), runs, quiet))
        break;
    }
    if (context_.is_cancelled()) return kFailed;
    for (size_t i = 1; i < parts.size(); ++i) parts[0].Merge(parts[i]);
    if (auto equalized = Equalize(*known_.model.plain, classes, parts[0]))
      known_.model.plain = known_.model.simulation = std::move(equalized);
    return {};
  }

  Result<void> Observe() {
    bool observed = false;
    for (const SignatureSamples& one : samples_) {
      if (known_.patches == nullptr)
        known_.patches = std::make_unique<PatchCollection>(*known_.model.simulation, one.source->count());
      // What training left in float stays there: made-up inputs know no better.
      if (one.made_up && known_.model.complete && options_.float_fallback) continue;
      // Where nobody asked for samples and none are needed, or ranges are known from training, a model that
      // cannot be run here is no reason to fail.
      NullSink ignored;
      Context quiet{context_.host, ignored, context_.limits, context_.cancelled};
      const bool optional = one.made_up && (!IsInteger(options_.mode) || !known_.model.ranges.empty());
      Observations seen;
      const auto ran = Calibrate(known_.model.simulation, one.signature, *one.source, Running("calibrating"),
                                 seen, known_.patches.get(), optional ? quiet : context_);
      known_.observations.Merge(seen);
      if (!ran && !optional) {
        if (!one.made_up || context_.is_cancelled()) return kFailed;
        return context_.findings.Report(
            Finding(Code::kSamplesMissing)
                .Headline("the model does not run on inputs that were made up for it")
                .Cause("their numbers are random: what the model takes for a size or a position may not fit")
                .Fix("give samples that the model takes", "--data FOLDER"));
      }
      if (optional && (!ran || !IsInteger(options_.mode))) continue;
      known_.made_up = known_.made_up || one.made_up;
      observed = true;
      if (*ran > 0) {
        if (IsInteger(options_.mode)) ReportNotFinite(*known_.model.simulation, seen, *one.source, context_);
        continue;
      }
      // Who gave the samples knows best what is wrong with them.
      if (hooks_.observed) LS_RETURN_IF_FAILED(hooks_.observed());
      return context_.findings.Report(Finding(Code::kSamplesMissing)
                                          .Headline("no sample could be used")
                                          .Fix("give samples that the model takes", "--data FOLDER"));
    }
    if (IsInteger(options_.mode)) {
      if (observed) ReportUnreached(*known_.model.simulation, known_.observations, context_);
      ReportRangeSources(options_.mode, known_.model.ranges.size(), known_.made_up, context_);
    }
    if (context_.is_cancelled()) return kFailed;
    return hooks_.observed ? hooks_.observed() : Result<void>();
  }

  CalibrationOptions Running(std::string_view stage) {
    CalibrationOptions options;
    options.threads = options_.threads;
    options.custom_kernels = custom_kernels_;
    if (stage.empty()) return options;
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

  // --- the result

  // A pattern with an error in it would else pass unseen.
  void ReportUnmatchedPatterns(const Forms& forms) {
    for (const std::string& pattern : forms.UnmatchedPatterns()) {
      context_.findings.Report(Finding(Code::kQuantizationOptions)
                                   .As(Severity::kWarning)
                                   .Headline("--keep-float {} matches no op", pattern)
                                   .Cause("it is looked for in the names of what ops compute")
                                   .Fix("see the names: litesmith inspect MODEL.tflite"));
    }
  }

  // Of the layers that were to keep integer weights, not all have kernels for that, or enough weights.
  static RepairedLayers RepairedOf(const Forms& forms, const Repaired& repaired, const QuantizedForm& form) {
    RepairedLayers count;
    std::unordered_set<const ir::Node*> kept;  // in the form
    for (const ir::Node* layer : forms.Layers()) {
      ++count.layers;
      if (repaired.contains(layer)) kept.insert(form.copy.nodes.at(layer));
    }
    count.kept = kept.size();
    for (const auto& function : form.copy.module->functions()) {
      for (const ir::Node& node : function->nodes())
        count.hybrid += kept.contains(&node) && tfl::ArithmeticOf(node) == tfl::Arithmetic::kHybrid ? 1 : 0;
    }
    return count;
  }

  Result<Quantized> Finish(const Forms& forms, Choice choice) {
    QuantizedForm form = forms.Make(choice.repaired, options_.input_type, options_.output_type);
    Quantized result;
    bool fits = true;
    for (const auto& [function, plan] : form.plans) {
      fits &= ReportPlan(plan, options_, context_).ok();
      for (const KeptFloat& kept : plan.kept)
        result.float_ops.push_back({std::string(kept.node->op_name()), NameOfNode(*kept.node), kept.why});
    }
    if (!fits) return kFailed;
    ReportUnmatchedPatterns(forms);
    if (options_.output_type != DType::kFloat32) ReportFloatOutputs(*form.copy.module, entries_, context_);
    if (form.tensors == 0) ReportNothingQuantized(options_, context_);
    result.tensors = form.tensors;
    SumWork(*form.copy.module, result);
    if (choice.damage.samples > 0) {
      ReportDamage(choice.damage, options_, RepairedOf(forms, choice.repaired, form), context_);
      result.damage = std::move(choice.damage);
    }
    result.sensitivity = std::move(choice.sensitivity);
    result.module = std::move(form.copy.module);
    return result;
  }

  const Options& options_;
  const std::vector<SignatureSamples>& samples_;
  const runtime::CustomKernels& custom_kernels_;
  const Hooks& hooks_;
  Context& context_;
  Knowledge known_;
  std::set<std::string> entries_;
};

}  // namespace

Result<Quantized> Quantize(const std::shared_ptr<const ir::Module>& module, const Options& options,
                           const std::vector<SignatureSamples>& samples,
                           const runtime::CustomKernels& custom_kernels, const Hooks& hooks,
                           Context& context) {
  return Quantizer(module, options, samples, custom_kernels, hooks, context).Run();
}

}  // namespace litesmith::quantization
