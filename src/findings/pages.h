// The pages of docs/findings, one for each code, which are part of the program.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/finding.h"

namespace litesmith::findings {

struct Page {
  std::string_view code;           // "LS0101"
  std::string_view text;           // the whole page, as Markdown
  std::string_view title;          // of its first line, without the code
  std::string looks_like;          // an example of the finding
  std::string meaning;             // one paragraph, its lines joined
  std::vector<std::string> fixes;  // the likeliest first, each one line, commands between backquotes
};

// All pages in the order of their codes.
const std::vector<Page>& AllPages();
// By "LS0101"; null if there is no such page.
const Page* FindPage(std::string_view code);
// "ls101", "101" and "LS-0101" mean LS0101; what holds no digits is given back in capitals.
std::string NormalCode(std::string_view typed);
// Codes that someone who typed `code` may have meant, likeliest first, at most `most`.
std::vector<std::string_view> NearCodes(std::string_view code, size_t most);

}  // namespace litesmith::findings
