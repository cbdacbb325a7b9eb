#include "runtime/memory.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "base/finding.h"
#include "base/usable_memory.h"
#include "runtime/memory_planner.h"

namespace litesmith::runtime {
namespace {

// Vector kernels may read up to a vector's width past the last element.
constexpr size_t kSlack = 64;

}  // namespace

Block& Block::operator=(Block&& other) noexcept {
  if (this == &other) return *this;
  Reset();
  pool_ = std::exchange(other.pool_, nullptr);
  start_ = std::exchange(other.start_, nullptr);
  data_ = std::exchange(other.data_, nullptr);
  capacity_ = std::exchange(other.capacity_, 0);
  return *this;
}

void Block::Reset() {
  if (pool_ != nullptr) pool_->Free(*this);
}

Block MemoryPool::Allocate(size_t bytes) {
  Block block;
  // calloc's fresh pages are zero without being touched.
  block.start_ = std::calloc(1, bytes + kArenaAlignment + kSlack);
  if (block.start_ == nullptr) return block;
  const uintptr_t start = reinterpret_cast<uintptr_t>(block.start_);
  const uintptr_t aligned = (start + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment;
  block.data_ = static_cast<std::byte*>(block.start_) + (aligned - start);
  block.capacity_ = bytes;
  block.pool_ = this;
  bytes_ += bytes;
  return block;
}

void MemoryPool::Free(Block& block) {
  std::free(block.start_);
  bytes_ -= block.capacity_;
  block.pool_ = nullptr;
  block.start_ = nullptr;
  block.data_ = nullptr;
  block.capacity_ = 0;
}

Result<Block> MemoryPool::Take(size_t bytes, std::string_view what) {
  const size_t wanted = bytes < kArenaAlignment ? kArenaAlignment : bytes;
  const auto kept = kept_.lower_bound(wanted);
  if (kept != kept_.end() && kept->first / 2 <= wanted) {
    Block block = std::move(kept->second);
    kept_.erase(kept);
    return block;
  }
  // What the system would hand out without having it ends the process when it is touched.
  const size_t limit = std::min(context_.limits.max_arena_bytes, UsableMemory() / 4 * 3);
  if (wanted > limit || bytes_ > limit - wanted) Trim();
  if (wanted > limit || bytes_ > limit - wanted) {
    return context_.findings.Report(Finding(Code::kLimitExceeded)
                                        .Headline("running the model takes more memory than allowed")
                                        .Cause("{} would take {} bytes beside the {} in use; the limit is {}",
                                               what, wanted, bytes_, limit)
                                        .Fix("give inputs of a smaller shape"));
  }
  if (wanted <= SIZE_MAX - kArenaAlignment - kSlack) {
    Block block = Allocate(wanted);
    if (!block) {
      Trim();
      block = Allocate(wanted);
    }
    if (block) return block;
  }
  return context_.findings.Report(Finding(Code::kOutOfMemory)
                                      .Headline("there is not enough memory to run the model")
                                      .Cause("the system refused {} bytes for {}", wanted, what)
                                      .Fix("close other programs, or give inputs of a smaller shape"));
}

void MemoryPool::Give(Block block) {
  if (!block) return;
  const size_t capacity = block.capacity();
  kept_.emplace(capacity, std::move(block));
}

void MemoryPool::Trim() { kept_.clear(); }

}  // namespace litesmith::runtime
