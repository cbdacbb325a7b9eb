// What training with imitated quantization left in a model: its ranges and grids are those of the integers.
#include "quantization/trained_ranges.h"

#include <algorithm>
#include <limits>

#include "quantization/weights.h"
#include "quantizing.h"

namespace litesmith::quantization {
namespace {

// Whole numbers from low to high times a step for each slice of the first axis; every slice reaches `low`.
Tensor OnGrid(const Dims& dims, const std::vector<float>& steps, int low, int high) {
  std::minstd_rand random(7);
  Tensor tensor = Tensor::Zeros(DType::kFloat32, dims);
  const auto values = tensor.mutable_data<float>();
  const size_t slice = values.size() / steps.size();
  for (size_t i = 0; i < values.size(); ++i) {
    const int range = high - low + 1;
    const int whole = i % slice == 0 ? low : low + static_cast<int>(random() % static_cast<uint32_t>(range));
    values[i] = static_cast<float>(whole) * steps[i / slice];
  }
  return tensor;
}

TEST(WeightsOnAGrid, KeepTheirNumbers) {
  const std::vector<float> steps = {0.013f, 0.4f, 7e-5f};
  const std::tuple<int, int, int> ranges[] = {{-127, 127, 8}, {-100, 60, 8}, {-128, 127, 8}, {-7, 7, 4},
                                              {-5, 3, 4},     {-8, 7, 4},    {-7, 7, 8}};
  for (const auto& [low, high, bits] : ranges) {
    const Tensor weights = OnGrid({3, 40}, steps, low, high);
    const QuantizedConstant made = QuantizeWeights(weights, 0, bits);
    EXPECT_TRUE(made.exact) << low;
    const Tensor back = Dequantize(made);
    for (size_t i = 0; i < 120; ++i) {
      EXPECT_NEAR(back.data<float>()[i], weights.data<float>()[i], 1e-4f * steps[i / 40])
          << low << " to " << high;
    }
  }
}

TEST(WeightsOnAGrid, OthersAreRoundedAsBefore) {
  const QuantizedConstant made = QuantizeWeights(RandomTensor({4, 50}, 3), 0, 8);
  EXPECT_FALSE(made.exact);
  const auto integers = made.values.data<int8_t>();
  EXPECT_EQ(*std::ranges::max_element(integers), 127);
  EXPECT_GE(*std::ranges::min_element(integers), -127);
  // 256 steps on one side of zero do not fit into 8 bits with a sign.
  EXPECT_FALSE(QuantizeWeights(OnGrid({1, 60}, {0.5f}, 1, 255), 0, 8).exact);
}

TEST(ConstantsOnAGrid, AreExact) {
  const Tensor numbers = Tensor::Of<float>({4}, std::vector<float>{3, -1, 2, 0});
  const Parameters parameters = ParametersOf(numbers, Mode::kInt8);
  const Tensor integers = QuantizeActivation(numbers, parameters, DType::kInt8);
  for (size_t i = 0; i < 4; ++i) {
    const auto steps = static_cast<float>(integers.data<int8_t>()[i] - parameters.zero_point);
    EXPECT_NEAR(steps * parameters.scale, numbers.data<float>()[i], 1e-6);
  }
}

class TrainedRangesTest : public QuantizationTest {
 protected:
  Quantized Integers(const std::shared_ptr<ir::Module>& module, bool samples, Mode mode = Mode::kInt8) {
    Options options;
    options.mode = mode;
    if (samples) return QuantizeWith(module, options, ArraySamples::Random({1, 32}, 6, -3, 3));
    auto quantized = Quantize(module, options, {}, {}, {}, context_);
    EXPECT_TRUE(quantized.ok()) << Said();
    return quantized ? *std::move(quantized) : Quantized{};
  }
  // The largest difference of the first result to that of the module as it was trained, on many inputs that
  // leave the ranges, too.
  float FarthestFromTraining(const std::shared_ptr<const ir::Module>& module, const Quantized& quantized) {
    if (quantized.module == nullptr) return INFINITY;
    float most = 0;
    for (uint32_t i = 0; i < 8; ++i) {
      const Tensor input = RandomTensor({1, 32}, 100 + i, -3, 3);
      const auto expected = Infer(module, {input}), given = Infer(quantized.module, {input});
      if (expected.empty() || given.empty()) return INFINITY;
      for (size_t k = 0; k < expected[0].data<float>().size(); ++k)
        most = std::max(most, std::fabs(expected[0].data<float>()[k] - given[0].data<float>()[k]));
    }
    return most;
  }
};

constexpr std::string_view kTrained = R"(
signature "s" @main
func @main(%x "x": f32[1,32] "x") -> ("y") {
  %a = tfl.FAKE_QUANT(%x) {max = 1.55f, min = -1.0f, num_bits = 8, narrow_range = false} : f32[1,32] "a"
  %w = const f32[32,32] #0
  %c = const f32[32] random(5)
  %b = tfl.FULLY_CONNECTED(%a, %w, %c) {fused_activation_function = 1} : f32[1,32] "b"
  %q = tfl.FAKE_QUANT(%b) {max = 5.1f, min = 0.0f, num_bits = 8, narrow_range = false} : f32[1,32] "q"
  %v = const f32[32,32] #1
  %d = tfl.FULLY_CONNECTED(%q, %v, _) {} : f32[1,32] "d"
  %r = tfl.FAKE_QUANT(%d) {max = 6.35f, min = -6.4f, num_bits = 8, narrow_range = false} : f32[1,32] "r"
  %s = tfl.ADD(%r, %q) {} : f32[1,32] "s"
  %y = tfl.FAKE_QUANT(%s) {max = 12.7f, min = -12.8f, num_bits = 8, narrow_range = false} : f32[1,32] "y"
  return %y
}
)";

TEST_F(TrainedRangesTest, IntegersComputeWhatTrainingImitated) {
  const std::vector<float> steps(32, 0.004f);
  const auto module = Parse(kTrained, {OnGrid({32, 32}, steps, -90, 90), OnGrid({32, 32}, steps, -40, 70)});
  for (const bool samples : {true, false}) {
    const Quantized quantized = Integers(module, samples);
    // A sum rounds once more than its float form: a step of the second layer, and one of its own.
    EXPECT_LE(FarthestFromTraining(module, quantized), 2 * 0.1001f) << samples;
    EXPECT_TRUE(quantized.float_ops.empty());
    ASSERT_NE(Named(*quantized.module, "s"), nullptr);
    EXPECT_EQ(Named(*quantized.module, "s")->type.dtype, DType::kInt8);
    EXPECT_NEAR(Named(*quantized.module, "d")->type.quantization->scale[0], 0.05, 1e-6);
  }
}

TEST_F(TrainedRangesTest, SamplesDoNotChangeWhatWasTrained) {
  const std::vector<float> steps(32, 0.004f);
  const auto module = Parse(kTrained, {OnGrid({32, 32}, steps, -90, 90), OnGrid({32, 32}, steps, -40, 70)});
  const ir::Text with = ir::Print(*Integers(module, true).module);
  const ir::Text without = ir::Print(*Integers(module, false).module);
  EXPECT_EQ(with.text, without.text);
  ASSERT_EQ(with.tensors.size(), without.tensors.size());
  for (size_t i = 0; i < with.tensors.size(); ++i)
    EXPECT_TRUE(SameTensor(with.tensors[i], without.tensors[i])) << i;
}

TEST_F(TrainedRangesTest, PairsOfQuantizeAndDequantizeAreTrainedRangesToo) {
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": f32[1,32] "x") -> ("y") {
  %q = tfl.QUANTIZE(%x) {} : u8[1,32]<0.01:100> "q"
  %a = tfl.DEQUANTIZE(%q) {} : f32[1,32] "a"
  %w = const f32[32,32] #0
  %p = tfl.QUANTIZE(%w) {} : i8[32,32]<0.004:0> "p"
  %v = tfl.DEQUANTIZE(%p) {} : f32[32,32] "v"
  %b = tfl.FULLY_CONNECTED(%a, %v, _) {} : f32[1,32] "b"
  %r = tfl.QUANTIZE(%b) {} : i8[1,32]<0.05:3> "r"
  %y = tfl.DEQUANTIZE(%r) {} : f32[1,32] "y"
  return %y
}
)",
                            {RandomTensor({32, 32}, 9, -0.4f, 0.4f)});
  const Quantized quantized = Integers(module, false);
  EXPECT_LE(FarthestFromTraining(module, quantized), 0.0501f);
  const auto layers = NodesOf(*quantized.module, tfl::FULLY_CONNECTED);
  ASSERT_EQ(layers.size(), 1u);
  EXPECT_EQ(layers[0]->operand(0)->type.quantization->zero_point_at(0), -28);
  EXPECT_EQ(layers[0]->output()->type.quantization->zero_point_at(0), 3);
}

