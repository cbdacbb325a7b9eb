#include "base/finding.h"

#include <gtest/gtest.h>

#include <set>

namespace litesmith {
namespace {

TEST(Finding, CodesAreUniqueAndBelongToTheirCategory) {
  std::set<Code> seen;
  for (const CodeInfo& info : AllCodes()) {
    EXPECT_TRUE(seen.insert(info.code).second) << CodeText(info.code);
    EXPECT_EQ(static_cast<int>(info.code) / 100, static_cast<int>(info.category)) << CodeText(info.code);
    EXPECT_FALSE(CategoryText(info.category).empty());
  }
}

TEST(FindingList, CountsRepeatsAndKeepsTheFirstErrorsStatus) {
  FindingList list;
  for (int i = 0; i < 3; ++i)
    list.Report(Finding(Code::kUnknownOp).Op("MyOp").Headline("op {} is unknown", "MyOp"));
  list.Report(Finding(Code::kFileMissing).Headline("nothing there"));
  ASSERT_EQ(list.findings().size(), 2u);
  EXPECT_EQ(list.findings()[0].count, 3);
  EXPECT_EQ(list.exit_status(), 1);
}

}  // namespace
}  // namespace litesmith
