#include "kernels/simd/cpu.h"

#include <gtest/gtest.h>

namespace litesmith {
namespace {

#if defined(__x86_64__)
// The compiler's own detection is a second opinion.
TEST(Cpu, AgreesWithTheCompilersDetection) {
  __builtin_cpu_init();
  EXPECT_EQ(Cpu().sse41, __builtin_cpu_supports("sse4.1") != 0);
  EXPECT_EQ(Cpu().avx2, __builtin_cpu_supports("avx2") != 0);
  EXPECT_EQ(Cpu().fma, __builtin_cpu_supports("fma") != 0);
  EXPECT_EQ(Cpu().avx512, __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                              __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"));
  EXPECT_EQ(Cpu().avx512_vnni, Cpu().avx512 && __builtin_cpu_supports("avx512vnni"));
}
#endif

TEST(Cpu, InstructionSetsAreOrdered) {
  EXPECT_LT(Isa::kSse41, Isa::kAvx2);
  EXPECT_LT(Isa::kAvx2, Isa::kAvx512);
  EXPECT_EQ(NameOf(Isa::kAvx2), "avx2");
}

}  // namespace
}  // namespace litesmith
