#include "tensor/strings.h"

#include <cstdint>

namespace litesmith {

std::vector<std::byte> PackStrings(const std::vector<std::string_view>& strings) {
  const size_t header = 4 * (strings.size() + 2);
  size_t total = header;
  for (std::string_view text : strings) total += text.size();
  std::vector<std::byte> bytes(total);
  const auto put = [&](size_t index, size_t value) {
    const int32_t word = static_cast<int32_t>(value);
    std::memcpy(bytes.data() + 4 * index, &word, 4);
  };
  put(0, strings.size());
  size_t offset = header;
  for (size_t i = 0; i < strings.size(); ++i) {
    put(i + 1, offset);
    if (!strings[i].empty()) std::memcpy(bytes.data() + offset, strings[i].data(), strings[i].size());
    offset += strings[i].size();
  }
  put(strings.size() + 1, offset);
  return bytes;
}

std::optional<std::vector<std::string_view>> UnpackStrings(Bytes bytes) {
  const auto count = Load<int32_t>(bytes, 0);
  if (!count || *count < 0 || static_cast<size_t>(*count) > bytes.size() / 4) return std::nullopt;
  std::vector<std::string_view> strings;
  strings.reserve(static_cast<size_t>(*count));
  for (size_t i = 0; i < static_cast<size_t>(*count); ++i) {
    const auto begin = Load<int32_t>(bytes, 4 * (i + 1)), end = Load<int32_t>(bytes, 4 * (i + 2));
    if (!begin || !end || *begin < 0 || *end < *begin) return std::nullopt;
    const auto text = Slice(bytes, static_cast<size_t>(*begin), static_cast<size_t>(*end - *begin));
    if (!text) return std::nullopt;
    strings.push_back(AsText(*text));
  }
  return strings;
}

}  // namespace litesmith
