#include "export/tflite/buffers.h"

#include <functional>

namespace litesmith::export_tflite {

uint32_t BufferPool::Add(Bytes bytes) {
  const size_t hash = std::hash<std::string_view>()(AsText(bytes));
  const auto [first, last] = by_hash_.equal_range(hash);
  for (auto entry = first; entry != last; ++entry) {
    const Bytes other = *model_.buffers[entry->second];
    const bool same_memory = other.data() == bytes.data() && other.size() == bytes.size();
    if (same_memory || AsText(other) == AsText(bytes)) return entry->second;
  }
  const auto index = static_cast<uint32_t>(model_.buffers.size());
  model_.buffers.emplace_back(bytes);
  by_hash_.emplace(hash, index);
  return index;
}

uint32_t BufferPool::Keep(Tensor tensor) { return Add(tensors_.emplace_back(std::move(tensor)).bytes()); }

uint32_t BufferPool::KeepText(std::string text) { return Add(AsBytes(texts_.emplace_back(std::move(text)))); }

}  // namespace litesmith::export_tflite
