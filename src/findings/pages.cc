#include "findings/pages.h"

#include <algorithm>

namespace litesmith::findings {
namespace {

struct Source {
  std::string_view code, text;
};

// Made of docs/findings by embed_pages.cmake.
constexpr Source kSources[] = {
#define LS_PAGE(code, text) {code, text},
#include "findings/pages.inc"
#undef LS_PAGE
};

// The part below the heading, up to the next one.
std::string_view SectionOf(std::string_view text, std::string_view heading) {
  const size_t at = text.find(heading);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + heading.size());
  return rest.substr(0, rest.find("\n## "));
}

std::string_view Trimmed(std::string_view line) {
  const size_t first = line.find_first_not_of(' ');
  return first == std::string_view::npos ? std::string_view() : line.substr(first);
}

// Lines of a section, without those that are empty.
std::vector<std::string_view> LinesOf(std::string_view section) {
  std::vector<std::string_view> lines;
  for (size_t at = 0; at < section.size();) {
    const size_t end = std::min(section.find('\n', at), section.size());
    if (!Trimmed(section.substr(at, end - at)).empty()) lines.push_back(section.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

std::string Joined(const std::vector<std::string_view>& lines, char between) {
  std::string text;
  for (const std::string_view line : lines) {
    if (!text.empty()) text += between;
    text += Trimmed(line);
  }
  return text;
}

Page Parse(const Source& source) {
  Page page{source.code, source.text, {}, {}, {}, {}};
  const std::string_view first = source.text.substr(0, source.text.find('\n'));
  const size_t colon = first.find(": ");
  page.title = colon == std::string_view::npos ? first : first.substr(colon + 2);
  page.looks_like = Joined(LinesOf(SectionOf(source.text, "## What it looks like")), '\n');
  page.meaning = Joined(LinesOf(SectionOf(source.text, "## What it means")), ' ');
  for (const std::string_view line : LinesOf(SectionOf(source.text, "## How to fix it"))) {
    if (line.starts_with("- ")) {
      page.fixes.emplace_back(line.substr(2));
    } else if (!page.fixes.empty()) {
      page.fixes.back() += ' ';
      page.fixes.back() += Trimmed(line);
    }
  }
  return page;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

const std::vector<Page>& AllPages() {
  static const std::vector<Page> pages = [] {
    std::vector<Page> parsed;
    for (const Source& source : kSources) parsed.push_back(Parse(source));
    return parsed;
  }();
  return pages;
}

const Page* FindPage(std::string_view code) {
  for (const Page& page : AllPages()) {
    if (page.code == code) return &page;
  }
  return nullptr;
}

std::string NormalCode(std::string_view typed) {
  std::string digits, capitals;
  bool other = false;
  for (const char c : typed) {
    const char capital = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    capitals += capital;
    if (IsDigit(c))
      digits += c;
    else if (capital != 'L' && capital != 'S' && c != '-' && c != ' ')
      other = true;
  }
  if (other || digits.empty() || digits.size() > 4) return capitals;
  return "LS" + std::string(4 - digits.size(), '0') + digits;
}

std::vector<std::string_view> NearCodes(std::string_view code, size_t most) {
  // Digits at their place count; one of the category counts more than one of the row in it.
  const auto likeness = [&](std::string_view other) {
    int score = 0;
    for (size_t i = 2; i < std::min(code.size(), other.size()); ++i)
      score += code[i] == other[i] ? (i < 4 ? 3 : 1) : 0;
    return score;
  };
  std::vector<std::string_view> codes;
  for (const Page& page : AllPages()) codes.push_back(page.code);
  std::stable_sort(codes.begin(), codes.end(),
                   [&](std::string_view a, std::string_view b) { return likeness(a) > likeness(b); });
  codes.resize(std::min(codes.size(), most));
  return codes;
}

}  // namespace litesmith::findings
