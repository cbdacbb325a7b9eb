#include <unistd.h>

#include <fmt/format.h>

#include <thread>

#include "cli/repeatable.h"
#include "cli/session.h"

namespace litesmith::cli {
namespace {

// A line on a terminal that is written over, with the time that is left.
class ProgressLine {
 public:
  explicit ProgressLine(Host& host) : host_(host) {}

  void Show(std::string_view stage, size_t done, size_t total) {
    const double now = host_.Seconds();
    if (stage != stage_) {
      stage_ = stage;
      started_ = now;
      shown_ = 0;
    }
    const bool last = done == total;
    if (!last && now - shown_ < 0.1) return;
    shown_ = now;
    std::string text = fmt::format("\r{}: {} of {}", stage, done, total);
    const double left =
        done > 0 ? (now - started_) / static_cast<double>(done) * static_cast<double>(total - done) : 0;
    if (!last && left >= 1) text += fmt::format(", {:.0f} s left", left);
    text += "\x1b[K";
    if (last) text = "\r\x1b[K";
    std::fwrite(text.data(), 1, text.size(), stderr);
  }

 private:
  Host& host_;
  std::string stage_;
  double started_ = 0, shown_ = 0;
};

Result<DType> ReadType(const char* option, const std::string& text, Context& context) {
  for (const DType type : {DType::kFloat32, DType::kUInt8, DType::kInt8, DType::kInt16}) {
    if (NameOf(type) == text) return type;
  }
  return context.findings.Report(Finding(Code::kWrongUse)
                                     .Headline("{} does not take {}", option, text)
                                     .Cause("it takes float32, uint8, int8 or int16")
                                     .Fix("choose one of these", fmt::format("{} int8", option)));
}

}  // namespace

void AddQuantizeOptions(CLI::App& app, QuantizeArguments& arguments) {
  app.add_option("--quantize", arguments.mode,
                 "none, dynamic, float16, int8, int16x8, weight8 or weight4: what becomes of numbers")
      ->type_name("MODE")
      ->capture_default_str();
  app.add_option("--data", arguments.data,
                 "Sample inputs to calibrate by: a folder of pictures, an .npz or a folder of them")
      ->type_name("PATH");
  app.add_option("--input-type", arguments.input_type, "Type of the inputs: float32, uint8, int8 or int16")
      ->type_name("TYPE")
      ->capture_default_str();
  app.add_option("--output-type", arguments.output_type, "Type of the outputs: float32, uint8, int8 or int16")
      ->type_name("TYPE")
      ->capture_default_str();
  app.add_flag("--no-float-fallback", arguments.no_float_fallback,
               "Fail rather than leave an op without integer form in float");
  AddRepeatable(app, "--keep-float", arguments.keep_float,
                "Ops whose name matches this stay in float (repeatable)", "REGEX");
  app.add_option("--max-accuracy-drop", arguments.max_accuracy_drop,
                 "Keep the layers in float that it takes to lose at most X (0.02: 2%)")
      ->type_name("X")
      ->check([](const std::string& text) {
        const bool number = !text.empty() && !text.starts_with('-');
        return number ? "" : "it takes a number from 0 to below 1, as in 0.02";
      });
  app.add_option("--sensitivity", arguments.sensitivity, "Write what quantizing each layer costs")
      ->type_name("FILE.csv");
}

Result<void> ReadQuantizeArguments(Session& session, QuantizeArguments& arguments,
                                   pipeline::QuantizeOptions& options, Context& context) {
  const auto mode = quantization::ModeOfName(arguments.mode);
  if (!mode) {
    return context.findings.Report(
        Finding(Code::kWrongUse)
            .Headline("there is no quantization {}", arguments.mode)
            .Cause("--quantize takes none, dynamic, float16, int8, int16x8, weight8 or weight4")
            .Fix("for integers throughout", "--quantize int8")
            .Fix("for weights of 4 bits", "--quantize weight4"));
  }
  options.how.mode = *mode;
  LS_TRY(options.how.input_type, ReadType("--input-type", arguments.input_type, context));
  LS_TRY(options.how.output_type, ReadType("--output-type", arguments.output_type, context));
  options.how.float_fallback = !arguments.no_float_fallback;
  options.how.keep_float = arguments.keep_float;
  options.data = arguments.data;
  options.sensitivity_file = arguments.sensitivity;
  options.how.measure_sensitivity = !arguments.sensitivity.empty();
  if (arguments.max_accuracy_drop != -1) {
    if (!(arguments.max_accuracy_drop >= 0 && arguments.max_accuracy_drop < 1)) {
      return context.findings.Report(Finding(Code::kWrongUse)
                                         .Headline("--max-accuracy-drop takes a number from 0 to below 1")
                                         .Cause("given was {}", arguments.max_accuracy_drop)
                                         .Fix("for 2%", "--max-accuracy-drop 0.02"));
    }
    options.how.max_accuracy_drop = arguments.max_accuracy_drop;
  }
  // Calibration runs one sample a thread; what an inference is given does not change by their number.
  const auto cores = static_cast<int>(std::thread::hardware_concurrency());
  options.how.threads =
      session.options.threads > 0 || session.threads() > 1 ? session.threads() : std::max(cores, 1);
  if (isatty(STDERR_FILENO) != 0 && !session.options.json && !session.options.quiet) {
    options.progress = [line = std::make_shared<ProgressLine>(*session.host)](std::string_view stage,
                                                                              size_t done, size_t total) {
      line->Show(stage, done, total);
    };
  }
  return {};
}

}  // namespace litesmith::cli