TEST_F(TrainedRangesTest, FewBitsStayFewBits) {
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": f32[1,32] "x") -> ("y") {
  %a = tfl.FAKE_QUANT(%x) {max = 1.0f, min = -0.5f, num_bits = 4, narrow_range = false} : f32[1,32] "a"
  %w = const f32[32,32] #0
  %b = tfl.FULLY_CONNECTED(%a, %w, _) {} : f32[1,32] "b"
  %y = tfl.FAKE_QUANT(%b) {max = 2.0f, min = -1.0f, num_bits = 4, narrow_range = false} : f32[1,32] "y"
  return %y
}
)",
                            {OnGrid({32, 32}, std::vector<float>(32, 0.0213f), -7, 7)});
  EXPECT_LE(FarthestFromTraining(module, Integers(module, false)), 1e-5f);
}

TEST_F(TrainedRangesTest, ANarrowRangeCostsNoOp) {
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": f32[1,32] "x") -> ("y") {
  %l = const f32[] [-1.27]
  %m = tfl.MAXIMUM(%x, %l) {} : f32[1,32] "m"
  %a = tfl.FAKE_QUANT(%m) {max = 1.27f, min = -1.28f, num_bits = 8, narrow_range = false} : f32[1,32] "a"
  %w = const f32[32,32] #0
  %b = tfl.FULLY_CONNECTED(%a, %w, _) {} : f32[1,32] "b"
  %y = tfl.FAKE_QUANT(%b) {max = 1.27f, min = -1.27f, num_bits = 8, narrow_range = true} : f32[1,32] "y"
  return %y
}
)",
                            {OnGrid({32, 32}, std::vector<float>(32, 0.001f), -127, 127)});
  const Quantized quantized = Integers(module, false);
  ASSERT_NE(quantized.module, nullptr);
  EXPECT_TRUE(NodesOf(*quantized.module, tfl::MAXIMUM).empty());
  EXPECT_NEAR(NodesOf(*quantized.module, tfl::FULLY_CONNECTED)[0]->output()->type.quantization->scale[0],
              0.01, 1e-6);
}

