#include "pipeline/quantize.h"

#include <fmt/format.h>

#include <regex>

#include "pipeline/samples.h"
#include "pipeline/samples_check.h"

namespace litesmith::pipeline {
namespace {

using quantization::Mode;

Failed Contradiction(Context& context, std::string headline, std::string cause, std::string fix,
                     std::string option) {
  return context.findings.Report(Finding(Code::kQuantizationOptions)
                                     .Headline("{}", headline)
                                     .Cause("{}", cause)
                                     .Fix(std::move(fix), std::move(option)));
}

Result<void> CheckType(const char* option, DType type, Mode mode, Context& context) {
  if (type == DType::kFloat32) return {};
  const std::string given = fmt::format("{} {}", option, NameOf(type));
  if (!IsInteger(mode)) {
    const bool wide = type == DType::kInt16;
    return Contradiction(context,
                         mode == Mode::kNone
                             ? fmt::format("{} goes with a quantized model only", given)
                             : fmt::format("{} does not go with --quantize {}", given, NameOf(mode)),
                         "inputs and outputs are integers only where the model computes in integers; other "
                         "models take and give float32",
                         "quantize the model, or leave the option out",
                         fmt::format("--quantize {} {}", wide ? "int16x8" : "int8", given));
  }
  const bool fits = mode == Mode::kInt16x8 ? type == DType::kInt16 : type != DType::kInt16;
  if (fits) return {};
  const bool wide = mode == Mode::kInt16x8;
  const std::string fitting = fmt::format("--quantize int8 {} {}", option, wide ? NameOf(type) : "int8");
  const std::string fitting_wide = fmt::format("--quantize int16x8 {} int16", option);
  return context.findings.Report(
      Finding(Code::kQuantizationOptions)
          .Headline("{} does not go with --quantize {}", given, NameOf(mode))
          .Cause("{}", wide ? "a model with 16-bit activations takes and gives int16 or float32"
                            : "a model with 8-bit activations takes and gives int8, uint8 or float32")
          .Fix("let the two agree", wide ? fitting_wide : fitting)
          .Fix("or take the other width", wide ? fitting : fitting_wide));
}

// RFC 4180; worst first.
std::string SensitivityTable(const std::vector<quantization::Sensitivity>& layers) {
  std::string table = "layer,op,relative_error,multiply_adds_share,kept_in_float\r\n";
  for (const quantization::Sensitivity& layer : layers) {
    std::string name = layer.name;
    for (size_t at = name.find('"'); at != std::string::npos; at = name.find('"', at + 2))
      name.insert(at, 1, '"');
    table += fmt::format("\"{}\",{},{:.6g},{:.6g},{}\r\n", name, layer.op, layer.error, layer.multiply_adds,
                         layer.kept_float ? "yes" : "no");
  }
  return table;
}

class SampleFeed final : public quantization::SampleSource {
 public:
  SampleFeed(std::unique_ptr<Samples> samples, std::vector<runtime::TensorInfo> inputs, SampleOptions options)
      : samples_(std::move(samples)), check_(*samples_, std::move(inputs), std::move(options)) {}

  size_t count() const override { return samples_->count(); }
  std::string name(size_t index) const override { return samples_->name(index); }
  Result<std::vector<Tensor>> Get(size_t index, Context& context) const override {
    LS_TRY(std::vector<Tensor> tensors, samples_->Get(index, context));
    if (checking_) check_.Add(index, tensors);
    return tensors;
  }
  // Looks at the samples only as long as calibration runs through all of them.
  Result<void> FinishCheck(Context& context) {
    checking_ = false;
    return check_.Report(context);
  }

