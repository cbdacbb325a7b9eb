#include "cli/report.h"

#include <fmt/format.h>

namespace litesmith::cli {
namespace {

std::vector<report::Recognised> RecognisedOf(const std::vector<detection::Recognised>& recognised) {
  std::vector<report::Recognised> all;
  for (const detection::Recognised& one : recognised) {
    report::Recognised told{one.what, {}};
    for (const auto& [name, value] : one.numbers) told.facts.emplace_back(name, fmt::format("{:.6g}", value));
    for (const auto& [name, text] : one.texts) told.facts.emplace_back(name, text);
    all.push_back(std::move(told));
  }
  return all;
}

}  // namespace

void ReportFile::AddOption(CLI::App& app) {
  app.add_option("--report", path_, "Write a page to open in a browser, also when the model fails")
      ->type_name("OUT.html");
}

Result<void> ReportFile::Write(Session& session, bool failed, const std::string& model_path,
                               const pipeline::Converted* converted, const report::WrittenFile* file,
                               std::vector<report::Table> tables) {
  if (!wanted()) return {};
  report::Contents contents;
  contents.command = command_;
  contents.failed = failed;
  contents.model_path = model_path;
  if (converted != nullptr) {
    contents.model_kind = converted->info.kind;
    contents.tensorflow = converted->info.tensorflow;
    contents.model_nodes = converted->info.nodes;
    contents.recognised = RecognisedOf(converted->recognised);
  }
  if (file != nullptr) contents.file = *file;
  contents.findings = session.findings.findings();
  contents.tables = std::move(tables);
  Context context = session.context();
  return report::Write(path_, recorder_.Html(contents), context);
}

}  // namespace litesmith::cli
