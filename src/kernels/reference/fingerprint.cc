#include "kernels/reference/fingerprint.h"

#include <bit>
#include <utility>

namespace litesmith::reference {
namespace {

// FarmHash's constants: primes between 2^63 and 2^64.
constexpr uint64_t k0 = 0xc3a5c85c97cb3127, k1 = 0xb492b66fbe98f273, k2 = 0x9ae16a3b2f90404f;

uint64_t Mix(uint64_t value) { return value ^ (value >> 47); }

uint64_t Join(uint64_t u, uint64_t v, uint64_t multiplier) {
  const uint64_t a = Mix((u ^ v) * multiplier);
  return Mix((v ^ a) * multiplier) * multiplier;
}

// Numbers at any place of the text; the callers know that they are there.
class Words {
 public:
  explicit Words(Bytes bytes) : bytes_(bytes) {}
  size_t size() const { return bytes_.size(); }
  uint64_t Eight(size_t at) const { return *Load<uint64_t>(bytes_, at); }
  uint64_t EightFromEnd(size_t back) const { return Eight(bytes_.size() - back); }
  uint64_t Four(size_t at) const { return *Load<uint32_t>(bytes_, at); }
  uint64_t One(size_t at) const { return static_cast<uint64_t>(bytes_[at]); }

 private:
  Bytes bytes_;
};

uint64_t UpTo16(const Words& text) {
  const size_t n = text.size();
  const uint64_t multiplier = k2 + n * 2;
  if (n >= 8) {
    const uint64_t a = text.Eight(0) + k2, b = text.EightFromEnd(8);
    return Join(std::rotr(b, 37) * multiplier + a, (std::rotr(a, 25) + b) * multiplier, multiplier);
  }
  if (n >= 4) return Join(n + (text.Four(0) << 3), text.Four(n - 4), multiplier);
  if (n == 0) return k2;
  const uint64_t y = text.One(0) + (text.One(n / 2) << 8), z = n + (text.One(n - 1) << 2);
  return Mix((y * k2) ^ (z * k0)) * k2;
}

uint64_t UpTo32(const Words& text) {
  const uint64_t multiplier = k2 + text.size() * 2;
  const uint64_t a = text.Eight(0) * k1, b = text.Eight(8);
  const uint64_t c = text.EightFromEnd(8) * multiplier, d = text.EightFromEnd(16) * k2;
  return Join(std::rotr(a + b, 43) + std::rotr(c, 30) + d, a + std::rotr(b + k2, 18) + c, multiplier);
}

uint64_t UpTo64(const Words& text) {
  const uint64_t multiplier = k2 + text.size() * 2;
  const uint64_t a = text.Eight(0) * k2, b = text.Eight(8);
  const uint64_t c = text.EightFromEnd(8) * multiplier, d = text.EightFromEnd(16) * k2;
  const uint64_t y = std::rotr(a + b, 43) + std::rotr(c, 30) + d;
  const uint64_t z = Join(y, a + std::rotr(b + k2, 18) + c, multiplier);
  const uint64_t e = text.Eight(16) * multiplier, f = text.Eight(24);
  const uint64_t g = (y + text.EightFromEnd(32)) * multiplier, h = (z + text.EightFromEnd(24)) * multiplier;
  return Join(std::rotr(e + f, 43) + std::rotr(g, 30) + h, e + std::rotr(f + a, 18) + g, multiplier);
}

using Pair = std::pair<uint64_t, uint64_t>;

Pair Weak(const Words& text, size_t at, uint64_t a, uint64_t b) {
  a += text.Eight(at);
  b = std::rotr(b + a + text.Eight(at + 24), 21);
  const uint64_t before = a;
  a += text.Eight(at + 8) + text.Eight(at + 16);
  b += std::rotr(a, 44);
  return {a + text.Eight(at + 24), b + before};
}

// 56 bytes of state, stirred with 64 bytes of text at a time.
struct State {
  uint64_t x, y, z;
  Pair v{0, 0}, w{0, 0};

  void Stir(const Words& text, size_t at, uint64_t multiplier, uint64_t weight) {
    x = std::rotr(x + y + v.first + text.Eight(at + 8), 37) * multiplier;
    y = std::rotr(y + v.second + text.Eight(at + 48), 42) * multiplier;
    x ^= w.second * weight;
    y += v.first * weight + text.Eight(at + 40);
    z = std::rotr(z + w.first, 33) * multiplier;
    v = Weak(text, at, v.second * multiplier, x + w.first);
    w = Weak(text, at + 32, z + w.second, y + text.Eight(at + 16));
    std::swap(z, x);
  }
};

uint64_t Long(const Words& text) {
  constexpr uint64_t kSeed = 81;
  const uint64_t y = kSeed * k1 + 113;
  State state{kSeed * k2 + text.Eight(0), y, Mix(y * k2 + 113) * k2};
  const size_t rest = (text.size() - 1) % 64, end = text.size() - 1 - rest;
  for (size_t at = 0; at < end; at += 64) state.Stir(text, at, k1, 1);
  const uint64_t multiplier = k1 + ((state.z & 0xff) << 1);
  state.w.first += rest;
  state.v.first += state.w.first;
  state.w.first += state.v.first;
  state.Stir(text, text.size() - 64, multiplier, 9);
  return Join(Join(state.v.first, state.w.first, multiplier) + Mix(state.y) * k0 + state.z,
              Join(state.v.second, state.w.second, multiplier) + state.x, multiplier);
}

}  // namespace

uint64_t Fingerprint64(Bytes bytes) {
  const Words text(bytes);
  if (bytes.size() <= 16) return UpTo16(text);
  if (bytes.size() <= 32) return UpTo32(text);
  if (bytes.size() <= 64) return UpTo64(text);
  return Long(text);
}

}  // namespace litesmith::reference
