#include "pipeline/diagnose.h"

#include <fmt/format.h>

#include "cli/conversion.h"
#include "cli/outputs.h"
#include "cli/report.h"

namespace litesmith::cli {
namespace {

struct Counts {
  size_t errors = 0, warnings = 0, notes = 0;
};

Counts Count(const std::vector<Finding>& findings) {
  Counts counts;
  for (const Finding& finding : findings) {
    size_t& count = finding.severity == Severity::kError     ? counts.errors
                    : finding.severity == Severity::kWarning ? counts.warnings
                                                             : counts.notes;
    ++count;
  }
  return counts;
}

void PrintVerdict(const Session& session, const std::string& path, const pipeline::Diagnosis& diagnosis,
                  double seconds, const Counts& counts) {
  const bool is_tflite = diagnosis.model.info.kind == "tflite";
  std::string text = is_tflite ? fmt::format("{} is a .tflite already; convert would write it again\n", path)
                               : fmt::format("{} converts\n", path);
  text += Summary(is_tflite ? "as it is" : "as it would be", diagnosis.model, diagnosis.written, seconds);
  if (counts.warnings + counts.notes > 0) text += "notes:\n";
  session.Print(text);
}

struct Arguments {
  ModelArguments model;
  ReportFile report{"diagnose"};
};

int DiagnoseModel(Session& session, ModelArguments& arguments, ReportFile& report) {
  Context context = session.context();
  const double start = session.host->Seconds();
  pipeline::Diagnosis diagnosis;
  diagnosis.model.info.path = arguments.path;
  report.Observe(arguments.options);
  if (!CheckOutputs(PathsRead(arguments), {{"--report", report.path()}}, context))
    return session.Finish(false, {{"model", ModelJson(diagnosis.model.info)}}, true);
  const bool converts = ReadModelArguments(session, arguments, context).ok() &&
                        pipeline::Diagnose(arguments.path, arguments.options, context, diagnosis).ok();
  const double seconds = session.host->Seconds() - start;
  const std::vector<Finding> findings = pipeline::Grouped(session.findings.Take());
  for (const Finding& finding : findings) session.findings.Report(finding);
  if (converts && report.wanted()) report.recorder().RecordFile(*diagnosis.model.module);
  const bool ok =
      report.Write(session, !converts, arguments.path, &diagnosis.model, nullptr).ok() && converts;
  const Counts counts = Count(findings);
  Json document;
  document["model"] = ModelJson(diagnosis.model.info);
  document["recognised"] = RecognisedJson(diagnosis.model.recognised);
  document["seconds"] = SecondsJson(diagnosis.model.seconds);
  if (ok) PrintVerdict(session, arguments.path, diagnosis, seconds, counts);
  const int status = session.Finish(ok, document, true);
  if (counts.errors > 0) {
    const std::string line =
        fmt::format("{} {} the conversion of {} ({}, {})\n", Number(counts.errors, "problem"),
                    counts.errors == 1 ? "stops" : "stop", arguments.path, Number(counts.warnings, "warning"),
                    Number(counts.notes, "note"));
    std::fwrite(line.data(), 1, line.size(), stderr);
  }
  return status;
}

}  // namespace

Command AddDiagnose(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("diagnose", "Tells everything that convert would trip over; writes no model");
  auto arguments = std::make_shared<Arguments>();
  AddModelOptions(*command, arguments->model);
  arguments->report.AddOption(*command);
  command->footer("Example:\n  litesmith diagnose exported_model/saved_model");
  return {command, [arguments](Session& session) {
            return DiagnoseModel(session, arguments->model, arguments->report);
          }};
}

}  // namespace litesmith::cli
