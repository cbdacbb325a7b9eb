// `--report OUT.html` of the commands that convert.
#pragma once

#include <string>

#include "cli/session.h"
#include "report/report.h"

namespace litesmith::cli {

// A run's report. Nothing happens where no report is asked for.
//
// The report is a result of its own: it is written whether the command succeeds or not, so that it can say
// why not. What does not exist after a failure is the model.
class ReportFile {
 public:
  explicit ReportFile(std::string command) : command_(std::move(command)) {}

  void AddOption(CLI::App& app);
  bool wanted() const { return !path_.empty(); }
  const std::string& path() const { return path_; }
  report::Recorder& recorder() { return recorder_; }
  // Has the source recorded as soon as it is imported; `options` must not outlive this.
  void Observe(pipeline::ConvertOptions& options) {
    if (wanted()) options.after_import = [this](const ir::Module& module) { recorder_.RecordSource(module); };
  }

  // Writes what is known by now, the session's findings among it; again, if it was written before.
  // `converted` and `file` may be null. Reports kOutputUnwritable.
  Result<void> Write(Session& session, bool failed, const std::string& model_path,
                     const pipeline::Converted* converted, const report::WrittenFile* file,
                     std::vector<report::Table> tables = {});

 private:
  std::string command_, path_;
  report::Recorder recorder_;
};

}  // namespace litesmith::cli