TEST_F(TrainedRangesTest, WhatFloatsReadWasRoundedToo) {
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": f32[1,32] "x") -> ("y") {
  %a = tfl.FAKE_QUANT(%x) {max = 1.5f, min = 0.0f, num_bits = 8, narrow_range = false} : f32[1,32] "a"
  %s = tfl.SIN(%a) {} : f32[1,32] "s"
  %y = tfl.FAKE_QUANT(%s) {max = 0.8f, min = 0.0f, num_bits = 8, narrow_range = false} : f32[1,32] "y"
  return %y
}
)");
  EXPECT_LE(FarthestFromTraining(module, Integers(module, false)), 1e-5f);
}

TEST_F(TrainedRangesTest, WhatFollowsATrainedRangeTakesItOver) {
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": f32[1,32] "x") -> ("y") {
  %a = tfl.FAKE_QUANT(%x) {max = 1.27f, min = -1.28f, num_bits = 8, narrow_range = false} : f32[1,32] "a"
  %r = tfl.RELU(%a) {} : f32[1,32] "r"
  %d = const i32[2] [2, 16]
  %b = tfl.RESHAPE(%r, %d) {} : f32[2,16] "b"
  %w = const f32[16,16] #0
  %c = tfl.FULLY_CONNECTED(%b, %w, _) {} : f32[2,16] "c"
  %e = const i32[2] [1, 32]
  %f = tfl.RESHAPE(%c, %e) {} : f32[1,32] "f"
  %y = tfl.FAKE_QUANT(%f) {max = 1.27f, min = -1.28f, num_bits = 8, narrow_range = false} : f32[1,32] "y"
  return %y
}
)",
                            {OnGrid({16, 16}, std::vector<float>(16, 0.01f), -50, 50)});
  for (const bool samples : {true, false}) {
    const Quantized quantized = Integers(module, samples);
    EXPECT_LE(FarthestFromTraining(module, quantized), 0.0101f);
    EXPECT_NEAR(Named(*quantized.module, "c")->type.quantization->scale[0], 0.01, 1e-6);
  }
}

