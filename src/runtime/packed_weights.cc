#include "runtime/packed_weights.h"

#include <algorithm>
#include <new>

namespace litesmith::runtime {

std::shared_ptr<const std::byte> PackedWeights::Get(Bytes source, std::string_view layout, size_t bytes,
                                                    const std::function<void(std::byte*)>& make) {
  std::shared_ptr<Entry> entry;
  {
    std::lock_guard lock(mutex_);
    auto& known = entries_[Key(source.data(), source.size(), std::string(layout), bytes)];
    if (known == nullptr) known = std::make_shared<Entry>();
    entry = known;
  }
  // Not under the mutex: others may pack other weights meanwhile.
  std::call_once(entry->made, [&] {
    constexpr std::align_val_t kAlignment{64};
    auto* memory = static_cast<std::byte*>(::operator new(std::max<size_t>(bytes, 1), kAlignment));
    std::shared_ptr<std::byte> data(memory, [](std::byte* packed) { ::operator delete(packed, kAlignment); });
    make(data.get());
    entry->data = std::move(data);
  });
  return entry->data;
}

size_t PackedWeights::bytes() const {
  std::lock_guard lock(mutex_);
  size_t sum = 0;
  for (const auto& [key, entry] : entries_) sum += std::get<3>(key);
  return sum;
}

}  // namespace litesmith::runtime
