// A bounds-checked view of bytes from a file. Everything that parses reads through it.
#pragma once

#include <bit>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace litesmith {

static_assert(std::endian::native == std::endian::little,
              "files are little-endian; other hosts need byte swaps here");

using Bytes = std::span<const std::byte>;

inline std::string_view AsText(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes AsBytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

// The part [offset, offset + size), or nothing if it is not all there.
inline std::optional<Bytes> Slice(Bytes bytes, size_t offset, size_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset) return std::nullopt;
  return bytes.subspan(offset, size);
}

// A number at `offset`, wherever that is aligned.
template <class T>
requires std::is_trivially_copyable_v<T> std::optional<T> Load(Bytes bytes, size_t offset) {
  const auto part = Slice(bytes, offset, sizeof(T));
  if (!part) return std::nullopt;
  T value;
  std::memcpy(&value, part->data(), sizeof(T));
  return value;
}

// Reads from front to back.
class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : bytes_(bytes) {}
  size_t position() const { return position_; }
  size_t remaining() const { return bytes_.size() - position_; }
  bool done() const { return remaining() == 0; }

  std::optional<Bytes> Take(size_t size) {
    const auto part = Slice(bytes_, position_, size);
    if (part) position_ += size;
    return part;
  }
  template <class T>
  std::optional<T> Take() {
    const auto value = Load<T>(bytes_, position_);
    if (value) position_ += sizeof(T);
    return value;
  }
  // A base-128 number of protobuf and LevelDB, at most 64 bits.
  std::optional<uint64_t> TakeVarint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = Take<uint8_t>();
      if (!byte) return std::nullopt;
      if (shift == 63 && *byte > 1) return std::nullopt;
      value |= static_cast<uint64_t>(*byte & 0x7f) << shift;
      if (!(*byte & 0x80)) return value;
    }
    return std::nullopt;
  }

 private:
  Bytes bytes_;
  size_t position_ = 0;
};

}  // namespace litesmith
