#include "runtime/memory_planner.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>

#include "base/checked.h"

namespace litesmith::runtime {
namespace {

// Finds the placed requests that live at the same time as another without looking at all of them: short lives
// are listed by block of steps, long ones apart. (Graphs of 50,000 nodes have mostly short lives.)
class Placed {
 public:
  Placed(const std::vector<MemoryRequest>& requests, int steps)
      : requests_(requests), blocks_(static_cast<size_t>(steps / kBlock + 1)), seen_(requests.size(), 0) {}

  void Add(size_t index) {
    const size_t first = BlockOf(requests_[index].first), last = BlockOf(requests_[index].last);
    if (last - first > kShortBlocks) {
      long_.push_back(index);
    } else {
      for (size_t block = first; block <= last; ++block) blocks_[block].push_back(index);
    }
  }

  // Indices whose lives meet that of `index`, each once.
  void Meeting(size_t index, std::vector<size_t>* out) {
    out->clear();
    ++round_;
    const MemoryRequest& wanted = requests_[index];
    const auto take = [&](const std::vector<size_t>& list) {
      for (size_t other : list) {
        const MemoryRequest& request = requests_[other];
        if (request.first > wanted.last || request.last < wanted.first || seen_[other] == round_) continue;
        seen_[other] = round_;
        out->push_back(other);
      }
    };
    take(long_);
    for (size_t block = BlockOf(wanted.first); block <= BlockOf(wanted.last); ++block) take(blocks_[block]);
  }

 private:
  static constexpr int kBlock = 32;
  static constexpr size_t kShortBlocks = 8;
  static size_t BlockOf(int step) { return static_cast<size_t>(step / kBlock); }

  const std::vector<MemoryRequest>& requests_;
  std::vector<std::vector<size_t>> blocks_;
  std::vector<size_t> long_;
  std::vector<size_t> seen_;
  size_t round_ = 0;
};

size_t Rounded(size_t bytes) { return (bytes + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment; }

}  // namespace

std::optional<MemoryPlan> PlanMemory(const std::vector<MemoryRequest>& requests) {
  size_t sum = 0;
  int steps = 0;
  for (const MemoryRequest& request : requests) {
    if (request.bytes > std::numeric_limits<size_t>::max() - kArenaAlignment) return std::nullopt;
    const auto next = CheckedAdd(sum, Rounded(request.bytes));
    if (!next) return std::nullopt;
    sum = *next;
    steps = std::max(steps, request.last);
  }

  std::vector<size_t> order(requests.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    if (requests[a].bytes != requests[b].bytes) return requests[a].bytes > requests[b].bytes;
    return requests[a].first < requests[b].first;
  });

  MemoryPlan plan;
  plan.offsets.assign(requests.size(), 0);
  Placed placed(requests, steps);
  std::vector<size_t> meeting;
  for (size_t index : order) {
    const size_t bytes = Rounded(requests[index].bytes);
    if (bytes == 0) continue;
    placed.Meeting(index, &meeting);
    std::sort(meeting.begin(), meeting.end(),
              [&](size_t a, size_t b) { return plan.offsets[a] < plan.offsets[b]; });
    size_t end = 0, best = 0, best_gap = std::numeric_limits<size_t>::max();
    for (size_t other : meeting) {
      const size_t offset = plan.offsets[other];
      if (offset > end && offset - end >= bytes && offset - end < best_gap) {
        best_gap = offset - end;
        best = end;
      }
      end = std::max(end, offset + Rounded(requests[other].bytes));
    }
    plan.offsets[index] = best_gap != std::numeric_limits<size_t>::max() ? best : end;
    plan.total = std::max(plan.total, plan.offsets[index] + bytes);
    placed.Add(index);
  }
  return plan;
}

size_t LeastPossible(const std::vector<MemoryRequest>& requests) {
  std::map<int, int64_t> changes;
  for (const MemoryRequest& request : requests) {
    changes[request.first] += static_cast<int64_t>(Rounded(request.bytes));
    changes[request.last + 1] -= static_cast<int64_t>(Rounded(request.bytes));
  }
  int64_t alive = 0, most = 0;
  for (const auto& [step, change] : changes) most = std::max(most, alive += change);
  return static_cast<size_t>(most);
}

}  // namespace litesmith::runtime
