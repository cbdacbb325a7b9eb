// Memory of an interpreter beside the weights: counted against a limit, and handed on from one tensor to the
// next.
#pragma once

#include <cstddef>
#include <map>
#include <utility>

#include "base/host.h"

namespace litesmith::runtime {

class MemoryPool;

// Zeroed memory when it is new, aligned to 64 bytes, with a few readable bytes behind it; goes back where it
// came from when destroyed.
class Block {
 public:
  Block() = default;
  Block(Block&& other) noexcept { *this = std::move(other); }
  Block& operator=(Block&& other) noexcept;
  ~Block() { Reset(); }
  void Reset();

  std::byte* data() const { return data_; }
  size_t capacity() const { return capacity_; }
  explicit operator bool() const { return data_ != nullptr; }

 private:
  friend class MemoryPool;
  MemoryPool* pool_ = nullptr;
  void* start_ = nullptr;  // what the allocator gave
  std::byte* data_ = nullptr;
  size_t capacity_ = 0;
};

// Not thread-safe; outlives its blocks.
class MemoryPool {
 public:
  explicit MemoryPool(Context& context) : context_(context) {}
  ~MemoryPool() { Trim(); }

  // At least `bytes`; reports kLimitExceeded or kOutOfMemory. `what` it is for: "the tensors of the model".
  Result<Block> Take(size_t bytes, std::string_view what);
  // Keeps a block for the next Take().
  void Give(Block block);
  // Frees what was given back.
  void Trim();
  // Of all blocks, those kept for later among them.
  size_t bytes() const { return bytes_; }

 private:
  friend class Block;
  Block Allocate(size_t bytes);
  void Free(Block& block);

  Context& context_;
  size_t bytes_ = 0;
  std::multimap<size_t, Block> kept_;
};

}  // namespace litesmith::runtime
