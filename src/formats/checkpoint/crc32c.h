// CRC-32C (Castagnoli), as sorted tables and checkpoints use it.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace litesmith::checkpoint {

// Goes on from `crc`, which is 0 at the start.
uint32_t Crc32c(Bytes bytes, uint32_t crc = 0);

// The form in which the checksums are stored, so that a checksum of bytes that hold their own checksum stays
// useful: rotated right by 15, plus a constant (LevelDB's table format).
constexpr uint32_t Masked(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }

// What Crc32c does where the processor has no instruction for it; for tests.
uint32_t PortableCrc32c(Bytes bytes, uint32_t crc = 0);

}  // namespace litesmith::checkpoint
