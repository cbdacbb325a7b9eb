#include "base/usable_memory.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace litesmith {
namespace {

TEST(UsableMemory, IsKnownAndPlausible) {
  EXPECT_GT(UsableMemory(), size_t{64} << 20);
  EXPECT_LT(UsableMemory(), size_t{1} << 50);
}

}  // namespace
}  // namespace litesmith
