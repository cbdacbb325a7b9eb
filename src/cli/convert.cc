#include <fmt/format.h>

#include "cli/conversion.h"
#include "cli/outputs.h"
#include "cli/report.h"

namespace litesmith::cli {

int Convert(Session& session, ConvertArguments& arguments) {
  Context context = session.context();
  const double start = session.host->Seconds();
  Json document;
  document["model"] = {{"path", arguments.model.path}};
  ReportFile& report = arguments.report;
  const std::vector<OutputPath> outputs = {{"-o", arguments.output, true},
                                           {"--report", report.path()},
                                           {"--sensitivity", arguments.model.quantize.sensitivity}};
  if (!session.CheckStandardOutput() || !CheckOutputs(PathsRead(arguments.model), outputs, context) ||
      !ReadModelArguments(session, arguments.model, context)) {
    return session.Finish(false, document);
  }
  report.Observe(arguments.model.options);
  // The report is written whatever became of the model.
  const auto fail = [&](const pipeline::Converted* converted) {
    (void)report.Write(session, true, arguments.model.path, converted, nullptr);
    return session.Finish(false, document);
  };
  std::string dump;
  arguments.model.options.dump_after = arguments.dump_after;
  arguments.model.options.dump = &dump;
  auto converted = pipeline::LoadModel(arguments.model.path, arguments.model.options, context);
  session.Print(dump);
  if (!converted) return fail(nullptr);
  if (!arguments.dump_after.empty() && dump.empty()) {
    session.findings.Report(
        Finding(Code::kWrongUse)
            .Headline("no pass '{}' has run", arguments.dump_after)
            .Cause("--dump-after takes the name of a pass of this conversion; a .tflite goes "
                   "through none")
            .Fix("for the graph before it becomes one of TensorFlow Lite", "--dump-after simplify"));
    return session.Finish(false, document);
  }
  if (report.wanted()) report.recorder().RecordFile(*converted->module);
  document["model"] = ModelJson(converted->info);
  const double before_write = session.host->Seconds();
  const auto written = pipeline::WriteModel(*converted->module, context);
  if (!written) return fail(&*converted);
  const report::WrittenFile file{arguments.output, written->bytes.size(), written->ops,
                                 written->min_runtime_version};
  // First the report: where that fails, there is to be no model.
  std::vector<report::Table> tables;
  if (converted->quantized) tables = QuantizationTables(*converted->quantized);
  if (!report.Write(session, false, arguments.model.path, &*converted, &file, std::move(tables)))
    return session.Finish(false, document);
  if (!WriteFile(context, arguments.output, {written->bytes})) return fail(&*converted);
  const double end = session.host->Seconds();
  converted->seconds["write"] += end - before_write;
  document["output"] = {{"path", arguments.output},
                        {"bytes", written->bytes.size()},
                        {"ops", written->ops},
                        {"min_runtime_version", written->min_runtime_version}};
  if (converted->quantized)
    document["quantization"] = QuantizationJson(arguments.model.options, *converted->quantized);
  document["recognised"] = RecognisedJson(converted->recognised);
  document["seconds"] = SecondsJson(converted->seconds);
  if (!session.options.quiet) session.Print(Summary(arguments.output, *converted, *written, end - start));
  return session.Finish(true, document);
}

Command AddConvert(CLI::App& app) {
  CLI::App* command = app.add_subcommand("convert", "Converts a model to .tflite");
  auto arguments = std::make_shared<ConvertArguments>("convert");
  AddModelOptions(*command, arguments->model);
  command->add_option("-o,--output", arguments->output, "The .tflite to write")
      ->type_name("OUT.tflite")
      ->required();
  command->add_option("--dump-after", arguments->dump_after, "Print the graph after this pass")
      ->type_name("PASS");
  arguments->report.AddOption(*command);
  command->footer("Example:\n  litesmith convert exported_model/saved_model -o model.tflite");
  return {command, [arguments](Session& session) { return Convert(session, *arguments); }};
}

}  // namespace litesmith::cli
