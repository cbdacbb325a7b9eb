#include "findings/logs/rules.h"

#include <algorithm>

namespace litesmith::findings {

std::string Filled(std::string_view text, const Match& match) {
  std::string out;
  while (!text.empty()) {
    const size_t open = std::min(text.find('{'), text.size());
    out += text.substr(0, open);
    text.remove_prefix(open);
    if (text.empty()) break;
    // Python's braces stay: a place is one word.
    const size_t close = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz", 1);
    if (close == std::string_view::npos || close == 1 || text[close] != '}') {
      out += '{';
      text.remove_prefix(1);
      continue;
    }
    out += match.Place(text.substr(1, close - 1));
    text.remove_prefix(close + 1);
  }
  return out;
}

Finding FindingOf(const Rule& rule, const Match& match, const Knowledge& knowledge) {
  Finding finding(rule.code);
  finding.headline = Filled(rule.headline, match);
  finding.cause = Filled(rule.cause, match);
  finding.op = match.Place("op");
  finding.node = match.Place("node");
  for (const Fix& fix : rule.fixes) {
    if (!fix.text.empty()) finding.Fix(Filled(fix.text, match), Filled(fix.option, match));
  }
  finding.severity = Severity::kError;  // whatever the code's own: the other tool stopped here
  if (rule.adjust != nullptr) rule.adjust(match, knowledge, finding);
  return finding;
}

}  // namespace litesmith::findings
