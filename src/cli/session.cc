#include "cli/session.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "findings/json.h"

namespace litesmith::cli {

Session::Session() : host(MakeSystemHost()) {}

findings::TextStyle Session::StyleOf(int descriptor) const {
  findings::TextStyle style;
  if (isatty(descriptor) == 0) return style;
  style.colour = !host->Environment("NO_COLOR").has_value();
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
    style.width = std::min<int>(size.ws_col, 120);
  return style;
}

int Session::threads() const {
  if (options.threads > 0) return options.threads;
  const auto wanted = host->Environment("LITESMITH_THREADS");
  const int number = wanted ? std::atoi(wanted->c_str()) : 0;
  return number > 0 && number <= 1024 ? number : 1;
}

void Session::Print(const std::string& text) const {
  if (options.json) return;
  const std::string printable = findings::Printable(text, true);
  std::fwrite(printable.data(), 1, printable.size(), stdout);
}

void Session::Say(const std::string& text) const {
  if (!options.json && !options.quiet) std::fprintf(stderr, "%s\n", findings::Printable(text, true).c_str());
}

Result<void> Session::CheckStandardOutput() {
  if (output_failed_) return kFailed;
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && write(STDOUT_FILENO, "", 0) == 0) return {};
  output_failed_ = true;
  const int error = errno != 0 ? errno : EIO;  // what failed earlier than now has left only the mark
  return findings.Report(
      Finding(Code::kOutputUnwritable)
          .Headline("standard output could not be written")
          .Cause("{}", std::generic_category().message(error))
          .Fix("let it go to a terminal, to a file on a disk with space, or to /dev/null"));
}

int Session::Finish(bool ok, Json document, bool findings_are_result) {
  const std::vector<Finding> found = findings.Take();
  int status = 0;
  for (const Finding& finding : found) {
    if (finding.severity == Severity::kError && status == 0)
      status = std::max(InfoOf(finding.code).exit_status, 1);
  }
  // A command that fails without a word has forgotten one: that is our bug, and said as such.
  if (!ok && status == 0) status = 70;
  if (options.json && !output_failed_) {
    Json whole = {{"status", ok && status == 0 ? "ok" : "failed"}};
    for (auto& [key, value] : document.items()) whole[key] = std::move(value);
    whole["findings"] = findings::ToJson(found);
    std::printf("%s\n", findings::Dump(whole).c_str());
  } else {
    std::vector<Finding> shown;
    for (const Finding& finding : found) {
      if (findings_are_result || !options.quiet || finding.severity == Severity::kError)
        shown.push_back(finding);
    }
    // On standard error the end is what stays in view, so that what failed stands there.
    const int descriptor = findings_are_result ? STDOUT_FILENO : STDERR_FILENO;
    findings::TextStyle style = StyleOf(descriptor);
    style.errors_last = !findings_are_result;
    const std::string text = findings::RenderText(shown, style);
    std::fwrite(text.data(), 1, text.size(), findings_are_result ? stdout : stderr);
  }
  if (CheckStandardOutput()) return status;
  const std::string text = findings::RenderText(findings.Take(), StyleOf(STDERR_FILENO));
  std::fwrite(text.data(), 1, text.size(), stderr);
  return status != 0 ? status : 4;
}

int Session::FinishWithList(const std::vector<Json>& entries) {
  std::printf("%s\n", findings::Dump(Json(entries)).c_str());
  options.json = false;
  options.quiet = true;
  return Finish(true);
}

}  // namespace litesmith::cli
