#include "base/unfinished_files.h"

#include <unistd.h>

#include <atomic>
#include <cstring>
#include <memory>

#include "base/host.h"

namespace litesmith {
namespace {

// A signal handler may take no lock and free nothing: slots hold plain text, handed over by their state.
enum SlotState : int { kFree, kFilling, kInUse };
struct Slot {
  std::atomic<int> state{kFree};
  char path[4096];
};
constexpr int kSlots = 8;
Slot slots[kSlots];
static_assert(std::atomic<int>::is_always_lock_free);

}  // namespace

UnfinishedFile::UnfinishedFile(const std::string& path) {
  if (path.size() >= sizeof(Slot::path)) return;
  for (int i = 0; i < kSlots; ++i) {
    int expected = kFree;
    if (!slots[i].state.compare_exchange_strong(expected, kFilling)) continue;
    std::memcpy(slots[i].path, path.c_str(), path.size() + 1);
    slots[i].state.store(kInUse);
    slot_ = i;
    return;
  }
}

UnfinishedFile::~UnfinishedFile() {
  if (slot_ >= 0) slots[slot_].state.store(kFree);
}

void RemoveUnfinishedFiles() {
  for (Slot& slot : slots) {
    if (slot.state.load() == kInUse) ::unlink(slot.path);
  }
}

}  // namespace litesmith
