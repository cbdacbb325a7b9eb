// From real numbers to integers and back: activations, weights, ranges.
#include <algorithm>
#include <array>

#include "quantization/expected_ranges.h"
#include "quantization/observations.h"
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

Observed ObservedOf(const std::vector<std::pair<float, float>>& extremes) {
  Observations observations;
  const ir::Value value;
  for (size_t i = 0; i < extremes.size(); ++i) {
    Tensor tensor = Tensor::Of<float>({3}, {extremes[i].first, 0.0f, extremes[i].second});
    TensorView view;
    view.dtype = DType::kFloat32;
    view.dims = {3};
    view.data = tensor.mutable_bytes().data();
    view.bytes = tensor.bytes().size();
    observations.Add(value, view, i);
  }
  return *observations.Find(value);
}

TEST(ExpectedRanges, GrowWithHowMuchSamplesDiffer) {
  const ir::Value value;
  const Range steady = ExpectedRange(value, ObservedOf({{-1, 5}, {-1, 5}, {-1, 5}, {-1, 5}}), false);
  EXPECT_FLOAT_EQ(steady.min, -1);
  EXPECT_FLOAT_EQ(steady.max, 5);
  const Range varied = ExpectedRange(value, ObservedOf({{-1, 5}, {-1, 3}, {-1, 1}, {-1, 3}}), false);
  EXPECT_FLOAT_EQ(varied.min, -1);
  // The standard deviation of 5, 3, 1, 3 is 1.633; Gumbel's scale 0.78 of it, times ln 2.
  EXPECT_NEAR(varied.max, 5 + 1.633 * 0.7797 * 0.6931, 1e-3);
}

TEST(ExpectedRanges, OneSampleTellsNoVariation) {
  const Range range = ExpectedRange(ir::Value(), ObservedOf({{-2, 7}}), false);
  EXPECT_EQ(range.min, -2);
  EXPECT_EQ(range.max, 7);
}

TEST(ExpectedRanges, AnEndAtZeroStays) {
  const Range range = ExpectedRange(ir::Value(), ObservedOf({{0, 5}, {0, 3}, {0, 1}}), false);
  EXPECT_EQ(range.min, 0);
  EXPECT_GT(range.max, 5);
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
