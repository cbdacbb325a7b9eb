// The frame of the page: what a stranger's names must not do to it.
#include "report/page.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report_data.h"

namespace litesmith::report {
namespace {

size_t Count(const std::string& text, const std::string& what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST(Page, DataReadsBackAsItWasGiven) {
  const nlohmann::json given = {{"name", "a<b>&c\"d\\e\u00e9\u2028"}, {"list", {1, 2}}};
  EXPECT_EQ(DataOf(PageWith(given.dump())), given);
}

TEST(Page, NoNameEndsTheDataOrOpensAComment) {
  const std::string plain = PageWith("{}");
  for (const char* name :
       {"</script><script>alert(1)</script>", "</SCRIPT >", "<!--<script>", "]]>", "-->"}) {
    const nlohmann::json given = {{"name", name}};
    const std::string page = PageWith(given.dump());
    EXPECT_EQ(Count(page, "<"), Count(plain, "<")) << name;
    EXPECT_EQ(Count(page, ">"), Count(plain, ">")) << name;
    EXPECT_EQ(DataOf(page), given) << name;
  }
}

TEST(Page, NeedsNothingFromElsewhere) {
  const std::string page = PageWith("{}");
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
  for (const char* loads : {" src=", "url(http", "@import", "<link"})
    EXPECT_EQ(page.find(loads), std::string::npos) << loads;
  EXPECT_EQ(page.find('@' + std::string("js")), std::string::npos) << "a placeholder is left";
}

TEST(Page, IsSmallBesideWhatItShows) { EXPECT_LT(PageWith("{}").size(), 250'000u); }

}  // namespace
}  // namespace litesmith::report
