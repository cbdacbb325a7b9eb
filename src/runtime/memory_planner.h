// Places tensors in one arena: each lives for a stretch of steps, and those whose stretches meet must not
// overlap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace litesmith::runtime {

inline constexpr size_t kArenaAlignment = 64;  // a cache line, and the widest vector

struct MemoryRequest {
  size_t bytes = 0;
  int first = 0, last = 0;  // steps, both included
};

struct MemoryPlan {
  std::vector<size_t> offsets;  // of each request, multiples of kArenaAlignment
  size_t total = 0;
};

// Greedy by size: the largest first, each into the smallest gap that fits between those that live at the same
// time. Empty if the sum overflows.
std::optional<MemoryPlan> PlanMemory(const std::vector<MemoryRequest>& requests);

// The largest sum of bytes that live at one step: no plan can do with less.
size_t LeastPossible(const std::vector<MemoryRequest>& requests);

}  // namespace litesmith::runtime
