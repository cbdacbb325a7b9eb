#include "base/near_name.h"

#include <gtest/gtest.h>

namespace litesmith {
namespace {

TEST(NearName, CountsLettersThatDiffer) {
  EXPECT_EQ(LettersApart("inspect", "inspect"), 0u);
  EXPECT_EQ(LettersApart("INSPECT", "inspect"), 0u);
  EXPECT_EQ(LettersApart("inspekt", "inspect"), 1u);
  EXPECT_EQ(LettersApart("detction", "detection"), 1u);
  EXPECT_EQ(LettersApart("MatMull", "MatMul"), 1u);
  EXPECT_EQ(LettersApart("convret", "convert"), 1u);  // two letters swapped
  EXPECT_EQ(LettersApart("", "abc"), 3u);
}

TEST(NearName, IsTheNearestOrNone) {
  constexpr std::string_view kNames[] = {"convert", "inspect", "verify"};
  EXPECT_EQ(NearName("inspekt", kNames), "inspect");
  EXPECT_EQ(NearName("vrify", kNames), "verify");
  EXPECT_EQ(NearName("nonsense", kNames), "");
  EXPECT_EQ(NearName("", kNames), "");
  EXPECT_EQ(NearName(std::string(1000, 'x'), kNames), "");
}

}  // namespace
}  // namespace litesmith
