#include "quantization/report.h"

#include "base/finding.h"
#include "quantization/rules.h"
#include "tfl/ops.h"

namespace litesmith::quantization {
namespace {

Finding::TensorNote NoteOf(const ir::Value& value) {
  Finding::TensorNote note{value.name, std::string(NameOf(value.type.dtype)), {}, value.type.shape.ranked()};
  if (note.ranked) note.shape = value.type.shape.with_minus_one();
  return note;
}

// Text that a regular expression matches as it stands.
std::string Escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (std::string_view("\\^$.|?*+()[]{}").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

bool HoldsIntegers(const ir::Value& value) {
  const auto& quantization = value.type.quantization;
  return quantization != nullptr && !quantization->scale.empty() && value.type.dtype != DType::kFloat32 &&
         value.type.dtype != DType::kInt32;
}

bool ComputesFloats(const ir::Node& node) {
  return node.op().dialect != ir::Dialect::kCore && node.output_count() > 0 &&
         node.output(0)->type.dtype == DType::kFloat32;
}

Failed ReportNoIntegerForm(const KeptFloat& kept, const Options& options, Context& context) {
  const ir::Node& node = *kept.node;
  Finding finding(Code::kQuantizationNotAsAsked);
  finding.Op(node.op_name()).Node(NameOfNode(node));
  finding.Headline("{} has no integer form here", node.op_name());
  finding.Cause("{}; --no-float-fallback forbids to leave it in float", kept.why);
  for (size_t i = 0; i < node.operand_count(); ++i) {
    if (node.operand(i) != nullptr && node.operand(i)->type.dtype == DType::kFloat32)
      finding.Tensor(NoteOf(*node.operand(i)));
  }
  finding.Fix(
      fmt::format("let it compute in float between a DEQUANTIZE and a QUANTIZE: convert without "
                  "--no-float-fallback"));
  if (options.mode == Mode::kInt16x8 && RuleOf(node, Mode::kInt8) != nullptr)
    finding.Fix("8-bit activations have a kernel for it", "--quantize int8");
  finding.Fix(
      fmt::format("replace the op in the model by one that has an {} kernel (litesmith ops lists them)",
                  NameOf(ActivationType(options.mode))));
  return context.findings.Report(std::move(finding));
}

}  // namespace

std::string NameOfNode(const ir::Node& node) {
  return node.output_count() > 0 && !node.output(0)->name.empty() ? node.output(0)->name : node.name;
}

Result<void> CheckIsFloat(const ir::Module& module, Context& context) {
  size_t integers = 0, floats = 0;
  const ir::Value* example = nullptr;
  for (const auto& function : module.functions()) {
    for (const ir::Node& node : function->nodes()) {
      for (size_t i = 0; i < node.output_count(); ++i) {
        const ir::Value& value = *node.output(i);
        floats += value.type.dtype == DType::kFloat32 ? 1 : 0;
        if (!HoldsIntegers(value)) continue;
        if (example == nullptr) example = &value;
        ++integers;
      }
    }
  }
  if (example != nullptr) {
    return context.findings.Report(
        Finding(Code::kAlreadyQuantized)
            .Headline("the model is quantized already ({})", NameOf(example->type.dtype))
            .Cause("{} of its tensors hold integers with a scale, '{}' for one; what they lost cannot be had "
                   "back",
                   integers, example->name)
            .Tensor(NoteOf(*example))
            .Fix("quantize the float file that it was made from, or the SavedModel")
            .Fix("a file of float16 weights will do as well"));
  }
  if (floats > 0) return {};
  return context.findings.Report(Finding(Code::kQuantizationNotAsAsked)
                                     .Headline("there is nothing to quantize")
                                     .Cause("no op of the model computes with float32")
                                     .Fix("convert it without --quantize"));
}

Result<void> ReportPlan(const Plan& plan, const Options& options, Context& context) {
  bool failed = false;
  for (const KeptFloat& kept : plan.kept) {
    if (kept.by_wish) continue;
    if (!options.float_fallback) {
      ReportNoIntegerForm(kept, options, context);
      failed = true;
      continue;
    }
    context.findings.Report(
        Finding(Code::kKeptInFloat)
            .Op(kept.node->op_name())
            .Node(NameOfNode(*kept.node))
            .Headline("{} stays in float", kept.node->op_name())
            .Cause("{}", kept.why)
            .Fix("nothing has to be done; to be told of such ops as errors", "--no-float-fallback"));
  }
  for (const Plan::Crowded& crowded : plan.crowded) {
    context.findings.Report(
        Finding(Code::kOneScaleForDifferentRanges)
            .Op(crowded.node->op_name())
            .Node(NameOfNode(*crowded.node))
            .Headline("{} puts tensors of very different ranges under one scale", crowded.node->op_name())
            .Cause("of the 255 steps, '{}' keeps {:.0f}", crowded.operand->name, crowded.steps)
            .Tensor(NoteOf(*crowded.operand))
            .Fix("leave it in float", fmt::format("--keep-float '^{}$'", Escaped(NameOfNode(*crowded.node))))
            .Fix("take 16-bit activations", "--quantize int16x8"));
  }
  if (failed) return kFailed;
  return {};
}

void ReportNotFinite(const ir::Module& module, const Observations& observations, const SampleSource& samples,
                     Context& context) {
  for (const auto& function : module.functions()) {
    for (const ir::Node& node : function->nodes()) {
      if (!ComputesFloats(node)) continue;
      const Observed* observed = observations.Find(*node.output(0));
      if (observed == nullptr || observed->not_finite_sample == Observed::kNever) continue;
      const std::string sample = samples.name(observed->not_finite_sample);
      context.findings.Report(Finding(Code::kSampleNotFinite)
                                  .As(Severity::kWarning)
                                  .Op(node.op_name())
                                  .Node(NameOfNode(node))
                                  .Headline("{} gives NaN or infinity on {}", node.op_name(), sample)
                                  .Cause("no range holds that: the op and what reads it stay in float")
                                  .Fix("look at the sample, and at what the op is given there"));
    }
  }
}

void ReportUnreached(const ir::Module& module, const Observations& observations, Context& context) {
  for (const auto& function : module.functions()) {
    size_t unreached = 0, ops = 0;
    const ir::Node* example = nullptr;
    for (const ir::Node& node : function->nodes()) {
      if (!ComputesFloats(node)) continue;
      ++ops;
      if (observations.Find(*node.output(0)) != nullptr) continue;
      ++unreached;
      if (example == nullptr) example = &node;
    }
    // Single ops are those that are computed when the model is loaded.
    if (unreached < ops || unreached == 0) continue;
    context.findings.Report(
        Finding(Code::kPartNeverReached)
            .Op(example->op_name())
            .Node(NameOfNode(*example))
            .Headline("no sample reached a branch of {} op{}", unreached, unreached == 1 ? "" : "s")
            .Cause("'{}' was not run once, so nothing is known of its ranges; it stays in float",
                   function->name)
            .Fix("give samples that take it", "--data FOLDER"));
  }
}

void ReportNothingQuantized(const Options& options, Context& context) {
  context.findings.Report(
      Finding(Code::kKeptInFloat)
          .As(Severity::kWarning)
          .Headline("nothing of the model is {} now", NameOf(options.mode))
          .Cause("it has no layers with weights that may, or all of them are to stay in float")
          .Fix("what still may shrink is its constants", "--quantize float16"));
}

void ReportFloatOutputs(const ir::Module& module, const std::set<std::string>& entries, Context& context) {
  for (const auto& function : module.functions()) {
    for (size_t i = 0; i < function->result_count() && entries.contains(function->name); ++i) {
      const ir::Value& result = *function->result(i);
      if (result.type.dtype != DType::kFloat32) continue;
      const std::string name = i < function->result_names.size() ? function->result_names[i] : result.name;
      context.findings.Report(
          Finding(Code::kKeptInFloat)
              .Node(name)
              .Headline("output {} stays float32", name)
              .Cause("the op that gives it has no integer form, so its numbers have no scale")
              .Fix("read it as float32; the other inputs and outputs are as asked"));
    }
  }
}

void ReportRangeSources(Mode mode, size_t trained, bool made_up, Context& context) {
  if (trained > 0) {
    context.findings.Report(
        Finding(Code::kTrainedRanges)
            .Headline("{} ranges come from training", trained)
            .Cause("the model was trained with fake quantization; its ranges became those of the integers{}",
                   made_up ? ", and what has none was observed on made-up inputs" : "")
            .Fix("nothing has to be done; samples make integers of what training left in float",
                 "--data FOLDER"));
    return;
  }
  if (!made_up) return;
  context.findings.Report(
      Finding(Code::kCalibratedWithoutData)
          .Headline("no samples were given: ranges come from the model itself and from made-up inputs")
          .Cause("{} needs the range of every tensor; what the model does not tell was observed on inputs "
                 "made up for it, so expect to lose some accuracy, more on unusual inputs",
                 NameOf(mode))
          .Fix("some hundred inputs of the kind that the model will see do better: pictures, or arrays",
               "--data FOLDER")
          .Fix("where activations may stay in float, weights alone need no samples", "--quantize dynamic"));
}

void ReportDamage(const Damage& damage, const Options& options, const RepairedLayers& repaired,
                  Context& context) {
  const bool wanted = options.max_accuracy_drop.has_value();
  Finding finding(Code::kQuantizationDamage);
  const std::string where =
      fmt::format("on {} {}", damage.samples, damage.samples == 1 ? "sample" : "samples");
  if (damage.boxes && damage.boxes->boxes > 0) {
    const BoxAgreement& boxes = *damage.boxes;
    finding.Headline("{} of {} boxes are found again {}", boxes.boxes - boxes.lost, boxes.boxes, where);
    finding.Cause(
        "{} lost or scored below 0.3, {} moved (overlap below 0.9), {} that the float model does not have; "
        "average precision against it {:.3f} at an overlap of 0.5, {:.3f} at 0.75, {:.3f} at 0.9",
        boxes.lost, boxes.moved, boxes.extra, boxes.at50, boxes.at75, boxes.at90);
  } else {
    const OutputError* worst = nullptr;
    for (const OutputError& output : damage.outputs) {
      if (worst == nullptr || output.relative_rms > worst->relative_rms) worst = &output;
    }
    if (worst == nullptr) {
      if (!wanted) return;
      context.findings.Report(
          Finding(Code::kQuantizationDamage)
              .As(Severity::kWarning)
              .Headline("whether --max-accuracy-drop is kept cannot be told")
              .Cause("{}, no output of the float model holds finite numbers other than 0 to compare with",
                     where)
              .Fix("give samples for which it computes something", "--data FOLDER"));
      return;
    }
    finding.Headline("outputs are off by {:.2g}% {}", worst->relative_rms * 100, where);
    finding.Cause(
        "root mean square of the difference to the float model, relative to its values, at '{}'{}",
        worst->name,
        damage.boxes ? "; boxes were not compared: it finds none with a score of at least 0.3" : "");
    if (damage.boxes) {
      if (wanted) finding.As(Severity::kWarning);
      finding.Fix("give pictures of what the model finds: a bound is then one of boxes", "--data FOLDER");
    }
  }
  const bool missed = wanted && damage.drop() > *options.max_accuracy_drop;
  if (missed) {
    finding.As(Severity::kWarning);
    const bool wider = options.mode == Mode::kInt8;
    finding.Fix(
        fmt::format("the drop of {:.3f} is more than the {} asked for, even with {} layers in float: take {}",
                    damage.drop(), *options.max_accuracy_drop, repaired.kept,
                    wider ? "16-bit activations" : "weights of 16 bits"),
        wider ? "--quantize int16x8" : "--quantize float16");
  } else if (!wanted) {
    finding.Fix("bound it: layers that cost most then stay in float", "--max-accuracy-drop 0.02");
    finding.Fix("see which layers cost what", "--sensitivity layers.csv");
  }
  context.findings.Report(std::move(finding));
  if (repaired.kept == 0) return;
  Finding repair(Code::kQuantizationRepaired);
  const double bound = *options.max_accuracy_drop;
  if (repaired.hybrid > 0) {
    repair.Headline("{} of {} layers take float activations, to lose at most {}", repaired.kept,
                    repaired.layers, bound);
    const std::string whose = repaired.hybrid == repaired.kept
                                  ? "their weights"
                                  : fmt::format("the weights of {}", repaired.hybrid);
    const std::string_view others = repaired.hybrid == repaired.kept
                                        ? ""
                                        : "; the others have no such kernel or few weights, and are float";
    repair.Cause(
        "{} stay in 8 bits and their kernels quantize what they read as they run{}; the drop is now {:.3f}",
        whose, others, damage.drop());
    repair.Fix(
        "an accelerator that takes nothing but integers leaves these layers to the processor: a larger "
        "bound leaves it more of them");
  } else {
    repair.Headline("{} of {} layers stay in float to lose at most {}", repaired.kept, repaired.layers,
                    bound);
    repair.Cause("they cost most; the drop is now {:.3f}", damage.drop());
  }
  repair.Fix("see what each layer costs", "--sensitivity layers.csv");
  context.findings.Report(std::move(repair));
}

}  // namespace litesmith::quantization
