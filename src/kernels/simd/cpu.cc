#include "kernels/simd/cpu.h"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

namespace litesmith {
namespace {

#if defined(__x86_64__) || defined(__i386__)
bool Bit(unsigned word, int bit) { return (word >> bit) & 1u; }

// Bits of XCR0: which registers the system saves (Intel SDM volume 1, chapter 13).
unsigned SavedRegisters() {
  unsigned low, high;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

// Places of the bits: Intel SDM volume 2A, CPUID, leaves 1 and 7.
CpuFeatures Ask() {
  CpuFeatures features;
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return features;
  features.sse41 = Bit(c, 19);
  const unsigned saved = Bit(c, 27) ? SavedRegisters() : 0;
  const bool ymm = (saved & 0x6u) == 0x6u;
  const bool zmm = (saved & 0xe6u) == 0xe6u;
  features.fma = ymm && Bit(c, 12);
  features.f16c = ymm && Bit(c, 29);
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return features;
  const unsigned subleaves = a;
  features.avx2 = ymm && Bit(b, 5);
  features.avx512 = zmm && Bit(b, 16) && Bit(b, 17) && Bit(b, 30) && Bit(b, 31);
  features.avx512_vbmi = features.avx512 && Bit(c, 1);
  features.avx512_vnni = features.avx512 && Bit(c, 11);
  if (subleaves >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d)) {
    features.avx_vnni = features.avx2 && Bit(a, 4);
    features.avx512_bf16 = features.avx512 && Bit(a, 5);
  }
  return features;
}
#else
CpuFeatures Ask() { return {}; }
#endif

}  // namespace

const CpuFeatures& Cpu() {
  static const CpuFeatures features = Ask();
  return features;
}

Isa BestIsa() {
  const CpuFeatures& cpu = Cpu();
  if (!cpu.sse41) return Isa::kPortable;
  if (!cpu.avx2 || !cpu.fma || !cpu.f16c) return Isa::kSse41;
  if (!cpu.avx512) return Isa::kAvx2;
  return cpu.avx512_vnni ? Isa::kAvx512Vnni : Isa::kAvx512;
}

std::string_view NameOf(Isa isa) {
  switch (isa) {
    case Isa::kPortable:
      return "portable";
    case Isa::kSse41:
      return "sse41";
    case Isa::kAvx2:
      return "avx2";
    case Isa::kAvx512:
      return "avx512";
    case Isa::kAvx512Vnni:
      return "avx512vnni";
  }
  return "";
}

}  // namespace litesmith
