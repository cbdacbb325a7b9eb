#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/session.h"
#include "findings/pages.h"

namespace litesmith::cli {
namespace {

struct Arguments {
  std::string code, log;
};

Json PageJson(const findings::Page& page) {
  Json json = {{"code", page.code}, {"title", page.title}};
  for (const CodeInfo& info : AllCodes()) {
    if (CodeText(info.code) != page.code) continue;
    json["severity"] = SeverityText(info.severity);
    json["category"] = CategoryText(info.category);
  }
  json["looks_like"] = page.looks_like;
  json["meaning"] = page.meaning;
  json["fixes"] = page.fixes;
  json["page"] = page.text;
  return json;
}

int Explain(Session& session, const Arguments& arguments) {
  if (!arguments.log.empty()) {
    session.findings.Report(Finding(Code::kOptionNotYet)
                                .Headline("--log is not offered yet")
                                .Cause("this release explains its own codes, not yet other tools' messages")
                                .Fix("let Litesmith look at the model itself: it reports its own findings",
                                     "litesmith convert MODEL -o model.tflite"));
    return session.Finish(false);
  }
  if (arguments.code.empty()) {
    session.findings.Report(Finding(Code::kWrongUse)
                                .Headline("explain wants a code")
                                .Cause("none was given")
                                .Fix("name the code of a finding", "litesmith explain LS0101"));
    return session.Finish(false);
  }
  const std::string code = findings::NormalCode(arguments.code);
  const findings::Page* page = findings::FindPage(code);
  if (page == nullptr) {
    std::vector<std::string> near;
    for (const std::string_view one : findings::NearCodes(code, 3))
      near.push_back(fmt::format("{} ({})", one, findings::FindPage(one)->title));
    session.findings.Report(
        Finding(Code::kCodeUnknown)
            .Headline("there is no code {}", arguments.code)
            .Cause("codes are LS and four digits; near ones are {}", fmt::join(near, ", "))
            .Fix("give the code as the finding printed it", "litesmith explain LS0101"));
    return session.Finish(false);
  }
  session.Print(std::string(page->text));
  return session.Finish(true, PageJson(*page));
}

}  // namespace

Command AddExplain(CLI::App& app) {
  CLI::App* command = app.add_subcommand("explain", "Prints what a finding means and how to fix it");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("CODE", arguments->code, "Code of a finding, such as LS0101");
  command->add_option("--log", arguments->log, "Error text of another tool (not offered yet)")
      ->type_name("FILE");
  command->footer("Example:\n  litesmith explain LS0101");
  return {command, [arguments](Session& session) { return Explain(session, *arguments); }};
}

}  // namespace litesmith::cli
