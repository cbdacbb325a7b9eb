#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>

#include "cli/session.h"
#include "findings/json.h"
#include "findings/logs/explain_log.h"
#include "findings/pages.h"
#include "findings/text.h"
#include "lowering/advice.h"
#include "lowering/lowering.h"
#include "tf/foreign.h"
#include "tf/glob.h"
#include "tf/ops.h"
#include "tfl/ops.h"

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

// Ops without a lowering that passes take away before it comes to that.
constexpr std::string_view kTakenAway =
    "Identity* StopGradient PreventGradient Snapshot CheckNumerics* EnsureShape PlaceholderWithDefault "
    "Print* Assert NoOp "
    "TensorList* TensorArray* EmptyTensorList While StatelessWhile If StatelessIf Case StatelessCase "
    "PartitionedCall "
    "StatefulPartitionedCall VarHandleOp ReadVariableOp Variable* Switch Merge Enter Exit NextIteration "
    "LoopCond "
    "HashTable* LookupTable* InitializeTable*";

findings::OpFacts FactsOf(std::string_view name) {
  using Standing = findings::OpFacts::Standing;
  findings::OpFacts facts;
  if (const tf::Op* op = tf::FindOp(name)) {
    facts.standing = Standing::kConverts;
    if (lowering::HasLowering(*op) || tf::MatchesAny(kTakenAway, name)) return facts;
    facts.standing = Standing::kKnown;
    ir::Module module;
    const Finding finding =
        lowering::NoFormFinding(*ir::Builder(*module.AddFunction("main")).Create(*op, {}, {}));
    facts.cause = finding.cause;
    facts.fixes = finding.fixes;
  } else if (const tf::Library* library = tf::LibraryOf(name)) {
    facts.standing = Standing::kForeign;
    facts.library = library->name;
    facts.package = library->package;
    facts.instead = library->instead;
  }
  return facts;
}

std::string RuntimeOf(std::string_view name, int version) {
  const tfl::Op* op = tfl::FindOp(name);
  return op == nullptr ? std::string() : tfl::RuntimeOf(*op, version);
}

// What a file that is no text is, as far as its first bytes tell: models are given in place of logs.
Finding NotALog(const std::string& path, Bytes bytes) {
  Finding finding(Code::kNotALog);
  finding.Headline("'{}' is no log", path);
  if (bytes.empty())
    return finding.Cause("the file is empty").Fix("write both outputs into it: COMMAND > log.txt 2>&1");
  const std::string_view text = AsText(bytes);
  const bool is_tflite = text.size() >= 8 && text.substr(4, 4) == "TFL3";
  finding.Cause("its bytes are no text{}", is_tflite ? ": it is a .tflite file" : "");
  if (is_tflite) return finding.Fix("look at the file itself", fmt::format("litesmith inspect {}", path));
  return finding.Fix("give what the other tool printed; a model is looked at with",
                     fmt::format("litesmith diagnose {}", path));
}

int ExplainLogFile(Session& session, const std::string& path) {
  Context context = session.context();
  const Result<FileBytes> file = ReadFile(context, path, "the text that another tool printed");
  if (!file.ok()) return session.Finish(false);
  if (file->bytes.empty() || !findings::LooksLikeText(file->bytes)) {
    session.findings.Report(NotALog(path, file->bytes));
    return session.Finish(false);
  }
  // The findings are about another program's run: whatever they are, this one has succeeded.
  const std::vector<Finding> found = findings::ExplainLog(file->bytes, {FactsOf, RuntimeOf});
  session.Print(findings::RenderText(found, findings::TextStyle{}));
  if (session.options.json)
    std::printf("%s\n", findings::Dump({{"findings", findings::ToJson(found)}}).c_str());
  session.options.json = false;
  return session.Finish(true);
}

int Explain(Session& session, const Arguments& arguments) {
  if (!arguments.log.empty() && !arguments.code.empty()) {
    session.findings.Report(Finding(Code::kWrongUse)
                                .Headline("explain wants a code or a log, not both")
                                .Cause("{} and --log {} were given", arguments.code, arguments.log)
                                .Fix("leave one of them out", "litesmith explain --log FILE"));
    return session.Finish(false);
  }
  if (!arguments.log.empty()) return ExplainLogFile(session, arguments.log);
  if (arguments.code.empty()) {
    session.findings.Report(Finding(Code::kWrongUse)
                                .Headline("explain wants a code or a log")
                                .Cause("none was given")
                                .Fix("name the code of a finding", "litesmith explain LS0101")
                                .Fix("or give another tool's error text", "litesmith explain --log FILE"));
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
  CLI::App* command = app.add_subcommand("explain", "Explains a finding, or what another tool printed");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("CODE", arguments->code, "Code of a finding, such as LS0101");
  command
      ->add_option("--log", arguments->log,
                   "Explains what another tool printed: a converter, an interpreter, Python")
      ->type_name("FILE");
  command->footer("Examples:\n  litesmith explain LS0101\n  litesmith explain --log converter_output.txt");
  return {command, [arguments](Session& session) { return Explain(session, *arguments); }};
}

}  // namespace litesmith::cli
