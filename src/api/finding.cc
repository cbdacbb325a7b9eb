#include <algorithm>
#include <optional>

#include "api/session.h"
#include "findings/pages.h"
#include "findings/text.h"

namespace litesmith::api {
namespace {

// The way back, for printing; a code that no table has stands for none of ours.
std::optional<litesmith::Finding> ToInternal(const Finding& finding) {
  for (const CodeInfo& info : AllCodes()) {
    if (CodeText(info.code) != finding.code) continue;
    litesmith::Finding own(info.code);
    own.severity = static_cast<litesmith::Severity>(finding.severity);
    own.headline = finding.headline;
    own.cause = finding.cause;
    own.op = finding.op;
    own.node = finding.node;
    own.layer = finding.layer;
    own.source = finding.source;
    own.count = finding.count;
    for (const auto& one : finding.tensors)
      own.tensors.push_back({one.name, one.dtype, one.shape, one.ranked});
    for (const auto& fix : finding.fixes) own.fixes.push_back({fix.text, fix.option});
    return own;
  }
  return std::nullopt;
}

}  // namespace

Finding ToPublic(const litesmith::Finding& finding) {
  Finding made;
  made.code = CodeText(finding.code);
  made.severity = static_cast<Severity>(finding.severity);
  made.category = CategoryText(InfoOf(finding.code).category);
  made.headline = finding.headline;
  made.cause = finding.cause;
  made.op = finding.op;
  made.node = finding.node;
  made.layer = finding.layer;
  made.source = finding.source;
  made.count = finding.count;
  for (const auto& one : finding.tensors)
    made.tensors.push_back({one.name, one.dtype, one.shape, one.ranked});
  for (const auto& fix : finding.fixes) made.fixes.push_back({fix.text, fix.option});
  return made;
}

std::string Explain(const std::string& code) {
  const findings::Page* page = findings::FindPage(findings::NormalCode(code));
  return page != nullptr ? std::string(page->text) : std::string();
}

std::string ToText(const Finding& finding, int width) {
  const auto own = ToInternal(finding);
  return own ? findings::RenderText(*own, {false, width}) : finding.headline + "\n";
}

std::vector<Finding> Session::Take() {
  std::vector<Finding> taken;
  for (const litesmith::Finding& finding : findings.Take()) taken.push_back(ToPublic(finding));
  std::stable_sort(taken.begin(), taken.end(),
                   [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
  return taken;
}

void Session::ReportNoMemory() {
  findings.Report(litesmith::Finding(Code::kOutOfMemory)
                      .Headline("not enough memory")
                      .Cause("the system gave no more memory to this process")
                      .Fix("give inputs of a smaller shape, or use a machine with more memory"));
}

}  // namespace litesmith::api
