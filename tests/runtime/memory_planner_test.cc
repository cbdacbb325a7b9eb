#include "runtime/memory_planner.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace litesmith::runtime {
namespace {

void ExpectNoOverlap(const std::vector<MemoryRequest>& requests, const MemoryPlan& plan) {
  for (size_t a = 0; a < requests.size(); ++a) {
    EXPECT_EQ(plan.offsets[a] % kArenaAlignment, 0u);
    EXPECT_LE(plan.offsets[a] + requests[a].bytes, plan.total);
    for (size_t b = 0; b < a; ++b) {
      const bool meet = requests[a].first <= requests[b].last && requests[b].first <= requests[a].last;
      const bool overlap = plan.offsets[a] < plan.offsets[b] + requests[b].bytes &&
                           plan.offsets[b] < plan.offsets[a] + requests[a].bytes;
      ASSERT_FALSE(meet && overlap) << a << " and " << b;
    }
  }
}

std::vector<MemoryRequest> Random(uint32_t seed, int count, int steps, int longest) {
  std::mt19937 random(seed);
  std::vector<MemoryRequest> requests;
  for (int i = 0; i < count; ++i) {
    const int first = static_cast<int>(random() % static_cast<uint32_t>(steps));
    const int length = static_cast<int>(random() % static_cast<uint32_t>(longest));
    requests.push_back({random() % 5000, first, first + length});
  }
  return requests;
}

TEST(PlanMemory, LivesThatMeetNeverOverlap) {
  for (uint32_t seed = 0; seed < 6; ++seed) {
    for (int longest : {1, 5, 400}) {
      const auto requests = Random(seed, 200, 300, longest);
      const auto plan = PlanMemory(requests);
      ASSERT_TRUE(plan.has_value());
      ExpectNoOverlap(requests, *plan);
    }
  }
}

TEST(PlanMemory, AChainTakesTheTwoLargestNeighbours) {
  const std::vector<MemoryRequest> requests = {{640, 0, 1}, {1280, 1, 2}, {64, 2, 3}, {640, 3, 4}};
  EXPECT_EQ(PlanMemory(requests)->total, 1920u);
}

TEST(PlanMemory, TakesTheSmallestGapThatFits) {
  // Placed first by size: 4096 at 0, 2048, 1024 and the rest behind; what ended leaves gaps of 2048 and 1024.
  const std::vector<MemoryRequest> requests = {
      {2048, 0, 0}, {1024, 0, 0}, {512, 0, 1}, {1024, 1, 1}, {2048, 1, 1}};
  const auto plan = PlanMemory(requests);
  ExpectNoOverlap(requests, *plan);
  EXPECT_EQ(plan->total, LeastPossible(requests));
}

TEST(PlanMemory, StaysNearTheLowerBoundOnShortLives) {
  for (uint32_t seed = 0; seed < 10; ++seed) {
    const auto requests = Random(seed, 400, 400, 6);
    EXPECT_LT(static_cast<double>(PlanMemory(requests)->total),
              1.35 * static_cast<double>(LeastPossible(requests)));
  }
}

TEST(PlanMemory, FiftyThousandTensorsAreOrdinary) {
  const auto requests = Random(1, 50000, 50000, 4);
  const auto plan = PlanMemory(requests);
  ASSERT_TRUE(plan.has_value());
  EXPECT_LT(plan->total, 2 * LeastPossible(requests));
}

TEST(PlanMemory, EmptyTensorsTakeNothing) {
  const auto plan = PlanMemory({{0, 0, 5}, {0, 1, 2}});
  EXPECT_EQ(plan->total, 0u);
  EXPECT_EQ(PlanMemory({})->total, 0u);
}

TEST(PlanMemory, RefusesWhatCannotBeCounted) {
  constexpr size_t kHuge = std::numeric_limits<size_t>::max();
  EXPECT_FALSE(PlanMemory({{kHuge, 0, 0}}).has_value());
  EXPECT_FALSE(PlanMemory({{kHuge / 2, 0, 0}, {kHuge / 2 + 1, 1, 1}}).has_value());
}

}  // namespace
}  // namespace litesmith::runtime
