#include <gtest/gtest.h>

#include <atomic>
#include <new>
#include <set>
#include <thread>
#include <tuple>

#include "base/host.h"

namespace litesmith {
namespace {

using Range = std::tuple<int64_t, int64_t, int>;

std::set<Range> Ranges(Threads& threads, int64_t count, int64_t grain) {
  std::mutex mutex;
  std::set<Range> ranges;
  threads.ParallelFor(count, grain, [&](int64_t begin, int64_t end, int worker) {
    std::lock_guard lock(mutex);
    ranges.emplace(begin, end, worker);
  });
  return ranges;
}

TEST(ThreadPool, CoversEveryIndexOnceInPiecesOfTheGrain) {
  for (int workers : {1, 2, 3, 8}) {
    const auto threads = MakeThreadPool(workers);
    for (int64_t count : {0, 1, 2, 7, 8, 9, 64, 1000}) {
      for (int64_t grain : {0, 1, 3, 100, 5000}) {
        int64_t next = 0;
        const auto ranges = Ranges(*threads, count, grain);
        for (const auto& [begin, end, worker] : ranges) {
          EXPECT_EQ(begin, next);
          EXPECT_LT(begin, end);
          EXPECT_TRUE(end == count || end - begin >= grain);
          EXPECT_TRUE(worker >= 0 && worker < workers);
          next = end;
        }
        EXPECT_EQ(next, count);
        EXPECT_EQ(Ranges(*threads, count, grain), ranges) << "the split must not vary";
      }
    }
  }
}

TEST(ThreadPool, ManyShortPiecesOfWorkInARow) {
  const auto threads = MakeThreadPool(4);
  std::vector<int> counts(64, 0);
  for (int round = 0; round < 2000; ++round) {
    threads->ParallelFor(64, 1, [&](int64_t begin, int64_t end, int) {
      for (int64_t i = begin; i < end; ++i) ++counts[static_cast<size_t>(i)];
    });
  }
  for (int count : counts) EXPECT_EQ(count, 2000);
}

TEST(ThreadPool, WakesThreadsThatSleep) {
  const auto threads = MakeThreadPool(2);
  std::atomic<int> sum{0};
  for (int round = 0; round < 5; ++round) {
    threads->ParallelFor(2, 1, [&](int64_t begin, int64_t, int) { sum += static_cast<int>(begin) + 1; });
    // Long enough for the worker to give up spinning; correctness does not depend on it.
    std::this_thread::yield();
    const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(500);
    while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
  }
  EXPECT_EQ(sum, 15);
}

TEST(ThreadPool, ACallWithinABodyRunsInItsCaller) {
  const auto threads = MakeThreadPool(3);
  std::atomic<int> sum{0};
  threads->ParallelFor(3, 1, [&](int64_t, int64_t, int) {
    const auto caller = std::this_thread::get_id();
    threads->ParallelFor(3, 1, [&](int64_t begin, int64_t end, int) {
      EXPECT_EQ(std::this_thread::get_id(), caller);
      sum += static_cast<int>(end - begin);
    });
  });
  EXPECT_EQ(sum, 9);
}

TEST(ThreadPool, AnExceptionReachesTheCallerAndThePoolStaysUsable) {
  const auto threads = MakeThreadPool(2);
  EXPECT_THROW(threads->ParallelFor(2, 1,
                                    [](int64_t begin, int64_t, int) {
                                      if (begin == 1) throw std::bad_alloc();
                                    }),
               std::bad_alloc);
  EXPECT_EQ(Ranges(*threads, 2, 1).size(), 2u);
}

}  // namespace
}  // namespace litesmith
