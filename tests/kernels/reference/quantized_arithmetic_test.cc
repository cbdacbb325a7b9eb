#include "kernels/reference/quantized_arithmetic.h"

#include <gtest/gtest.h>

namespace litesmith {
namespace {

TEST(FixedMultiplier, HoldsFactorsInThirtyOneBits) {
  EXPECT_EQ(ToFixed(1.0).value, 1 << 30);
  EXPECT_EQ(ToFixed(1.0).shift, 1);
  EXPECT_EQ(ToFixed(0.25).value, 1 << 30);
  EXPECT_EQ(ToFixed(0.25).shift, -1);
  EXPECT_EQ(ToFixed(0).value, 0);
  EXPECT_EQ(ToFixed(1e-12).value, 0);  // all bits would be shifted out
  EXPECT_EQ(ToFixed(1e300).shift, 30);
  // A mantissa that rounds up to one.
  EXPECT_EQ(ToFixed(0.99999999999).value, 1 << 30);
  EXPECT_EQ(ToFixed(0.99999999999).shift, 1);
}

TEST(FixedMultiplier, RoundsTwiceAsTheReferenceKernelsDo) {
  // Halves of the product go up.
  EXPECT_EQ(Scale(3, ToFixed(0.5)), 2);
  EXPECT_EQ(Scale(-3, ToFixed(0.5)), -1);
  // 0.0078125 * 63 = 0.4921875: the product rounds to 0.5 of a step first, then up; rounding once would give
  // 0.
  EXPECT_EQ(Scale(63, ToFixed(0.0078125)), 1);
  EXPECT_EQ(Scale(62, ToFixed(0.0078125)), 0);
  EXPECT_EQ(Scale(-64, ToFixed(0.0078125)), -1);
  EXPECT_EQ(Scale(100, ToFixed(3.0)), 300);
}

TEST(FixedMultiplier, WideAccumulatorsUseAShortMultiplier) {
  EXPECT_EQ(ScaleWide(1'000'000, ToFixed(0.001)), 1000);
  EXPECT_EQ(ScaleWide(-1'000'000, ToFixed(0.001)), -1000);
  // Halves go up, on either side of zero.
  EXPECT_EQ(ScaleWide(3, ToFixed(0.5)), 2);
  EXPECT_EQ(ScaleWide(-3, ToFixed(0.5)), -1);
  EXPECT_EQ(ScaleWide(int64_t{1} << 60, ToFixed(1e6)), ScaleWide(int64_t{1} << 60, ToFixed(1e6)));
}

TEST(RoundingShift, GoesToTheNearestAndHalvesAwayFromZero) {
  EXPECT_EQ(RoundingShiftRight(5, 1), 3);
  EXPECT_EQ(RoundingShiftRight(-5, 1), -3);
  EXPECT_EQ(RoundingShiftRight(4, 3), 1);
  EXPECT_EQ(RoundingShiftRight(3, 3), 0);
  EXPECT_EQ(RoundingShiftRight(7, 0), 7);
  EXPECT_EQ(RoundingShiftRight(std::numeric_limits<int32_t>::min(), 31), -1);
}

TEST(RoundingDoublingHighMul, SaturatesItsOneOverflow) {
  constexpr int32_t kLowest = std::numeric_limits<int32_t>::min();
  EXPECT_EQ(RoundingDoublingHighMul(kLowest, kLowest), std::numeric_limits<int32_t>::max());
  EXPECT_EQ(RoundingDoublingHighMul(int16_t{-32768}, int16_t{-32768}), 32767);
}

TEST(QuantizeValue, CutsWhatDoesNotFitAndTakesNaNForZero) {
  EXPECT_EQ(QuantizeValue<int8_t>(0.5f, 1.0f, 0), 1);
  EXPECT_EQ(QuantizeValue<int8_t>(-0.5f, 1.0f, 0), -1);
  EXPECT_EQ(QuantizeValue<int8_t>(1e30f, 0.1f, -128), 127);
  EXPECT_EQ(QuantizeValue<uint8_t>(-1e30f, 0.1f, 3), 0);
  EXPECT_EQ(QuantizeValue<int8_t>(std::numeric_limits<float>::quiet_NaN(), 0.1f, 5), 5);
}

TEST(Table8, MapsThroughRealNumbers) {
  const Table8<int8_t> twice(0.5f, 10, 1.0f, -3, [](float x) { return 2 * x; });
  for (int q = -128; q <= 127; ++q) {
    EXPECT_EQ(twice[static_cast<int8_t>(q)], std::clamp(q - 10 - 3, -128, 127)) << q;
  }
}

TEST(Table16, StaysNearASmoothFunction) {
  const auto table = Table16::Of(8.0f / 32768, 0, 1.0f / 32768, 0, [](float x) { return std::tanh(x); });
  for (int q = -32768; q <= 32767; q += 7) {
    const double want = std::tanh(q * 8.0 / 32768) * 32768;
    // LiteRT's table is filled every 65535 / 512 inputs and read every 128: up to one input apart, which is
    // worth 8 steps where this curve is steepest.
    EXPECT_NEAR(table[static_cast<int16_t>(q)], want, 8.0) << q;
  }
}

}  // namespace
}  // namespace litesmith
