#include "formats/checkpoint/crc32c.h"

#include <array>

namespace litesmith::checkpoint {
namespace {

constexpr uint32_t kPolynomial = 0x82f63b78u;  // 0x1edc6f41 with its bits reversed

// kTables[n][b]: the checksum of byte b followed by n zero bytes ("slicing by eight").
constexpr auto MakeTables() {
  std::array<std::array<uint32_t, 256>, 8> tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? kPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (size_t n = 1; n < 8; ++n) {
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint32_t previous = tables[n - 1][byte];
      tables[n][byte] = previous >> 8 ^ tables[0][previous & 0xff];
    }
  }
  return tables;
}
constexpr auto kTables = MakeTables();

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) uint32_t HardwareCrc32c(Bytes bytes, uint32_t crc) {
  uint64_t state = ~crc;
  const std::byte* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    uint64_t word;
    std::memcpy(&word, at, 8);
    state = __builtin_ia32_crc32di(state, word);
  }
  auto low = static_cast<uint32_t>(state);
  for (; left > 0; --left, ++at) low = __builtin_ia32_crc32qi(low, static_cast<uint8_t>(*at));
  return ~low;
}

bool HasInstruction() {
  static const bool has = __builtin_cpu_supports("sse4.2");
  return has;
}
#else
uint32_t HardwareCrc32c(Bytes bytes, uint32_t crc) { return PortableCrc32c(bytes, crc); }
bool HasInstruction() { return false; }
#endif

}  // namespace

uint32_t PortableCrc32c(Bytes bytes, uint32_t crc) {
  crc = ~crc;
  const std::byte* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    uint64_t word;
    std::memcpy(&word, at, 8);
    word ^= crc;
    crc = 0;
    for (size_t n = 0; n < 8; ++n) crc ^= kTables[7 - n][word >> (8 * n) & 0xff];
  }
  for (; left > 0; --left, ++at) crc = crc >> 8 ^ kTables[0][(crc ^ static_cast<uint8_t>(*at)) & 0xff];
  return ~crc;
}

uint32_t Crc32c(Bytes bytes, uint32_t crc) {
  return HasInstruction() ? HardwareCrc32c(bytes, crc) : PortableCrc32c(bytes, crc);
}

}  // namespace litesmith::checkpoint
