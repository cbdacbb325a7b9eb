// From real numbers to integers and back: activations, weights, histograms, ranges.
#include <algorithm>
#include <array>

#include "quantization/histogram.h"
#include "quantization/observations.h"
#include "quantization/ranges.h"
#include "quantization/weights.h"
#include "quantizing.h"

namespace litesmith::quantization {
namespace {

// As an integer and back.
float Requantized(float value, const Parameters& parameters, Mode mode) {
  const Tensor integer = QuantizeActivation(Tensor::Scalar(value), parameters, ActivationType(mode));
  return static_cast<float>((*integer.ToInt64())[0] - parameters.zero_point) * parameters.scale;
}

TEST(Parameters, ZeroIsExactWhateverTheRange) {
  const Range ranges[] = {{0, 6}, {-1, 1}, {3, 9}, {-8, -2}, {-0.001f, 700}, {0, 0}, {5, 5}};
  for (const Range& range : ranges) {
    for (const Mode mode : {Mode::kInt8, Mode::kInt16x8}) {
      const Parameters parameters = ParametersOf(range, mode);
      EXPECT_GT(parameters.scale, 0);
      EXPECT_EQ(Requantized(0, parameters, mode), 0) << range.min << ".." << range.max;
      // The ends are within half a step, or a step where zero had to be moved onto a step.
      EXPECT_NEAR(Requantized(range.min, parameters, mode), range.min, parameters.scale);
      EXPECT_NEAR(Requantized(range.max, parameters, mode), range.max, parameters.scale);
    }
  }
}

TEST(Parameters, SixteenBitsAreSymmetric) {
  const Parameters parameters = ParametersOf({-1, 4}, Mode::kInt16x8);
  EXPECT_EQ(parameters.zero_point, 0);
  EXPECT_FLOAT_EQ(parameters.scale, 4.0f / 32767);
  const Range covered = RangeOf(parameters, Mode::kInt16x8);
  EXPECT_FLOAT_EQ(covered.min, -4);
  EXPECT_FLOAT_EQ(covered.max, 4);
}

TEST(Parameters, DenormalRangesGetAScaleThatKernelsCanDivide) {
  for (const Mode mode : {Mode::kInt8, Mode::kInt16x8})
    EXPECT_GT(ParametersOf({0, 1e-40f}, mode).scale, 1e-6f);
}

TEST(Parameters, ActivationsRoundHalvesAwayFromZeroAndSaturate) {
  const Parameters parameters{0.5f, 10};
  const Tensor values = Tensor::Of<float>({5}, {0.25f, -0.25f, 0.2f, 1000, -1000});
  const Tensor integers = QuantizeActivation(values, parameters, DType::kInt8);
  const std::vector<int8_t> expected = {11, 9, 10, 127, -128};
  EXPECT_TRUE(std::ranges::equal(integers.data<int8_t>(), expected));
}

TEST(Weights, EachChannelHasItsOwnScale) {
  const Tensor weights = Tensor::Of<float>({2, 2}, {1, -0.503f, 100, 25.2f});
  const QuantizedConstant made = QuantizeWeights(weights, 0, 8);
  ASSERT_EQ(made.quantization->scale.size(), 2u);
  EXPECT_FLOAT_EQ(made.quantization->scale[0], 1.0f / 127);
  EXPECT_FLOAT_EQ(made.quantization->scale[1], 100.0f / 127);
  EXPECT_EQ(made.quantization->dimension, 0);
  const std::vector<int8_t> expected = {127, -64, 127, 32};
  EXPECT_TRUE(std::ranges::equal(made.values.data<int8_t>(), expected));
}

TEST(Weights, ChannelsOfADepthwiseFilterAreColumns) {
  const Tensor weights = Tensor::Of<float>({1, 2, 1, 3}, {1.006f, 10, 100, -2, 5.03f, 50});
  const QuantizedConstant made = QuantizeWeights(weights, 3, 8);
  ASSERT_EQ(made.quantization->scale.size(), 3u);
  EXPECT_FLOAT_EQ(made.quantization->scale[0], 2.0f / 127);
  EXPECT_FLOAT_EQ(made.quantization->scale[1], 10.0f / 127);
  const Tensor back = Dequantize(made);
  for (size_t i = 0; i < 6; ++i)
    EXPECT_NEAR(back.data<float>()[i], weights.data<float>()[i], made.quantization->scale[i % 3] / 2);
}

TEST(Weights, BlocksKeepSmallNumbersBesideLargeOnes) {
  Tensor weights = RandomTensor({4, 64}, 3);
  for (size_t i = 0; i < 4 * 64; ++i) weights.mutable_data<float>()[i] *= i % 64 < 32 ? 1.0f : 0.01f;
  const QuantizedConstant made = QuantizeBlocks(weights);
  ASSERT_EQ(made.quantization->scale.size(), 8u);
  const Tensor back = Dequantize(made);
  for (size_t i = 0; i < 4 * 64; ++i) {
    // The scale of least squared error may cut off the largest.
    EXPECT_NEAR(back.data<float>()[i], weights.data<float>()[i], 1.5f * made.quantization->scale[i / 32]);
    EXPECT_LE(made.quantization->scale[i / 32], (i % 64 < 32 ? 1.0f : 0.01f) / 7 * 1.001f);
  }
}

TEST(Weights, AChannelOfZerosGetsAScaleThatRuntimesTake) {
  const QuantizedConstant some = QuantizeWeights(Tensor::Of<float>({2, 2}, {0, 0, 3, 4}), 0, 8);
  EXPECT_FLOAT_EQ(some.quantization->scale[0], some.quantization->scale[1]);
  const QuantizedConstant all = QuantizeWeights(Tensor::Of<float>({2, 2}, {0, 0, 0, 0}), 0, 8);
  EXPECT_GT(all.quantization->scale[0], 0);
  const Tensor back = Dequantize(all);
  for (const float value : back.data<float>()) EXPECT_EQ(value, 0);
}

TEST(Weights, NoScaleIsBelowWhatABiasNeeds) {
  const std::array<float, 2> least = {0.5f, 0};
  const QuantizedConstant made = QuantizeWeights(Tensor::Of<float>({2, 1}, {1, 1}), 0, 8, least);
  EXPECT_FLOAT_EQ(made.quantization->scale[0], 0.5f);
  EXPECT_FLOAT_EQ(made.quantization->scale[1], 1.0f / 127);
  EXPECT_EQ(made.values.data<int8_t>()[0], 2);
}

TEST(Weights, FourBitsComeBackAsTheyWerePacked) {
  std::vector<int8_t> integers;
  for (int i = -7; i <= 7; ++i) integers.push_back(static_cast<int8_t>(i));  // an odd number of them
  const Tensor packed = PackIntegers(integers, {15}, 4);
  EXPECT_EQ(packed.dtype(), DType::kInt4);
  EXPECT_EQ(packed.bytes().size(), 8u);
  EXPECT_EQ(UnpackIntegers(packed), integers);
}

TEST(Weights, Float16KeepsWithinItsLargestNumber) {
  const Tensor half = ToFloat16(Tensor::Of<float>({3}, {1.0f, 1e6f, -1e6f}));
  EXPECT_EQ(static_cast<float>(half.data<Half>()[0]), 1.0f);
  EXPECT_EQ(static_cast<float>(half.data<Half>()[1]), 65504.0f);
  EXPECT_EQ(static_cast<float>(half.data<Half>()[2]), -65504.0f);
}

TEST(Histograms, TheOrderOfNumbersDoesNotMatter) {
  std::vector<float> values(1000);
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = std::ldexp(1.0f, static_cast<int>(i % 40) - 20) * (i % 3 == 0 ? -1.0f : 1.3f);
  Histogram forwards, backwards, parts;
  for (const float value : values) forwards.Add({&value, 1}, 0, 1);
  std::reverse(values.begin(), values.end());
  backwards.Add(values, 0, 1);
  Histogram first, second;
  first.Add(std::span(values).first(300), 0, 1);
  second.Add(std::span(values).subspan(300), 0, 1);
  parts.Merge(first);
  parts.Merge(second);
  EXPECT_EQ(forwards.counts(), backwards.counts());
  EXPECT_EQ(forwards.counts(), parts.counts());
  EXPECT_EQ(forwards.bin_width(), parts.bin_width());
  EXPECT_EQ(forwards.count(), 1000u);
}

TEST(Histograms, GrowingKeepsEveryNumberInItsBin) {
  Histogram histogram;
  const std::vector<float> small = {0.001f, -0.001f, 0.5f, -0.5f};
  histogram.Add(small, 0, 1);
  const double before = histogram.bin_width();
  const std::vector<float> large = {1000.0f, INFINITY, NAN};
  histogram.Add(large, 0, 1);
  EXPECT_GT(histogram.bin_width(), before);
  EXPECT_EQ(histogram.count(), 5u);
  const auto zero = static_cast<size_t>(Histogram::kBins / 2);
  EXPECT_EQ(histogram.counts()[zero - 1], 1u + (0.5 > histogram.bin_width() ? 0 : 1));
  const auto bin = static_cast<size_t>(1000 / histogram.bin_width()) + zero;
  EXPECT_EQ(histogram.counts()[bin], 1u);
}

Observed ObservedOf(const std::vector<float>& values) {
  Observed observed;
  observed.min = *std::ranges::min_element(values);
  observed.max = *std::ranges::max_element(values);
  observed.histogram.Add(values, 0, 1);
  observed.samples = 1;
  return observed;
}

TEST(Ranges, OutliersAreClippedWhereThatCostsLess) {
  std::vector<float> values(100000);
  std::minstd_rand random(1);
  for (float& value : values) value = static_cast<float>(random() % 2001) / 1000.0f - 1.0f;
  values[5] = 40;
  const Observed observed = ObservedOf(values);
  const Range all = ChooseRange(observed, RangeMethod::kMinMax, Mode::kInt8);
  EXPECT_EQ(all.max, 40);
  // One error of 39 squared is less than a hundred thousand of half a step.
  const Range least = ChooseRange(observed, RangeMethod::kLeastError, Mode::kInt8);
  EXPECT_LT(least.max, 40);
  EXPECT_GE(least.max, 1.0f);
}

TEST(Ranges, EveryMethodHoldsZeroAndKeepsWithinMinAndMax) {
  for (const auto& values : {std::vector<float>{2, 3, 4}, {-4, -3}, {-1, 1}, {0, 0}}) {
    const Observed observed = ObservedOf(values);
    for (const RangeMethod method : {RangeMethod::kMinMax, RangeMethod::kLeastError}) {
      const Range range = ChooseRange(observed, method, Mode::kInt8);
      EXPECT_LE(range.min, 0);
      EXPECT_GE(range.max, 0);
      EXPECT_GE(range.min, std::min(observed.min, 0.0f));
      EXPECT_LE(range.max, std::max(observed.max, 0.0f));
    }
  }
}

TEST(Modes, NamesAreThoseOfTheOption) {
  for (const char* name : {"none", "dynamic", "float16", "int8", "int16x8", "weight8", "weight4"}) {
    const auto mode = ModeOfName(name);
    ASSERT_TRUE(mode.has_value()) << name;
    EXPECT_EQ(NameOf(*mode), name);
  }
  EXPECT_EQ(ModeOfName("int4"), std::nullopt);
}

}  // namespace
}  // namespace litesmith::quantization
