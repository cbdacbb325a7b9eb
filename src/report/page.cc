#include "report/page.h"

#include <string_view>

namespace litesmith::report {
namespace {

// Made of page/ by bundle.cmake: what stands before and after the data.
constexpr std::string_view kParts[] = {
#define LS_PART(text) text,
#include "report/page.inc"
#undef LS_PART
};

// In a script element "</script" and "<!--" would mean something to the HTML parser. JSON has these
// characters in texts alone, where they may be written as escapes.
void AppendEscaped(std::string& out, std::string_view json) {
  for (const char c : json) {
    switch (c) {
      case '<':
        out += "\\u003c";
        break;
      case '>':
        out += "\\u003e";
        break;
      case '&':
        out += "\\u0026";
        break;
      default:
        out += c;
    }
  }
}

}  // namespace

std::string PageWith(const std::string& json) {
  std::string page;
  page.reserve(kParts[0].size() + json.size() + json.size() / 16 + kParts[1].size());
  page += kParts[0];
  AppendEscaped(page, json);
  page += kParts[1];
  return page;
}

}  // namespace litesmith::report