 private:
  std::unique_ptr<Samples> samples_;
  mutable SampleCheck check_;
  bool checking_ = true;
};

}  // namespace

Result<void> CheckQuantizeOptions(const QuantizeOptions& options, Context& context) {
  const quantization::Options& how = options.how;
  const std::string mode(NameOf(how.mode));
  LS_RETURN_IF_FAILED(CheckType("--input-type", how.input_type, how.mode, context));
  LS_RETURN_IF_FAILED(CheckType("--output-type", how.output_type, how.mode, context));
  for (const std::string& pattern : how.keep_float) {
    if (pattern.empty()) {
      return context.findings.Report(Finding(Code::kWrongUse)
                                         .Headline("--keep-float is empty")
                                         .Cause("that matches every op: the model would stay in float")
                                         .Fix("name ops as in this example", "--keep-float 'head/.*'"));
    }
    try {
      (void)std::regex(pattern);
    } catch (const std::regex_error&) {
      return context.findings.Report(Finding(Code::kWrongUse)
                                         .Headline("--keep-float {} is no regular expression", pattern)
                                         .Fix("write it as in this example", "--keep-float 'head/.*'"));
    }
  }
  if (how.mode == Mode::kNone) {
    const char* alone = !options.data.empty()     ? "--data"
                        : how.max_accuracy_drop   ? "--max-accuracy-drop"
                        : how.measure_sensitivity ? "--sensitivity"
                        : !how.keep_float.empty() ? "--keep-float"
                        : !how.float_fallback     ? "--no-float-fallback"
                                                  : nullptr;
    if (alone == nullptr) return {};
    return Contradiction(context, fmt::format("{} goes with a quantized model only", alone),
                         "without --quantize the model stays in float", "say how to quantize",
                         fmt::format("--quantize int8 {}", alone));
  }
  if (!IsInteger(how.mode) && !how.float_fallback) {
    return Contradiction(context, fmt::format("--no-float-fallback does not go with --quantize {}", mode),
                         "that mode computes in float throughout; only its weights are smaller",
                         "quantize activations, too", "--quantize int8 --no-float-fallback");
  }
  if (!how.float_fallback && (!how.keep_float.empty() || how.max_accuracy_drop)) {
    return Contradiction(context,
                         fmt::format("--no-float-fallback does not go with {}",
                                     how.keep_float.empty() ? "--max-accuracy-drop" : "--keep-float"),
                         "one forbids floating point, the other asks for it", "leave one of them out", "");
  }
  return {};
}

Result<quantization::Quantized> QuantizeModel(std::shared_ptr<ir::Module>& module,
                                              const QuantizeOptions& options, Context& context) {
  std::vector<std::string> signatures;
  for (const ir::Signature& signature : module->signatures) signatures.push_back(signature.key);
  if (signatures.empty()) signatures.push_back("");
  LS_TRY(const auto by_signature, BySignature(options.samples, signatures, context));
  std::vector<std::unique_ptr<SampleFeed>> feeds;
  std::vector<std::unique_ptr<quantization::SampleSource>> made_up;
  std::vector<quantization::SignatureSamples> samples;
  for (const std::string& signature : signatures) {
    // Rounding to float16 needs no samples; measuring what it costs does.
    const bool measured = options.how.max_accuracy_drop || options.how.measure_sensitivity;
    const bool given = !options.data.empty() || !options.samples.empty();
    if (options.how.mode == Mode::kFloat16 && !given && !measured) break;
    // Weights alone can be rounded without samples, if not as well.
    const bool needed = IsInteger(options.how.mode) || given;
    NullSink ignored;
    Context quiet{context.host, ignored, context.limits, context.cancelled};
    auto created = runtime::Interpreter::Create(module, signature, {.custom_kernels = options.custom_kernels},
                                                needed ? context : quiet);
    if (!created && !needed) break;
    LS_TRY(const auto interpreter, std::move(created));
    const SampleOptions how = SampleOptionsOf(*module, signature);
    const GivenSamples* own = by_signature.contains(signature) ? by_signature.at(signature) : nullptr;
    if (own == nullptr && options.data.empty()) {
      made_up.push_back(MakeUpSamples(interpreter->inputs(), how));
      samples.push_back({signature, made_up.back().get(), true});
      continue;
    }
    LS_TRY(std::unique_ptr<Samples> opened,
           own != nullptr ? Result(OpenGiven(*own, interpreter->inputs()))
                          : OpenSamples(options.data, interpreter->inputs(), how, context));
    if (opened->count() == 0) continue;
    feeds.push_back(std::make_unique<SampleFeed>(std::move(opened), interpreter->inputs(), how));
    samples.push_back({signature, feeds.back().get()});
  }
  quantization::Hooks hooks{options.progress, {}};
  hooks.observed = [&]() -> Result<void> {
    for (const auto& feed : feeds) LS_RETURN_IF_FAILED(feed->FinishCheck(context));
    return {};
  };
  LS_TRY(quantization::Quantized quantized,
         quantization::Quantize(module, options.how, samples, options.custom_kernels, hooks, context));
  module = quantized.module;
  if (!options.sensitivity_file.empty()) {
    const std::string table = SensitivityTable(quantized.sensitivity);
    LS_RETURN_IF_FAILED(WriteFile(context, options.sensitivity_file, {std::as_bytes(std::span(table))}));
  }
  return quantized;
}

}  // namespace litesmith::pipeline
