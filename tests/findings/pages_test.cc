#include "findings/pages.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

namespace litesmith::findings {
namespace {

TEST(Pages, EveryCodeHasAPageOfItsTitle) {
  for (const CodeInfo& info : AllCodes()) {
    const Page* page = FindPage(CodeText(info.code));
    ASSERT_NE(page, nullptr) << "docs/findings/" << CodeText(info.code) << ".md is missing";
    EXPECT_EQ(page->title, info.title) << page->code;
  }
}

TEST(Pages, EveryPageBelongsToACode) {
  std::set<std::string> codes;
  for (const CodeInfo& info : AllCodes()) codes.insert(CodeText(info.code));
  for (const Page& page : AllPages()) EXPECT_TRUE(codes.contains(std::string(page.code))) << page.code;
}

TEST(Pages, EveryPageShowsExplainsAndHelps) {
  for (const Page& page : AllPages()) {
    EXPECT_NE(page.looks_like.find("[" + std::string(page.code) + "]"), std::string::npos) << page.code;
    EXPECT_GT(page.meaning.size(), 40u) << page.code;
    EXPECT_GE(page.fixes.size(), 1u) << page.code;
    for (const std::string& fix : page.fixes) {
      EXPECT_FALSE(fix.empty()) << page.code;
      EXPECT_EQ(fix.find('\n'), std::string::npos) << page.code;
    }
  }
}

// The example of a page bears the severity that the code's row gives.
TEST(Pages, TheExampleHasTheSeverityOfTheCode) {
  for (const CodeInfo& info : AllCodes()) {
    const Page* page = FindPage(CodeText(info.code));
    ASSERT_NE(page, nullptr);
    EXPECT_TRUE(page->looks_like.starts_with(SeverityText(info.severity))) << page->code;
  }
}

// docs/findings/README.md follows from the codes. To write it anew:
//   LITESMITH_REGENERATE=1 build/tests/findings_test
TEST(Pages, TheIndexListsEveryCode) {
  std::string index =
      "# Findings\n\n"
      "Every message of Litesmith has a code that never changes its meaning. `litesmith explain CODE` prints "
      "its page.\n"
      "The first two digits are the category. An error stops the command, a warning and a note do not.\n"
      "Other tools' messages are answered by `litesmith explain --log FILE`.\n";
  Category category{};
  for (const CodeInfo& info : AllCodes()) {
    if (info.category != category) index += "\n## " + std::string(CategoryText(info.category)) + "\n\n";
    category = info.category;
    const std::string code = CodeText(info.code);
    index += "- [" + code + "](" + code + ".md): " + std::string(info.title) + "\n";
  }
  const std::string path = LITESMITH_SOURCE_DIR "/docs/findings/README.md";
  if (std::getenv("LITESMITH_REGENERATE") != nullptr) std::ofstream(path) << index;
  std::stringstream written;
  written << std::ifstream(path).rdbuf();
  EXPECT_EQ(written.str(), index);
}

TEST(Codes, AreFoundHoweverTheyAreTyped) {
  for (const char* typed : {"LS0101", "ls0101", "101", "ls-101"}) EXPECT_EQ(NormalCode(typed), "LS0101");
  EXPECT_EQ(NormalCode("banana"), "BANANA");
  EXPECT_EQ(NormalCode("LS10101"), "LS10101");
}

TEST(Codes, ATypingErrorIsAnsweredWithTheSameCategory) {
  const auto near = NearCodes("LS0199", 2);
  ASSERT_EQ(near.size(), 2u);
  for (const std::string_view code : near) EXPECT_TRUE(code.starts_with("LS01")) << code;
}

}  // namespace
}  // namespace litesmith::findings
