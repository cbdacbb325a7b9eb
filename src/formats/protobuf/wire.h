// Writes the wire format: for the text form, which is read by turning it into wire bytes, and for tests.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace litesmith::protobuf {

inline void PutVarint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}
inline void PutVarintField(std::string& out, uint32_t field, uint64_t value) {
  PutVarint(out, field << 3);
  PutVarint(out, value);
}
inline void PutBytesField(std::string& out, uint32_t field, std::string_view value) {
  PutVarint(out, field << 3 | 2);
  PutVarint(out, value.size());
  out.append(value);
}
// A number of 4 or 8 bytes as it lies in memory.
template <class T>
void PutFixedField(std::string& out, uint32_t field, T value) {
  static_assert(sizeof(T) == 4 || sizeof(T) == 8);
  PutVarint(out, field << 3 | (sizeof(T) == 4 ? 5 : 1));
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

}  // namespace litesmith::protobuf
