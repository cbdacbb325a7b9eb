// Random numbers out of a key and a counter: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy
// as 1, 2, 3" (2011).
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace litesmith::reference {

// Ten rounds.
inline std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 2> key, std::array<uint32_t, 4> block) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{0xD2511F53} * block[0], b = uint64_t{0xCD9E8D57} * block[2];
    block = {static_cast<uint32_t>(b >> 32) ^ block[1] ^ key[0], static_cast<uint32_t>(b),
             static_cast<uint32_t>(a >> 32) ^ block[3] ^ key[1], static_cast<uint32_t>(a)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return block;
}

// Twenty rounds, a key mixed in after every fourth.
inline std::array<uint32_t, 2> Threefry2x32(std::array<uint32_t, 2> key, std::array<uint32_t, 2> block) {
  constexpr int kRotations[] = {13, 15, 26, 6, 17, 29, 16, 24};
  const uint32_t keys[] = {key[0], key[1], key[0] ^ key[1] ^ 0x1BD11BDA};
  block[0] += keys[0];
  block[1] += keys[1];
  for (uint32_t round = 0; round < 20; ++round) {
    block[0] += block[1];
    block[1] = std::rotl(block[1], kRotations[round % 8]) ^ block[0];
    if (round % 4 == 3) {
      const uint32_t turn = round / 4 + 1;
      block[0] += keys[turn % 3];
      block[1] += keys[(turn + 1) % 3] + turn;
    }
  }
  return block;
}

}  // namespace litesmith::reference