TEST_F(TrainedRangesTest, WhatTrainingLeftInFloatStaysThereUnlessThereAreSamples) {
  const std::vector<float> steps(32, 0.004f);
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": f32[1,32] "x") -> ("y") {
  %a = tfl.FAKE_QUANT(%x) {max = 1.55f, min = -1.0f, num_bits = 8, narrow_range = false} : f32[1,32] "a"
  %w = const f32[32,32] #0
  %b = tfl.FULLY_CONNECTED(%a, %w, _) {} : f32[1,32] "b"
  %q = tfl.FAKE_QUANT(%b) {max = 5.1f, min = 0.0f, num_bits = 8, narrow_range = false} : f32[1,32] "q"
  %l = tfl.LEAKY_RELU(%q) {alpha = 0.1f} : f32[1,32] "l"
  %m = tfl.MUL(%l, %q) {} : f32[1,32] "m"
  %y = tfl.FAKE_QUANT(%m) {max = 6.35f, min = -6.4f, num_bits = 8, narrow_range = false} : f32[1,32] "y"
  return %y
}
)",
                            {OnGrid({32, 32}, steps, -90, 90)});
  Options options;
  options.mode = Mode::kInt8;
  const auto made_up = ArraySamples::Random({1, 32}, 4);
  const Quantized by_training = QuantizeWith(module, options, made_up, true);
  EXPECT_EQ(Named(*by_training.module, "l")->type.dtype, DType::kFloat32);
  EXPECT_EQ(Named(*by_training.module, "b")->type.dtype, DType::kInt8);
  EXPECT_LE(FarthestFromTraining(module, by_training), 0.0501f);
  const Quantized by_samples = Integers(module, true);
  EXPECT_EQ(Named(*by_samples.module, "l")->type.dtype, DType::kInt8);
  options.float_fallback = false;
  const Quantized forced = QuantizeWith(module, options, made_up, true);
  EXPECT_EQ(Named(*forced.module, "l")->type.dtype, DType::kInt8);
}

TEST_F(TrainedRangesTest, AFixedScaleThatIsNotTheTrainedOneIsRequantized) {
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": f32[1,32] "x") -> ("y", "z") {
  %a = tfl.FAKE_QUANT(%x) {max = 1.55f, min = -1.0f, num_bits = 8, narrow_range = false} : f32[1,32] "a"
  %b = tfl.LOGISTIC(%a) {} : f32[1,32] "b"
  %y = tfl.FAKE_QUANT(%b) {max = 0.6f, min = 0.0f, num_bits = 8, narrow_range = false} : f32[1,32] "y"
  %c = tfl.LOGISTIC(%a) {} : f32[1,32] "c"
  %z = tfl.FAKE_QUANT(%c) {max = 1.0f, min = 0.0f, num_bits = 8, narrow_range = false} : f32[1,32] "z"
  return %y, %z
}
)");
  const Quantized quantized = Integers(module, false);
  EXPECT_LE(FarthestFromTraining(module, quantized), 0.0061f);
  const ir::Node* requantized = Named(*quantized.module, "b")->uses()[0].user;
  ASSERT_TRUE(requantized->Is(tfl::QUANTIZE));
  EXPECT_NEAR(requantized->output()->type.quantization->scale[0], 0.6 / 255, 1e-6);
  EXPECT_TRUE(Named(*quantized.module, "c")->uses()[0].user->Is(tfl::DEQUANTIZE)) << "nearly its own scale";
}

TEST_F(TrainedRangesTest, SixteenBitsKeepWhatEightWereTrainedFor) {
  const std::vector<float> steps(32, 0.004f);
  const auto module = Parse(kTrained, {OnGrid({32, 32}, steps, -90, 90), OnGrid({32, 32}, steps, -40, 70)});
  // Not rounded to the steps of 8 bits, but clipped where they end.
  EXPECT_LE(FarthestFromTraining(module, Integers(module, true, Mode::kInt16x8)), 4 * 0.1f);
}

}  // namespace
}  // namespace litesmith::quantization
