#include "quantization/quantize.h"

#include <functional>

#include "quantizing.h"

namespace litesmith::quantization {
namespace {

class QuantizeTest : public QuantizationTest {
 protected:
  static Options In(Mode mode) {
    Options options;
    options.mode = mode;
    return options;
  }
  size_t Count(Code code) const {
    size_t count = 0;
    for (const Finding& finding : findings_.findings()) count += finding.code == code ? 1 : 0;
    return count;
  }
};

// The second layer cancels: quantized activations of `a` cost all that `y` tells.
constexpr std::string_view kFragile = R"(
signature "s" @main
func @main(%x "x": f32[1,32] "x") -> ("y") {
  %w = const f32[32,32] random(1)
  %a = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[1,32] "first/a"
  %v = const f32[32,32] random(2)
  %b = tfl.FULLY_CONNECTED(%a, %v, _) {fused_activation_function = 1} : f32[1,32] "second/b"
  %u = const f32[4,32] random(3)
  %y = tfl.FULLY_CONNECTED(%b, %u, _) {} : f32[1,4] "third/y"
  return %y
}
)";

TEST_F(QuantizeTest, TheOriginalStaysAsItIs) {
  const auto module = Parse(kFragile);
  const std::string before = ir::Print(*module).text;
  for (const Mode mode :
       {Mode::kDynamic, Mode::kFloat16, Mode::kInt8, Mode::kInt16x8, Mode::kWeight8, Mode::kWeight4}) {
    const Quantized quantized = QuantizeWith(module, In(mode), ArraySamples::Random({1, 32}, 6));
    ASSERT_NE(quantized.module, nullptr) << NameOf(mode) << Said();
    EXPECT_GT(quantized.tensors, 0u) << NameOf(mode);
    EXPECT_NE(ir::Print(*quantized.module).text, before);
  }
  EXPECT_EQ(ir::Print(*module).text, before);
}

TEST_F(QuantizeTest, EachModeIsAsCloseAsItsBits) {
  const auto module = Parse(kFragile);
  const auto samples = ArraySamples::Random({1, 32}, 16);
  const std::pair<Mode, double> bounds[] = {{Mode::kFloat16, 0.001}, {Mode::kWeight8, 0.01},
                                            {Mode::kDynamic, 0.02},  {Mode::kInt16x8, 0.01},
                                            {Mode::kInt8, 0.04},     {Mode::kWeight4, 0.2}};
  for (const auto& [mode, bound] : bounds) {
    const Quantized quantized = QuantizeWith(module, In(mode), samples);
    ASSERT_NE(quantized.module, nullptr);
    // Four numbers of one input that was not among the samples vary more than the mean over all.
    EXPECT_LT(ErrorOn(module, quantized.module, {RandomTensor({1, 32}, 1234)}), 3 * bound) << NameOf(mode);
    ASSERT_TRUE(quantized.damage.has_value()) << "samples were given";
    EXPECT_LT(quantized.damage->drop(), bound) << NameOf(mode);
  }
}

TEST_F(QuantizeTest, DynamicWeightsAreIntegersBesideFloatInputs) {
  const Quantized quantized =
      QuantizeWith(Parse(kFragile), In(Mode::kDynamic), ArraySamples::Random({1, 32}, 4));
  ASSERT_NE(quantized.module, nullptr);
  const auto nodes = NodesOf(*quantized.module, tfl::FULLY_CONNECTED);
  ASSERT_EQ(nodes.size(), 3u);
  EXPECT_EQ(nodes[0]->operand(0)->type.dtype, DType::kFloat32);
  EXPECT_EQ(nodes[0]->operand(1)->type.dtype, DType::kInt8);
  EXPECT_TRUE(nodes[0]->attributes.Bool("asymmetric_quantize_inputs"));
  EXPECT_EQ(nodes[2]->operand(1)->type.dtype, DType::kFloat32) << "128 numbers are no reason";
}

TEST_F(QuantizeTest, StoredWeightsAreWidenedWhenTheModelIsLoaded) {
  const std::pair<Mode, DType> stored[] = {
      {Mode::kFloat16, DType::kFloat16}, {Mode::kWeight8, DType::kInt8}, {Mode::kWeight4, DType::kInt4}};
  for (const auto& [mode, type] : stored) {
    const Quantized quantized = QuantizeWith(Parse(kFragile), In(mode), ArraySamples::Random({1, 32}, 4));
    ASSERT_NE(quantized.module, nullptr);
    // Not the first: without an activation its kernel takes four bits as they are.
    const ir::Value& weights = *NodesOf(*quantized.module, tfl::FULLY_CONNECTED)[1]->operand(1);
    ASSERT_NE(weights.node(), nullptr);
    ASSERT_TRUE(weights.node()->Is(tfl::DEQUANTIZE));
    EXPECT_EQ(weights.node()->operand(0)->type.dtype, type);
  }
}

TEST_F(QuantizeTest, DenseLayersOfFourBitsHaveAScaleForEachBlock) {
  // The third of each row is 20 times larger than the rest.
  Tensor weights = RandomTensor({32, 96}, 5);
  for (size_t i = 0; i < 32 * 96; ++i) weights.mutable_data<float>()[i] *= i % 96 < 32 ? 1.0f : 0.05f;
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": f32[3,96] "x") -> ("y", "z") {
  %w = const f32[32,96] #0
  %y = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[3,32] "y"
  %z = tfl.FULLY_CONNECTED(%x, %w, _) {fused_activation_function = 1} : f32[3,32] "z"
  return %y, %z
}
)",
                            {weights});
  const Quantized quantized = QuantizeWith(module, In(Mode::kWeight4), ArraySamples::Random({3, 96}, 8));
  ASSERT_NE(quantized.module, nullptr);
  const auto layers = NodesOf(*quantized.module, tfl::FULLY_CONNECTED);
  ASSERT_EQ(layers.size(), 2u);
  const ir::Type& type = layers[0]->operand(1)->type;
  EXPECT_EQ(type.dtype, DType::kInt4);
  EXPECT_EQ(type.quantization->block_size, 32);
  ASSERT_EQ(type.quantization->scale.size(), 3u * 32);
  for (const float scale : type.quantization->scale) EXPECT_EQ(scale, static_cast<float>(Half(scale)));
  EXPECT_LT(type.quantization->scale[1] * 5, type.quantization->scale[0]);
  EXPECT_TRUE(layers[1]->operand(1)->node()->Is(tfl::DEQUANTIZE)) << "its kernel would forget the activation";
  EXPECT_LT(ErrorOn(module, quantized.module, {RandomTensor({3, 96}, 99)}), 0.15);
}

TEST_F(QuantizeTest, TheNumberOfThreadsChangesNothing) {
  const auto module = Parse(kFragile);
  const auto samples = ArraySamples::Random({1, 32}, 11);
  for (const Mode mode : {Mode::kInt8, Mode::kInt16x8, Mode::kDynamic}) {
    std::vector<ir::Text> texts;
    for (const int threads : {1, 2, 5}) {
      Options options = In(mode);
      options.threads = threads;
      const Quantized quantized = QuantizeWith(module, options, samples);
      ASSERT_NE(quantized.module, nullptr);
      texts.push_back(ir::Print(*quantized.module));
    }
    for (const ir::Text& other : texts) {
      EXPECT_EQ(other.text, texts[0].text);
      ASSERT_EQ(other.tensors.size(), texts[0].tensors.size());
      for (size_t i = 0; i < other.tensors.size(); ++i)
        EXPECT_TRUE(SameTensor(other.tensors[i], texts[0].tensors[i]));
    }
  }
}

// Its output is a small difference of large numbers, which 8 bits do not keep.
constexpr std::string_view kBadLayer = R"(
signature "s" @main
func @main(%x "x": f32[1,16] "x") -> ("y") {
  %w = const f32[16,16] random(1)
  %a = tfl.FULLY_CONNECTED(%x, %w, _) {fused_activation_function = 1} : f32[1,16] "good/a"
  %v = const f32[16,16] random(2)
  %big = const f32[16] splat(1000)
  %b = tfl.FULLY_CONNECTED(%a, %v, %big) {} : f32[1,16] "bad/b"
  %c = tfl.SUB(%b, %big) {} : f32[1,16] "c"
  %u = const f32[16,16] random(3)
  %y = tfl.FULLY_CONNECTED(%c, %u, _) {} : f32[1,16] "good/y"
  return %y
}
)";

TEST_F(QuantizeTest, ABadLayerIsFoundAndLeftInFloatUntilTheBoundIsMet) {
  const auto module = Parse(kBadLayer);
  const auto samples = ArraySamples::Random({1, 16}, 16);
  const Quantized as_is = QuantizeWith(module, In(Mode::kInt8), samples);
  ASSERT_NE(as_is.module, nullptr);
  ASSERT_GT(as_is.damage->drop(), 0.2) << "the model is not bad enough to test a repair";
  ASSERT_NE(Find(Code::kQuantizationDamage), nullptr);
  EXPECT_EQ(Find(Code::kQuantizationRepaired), nullptr);

  Options options = In(Mode::kInt8);
  options.max_accuracy_drop = 0.05;
  const Quantized repaired = QuantizeWith(module, options, samples);
  ASSERT_NE(repaired.module, nullptr);
  EXPECT_LE(repaired.damage->drop(), 0.05);
  ASSERT_NE(Find(Code::kQuantizationRepaired), nullptr);
  EXPECT_NE(Find(Code::kQuantizationRepaired)->headline.find(" of 3 layers stay in float"), std::string::npos)
      << "so few weights stay floats. " << Find(Code::kQuantizationRepaired)->headline;
  ASSERT_EQ(repaired.sensitivity.size(), 3u);
  EXPECT_EQ(repaired.sensitivity[0].name, "bad/b");
  EXPECT_TRUE(repaired.sensitivity[0].kept_float);
  EXPECT_FALSE(repaired.sensitivity[2].kept_float) << "no more layers than it takes";
  EXPECT_LT(ErrorOn(module, repaired.module, {RandomTensor({1, 16}, 4321)}), 0.15);
}

// The first layer's results have one outlying channel that the second does not read; all is large enough for
// integer weights beside float activations.
constexpr std::string_view kOutlier = R"(
signature "s" @main
func @main(%x "x": f32[1,64] "x") -> ("y") {
  %w = const f32[64,64] random(1)
  %big = const f32[64] splat(300)
  %a = tfl.FULLY_CONNECTED(%x, %w, %big) {} : f32[1,64] "first/a"
  %c = tfl.SUB(%a, %big) {} : f32[1,64] "c"
  %v = const f32[64,64] random(2)
  %b = tfl.FULLY_CONNECTED(%c, %v, _) {fused_activation_function = 1} : f32[1,64] "second/b"
  %u = const f32[64,64] random(3)
  %y = tfl.FULLY_CONNECTED(%b, %u, _) {} : f32[1,64] "third/y"
  return %y
}
)";

TEST_F(QuantizeTest, ARepairedLayerKeepsIntegerWeights) {
  const auto module = Parse(kOutlier);
  Options options = In(Mode::kInt8);
  options.max_accuracy_drop = 0.05;
  const Quantized repaired = QuantizeWith(module, options, ArraySamples::Random({1, 64}, 16));
  ASSERT_NE(repaired.module, nullptr) << Said();
  EXPECT_LE(repaired.damage->drop(), 0.05);
  EXPECT_NE(Find(Code::kQuantizationRepaired)->headline.find("1 of 3 layers take float activations"),
            std::string::npos)
      << Find(Code::kQuantizationRepaired)->headline;
  const ir::Node& first = *NodesOf(*repaired.module, tfl::FULLY_CONNECTED)[0];
  EXPECT_EQ(first.operand(0)->type.dtype, DType::kFloat32);
  EXPECT_EQ(first.constant_operand(1)->dtype(), DType::kInt8);
  EXPECT_NEAR(repaired.hybrid_share, 1.0 / 3, 1e-6);
  EXPECT_NEAR(repaired.integer_share, 2.0 / 3, 1e-6);
}

TEST_F(QuantizeTest, ABoundThatNothingTellsOfIsWarnedOf) {
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": f32[1,8] "x") -> ("y") {
  %w = const f32[4,8] splat(0)
  %y = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[1,4] "y"
  return %y
}
)");
  Options options = In(Mode::kInt8);
  const auto samples = ArraySamples::Random({1, 8}, 4);
  ASSERT_NE(QuantizeWith(module, options, samples).module, nullptr) << Said();
  EXPECT_EQ(Find(Code::kQuantizationDamage), nullptr) << "nobody asked";
  options.max_accuracy_drop = 0.02;
  ASSERT_NE(QuantizeWith(module, options, samples).module, nullptr) << Said();
  ASSERT_NE(Find(Code::kQuantizationDamage), nullptr);
  EXPECT_EQ(Find(Code::kQuantizationDamage)->severity, Severity::kWarning);
}

TEST_F(QuantizeTest, AModelThatComesOutAsItWentInIsWarnedOf) {
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": f32[1,16] "x") -> ("y") {
  %y = tfl.RELU(%x) {} : f32[1,16] "y"
  return %y
}
)");
  const Quantized quantized = QuantizeWith(module, In(Mode::kInt8), ArraySamples::Random({1, 16}, 6));
  ASSERT_NE(quantized.module, nullptr);
  ASSERT_NE(Find(Code::kKeptInFloat), nullptr) << Said();
  EXPECT_EQ(Find(Code::kKeptInFloat)->headline, "nothing of the model is int8 now");
}

TEST_F(QuantizeTest, ABoundOfNothingLeavesAllLayersInFloat) {
  Options options = In(Mode::kInt8);
  options.max_accuracy_drop = 0;
  const Quantized quantized = QuantizeWith(Parse(kBadLayer), options, ArraySamples::Random({1, 16}, 6));
  ASSERT_NE(quantized.module, nullptr);
  EXPECT_EQ(quantized.damage->drop(), 0);
  ASSERT_NE(Find(Code::kQuantizationRepaired), nullptr);
  EXPECT_NE(Find(Code::kQuantizationRepaired)->headline.find("3 of 3 layers stay in float"),
            std::string::npos)
      << "so few weights are not worth integers";
}

TEST_F(QuantizeTest, LayersAreRankedByWhatQuantizingThemCosts) {
  Options options = In(Mode::kInt8);
  options.measure_sensitivity = true;
  const Quantized quantized = QuantizeWith(Parse(kBadLayer), options, ArraySamples::Random({1, 16}, 6));
  ASSERT_EQ(quantized.sensitivity.size(), 3u);
  double share = 0;
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_GE(quantized.sensitivity[i > 0 ? i - 1 : 0].error, quantized.sensitivity[i].error);
    EXPECT_FALSE(quantized.sensitivity[i].kept_float);
    share += quantized.sensitivity[i].multiply_adds;
  }
  EXPECT_NEAR(share, 1, 1e-9);
}

TEST_F(QuantizeTest, LayersAreKeptInFloatByName) {
  Options options = In(Mode::kInt8);
  options.keep_float = {"^second/", "no such layer"};
  const Quantized quantized = QuantizeWith(Parse(kFragile), options, ArraySamples::Random({1, 32}, 6));
  ASSERT_NE(quantized.module, nullptr);
  const auto nodes = NodesOf(*quantized.module, tfl::FULLY_CONNECTED);
  EXPECT_EQ(nodes[0]->operand(1)->type.dtype, DType::kInt8);
  EXPECT_EQ(nodes[1]->operand(1)->type.dtype, DType::kFloat32);
  EXPECT_EQ(nodes[2]->operand(1)->type.dtype, DType::kInt8);
  // A pattern that matches nothing is most likely wrong.
  ASSERT_EQ(Count(Code::kQuantizationOptions), 1u);
  EXPECT_EQ(Find(Code::kQuantizationOptions)->severity, Severity::kWarning);
  EXPECT_NE(Find(Code::kQuantizationOptions)->headline.find("no such layer"), std::string::npos);
}

TEST_F(QuantizeTest, WhatIsQuantizedAlreadyIsRefused) {
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": f32[1,4] "x") -> ("y") {
  %q = tfl.QUANTIZE(%x) {} : i8[1,4]<0.5:3> "q"
  %r = tfl.RELU(%q) {} : i8[1,4]<0.5:3> "r"
  %y = tfl.DEQUANTIZE(%r) {} : f32[1,4] "y"
  return %y
}
)");
  EXPECT_EQ(QuantizeWith(module, In(Mode::kInt8), ArraySamples::Random({1, 4}, 2)).module, nullptr);
  ASSERT_NE(Find(Code::kAlreadyQuantized), nullptr);
  EXPECT_NE(Find(Code::kAlreadyQuantized)->cause.find("'q'"), std::string::npos);
}

TEST_F(QuantizeTest, AModelOfIntegersHasNothingToQuantize) {
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": i32[1,4] "x") -> ("y") {
  %y = tfl.ADD(%x, %x) {} : i32[1,4] "y"
  return %y
}
)");
  EXPECT_EQ(QuantizeWith(module, In(Mode::kInt8), ArraySamples({})).module, nullptr);
  ASSERT_NE(Find(Code::kQuantizationNotAsAsked), nullptr);
  EXPECT_EQ(Find(Code::kQuantizationNotAsAsked)->headline, "there is nothing to quantize");
}

TEST_F(QuantizeTest, OpsWithoutIntegerFormStayInFloatWithAWordOrAreRefused) {
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": f32[1,16] "x") -> ("y") {
  %w = const f32[16,16] random(1)
  %a = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[1,16] "a"
  %s = tfl.SIN(%a) {} : f32[1,16] "s"
  %y = tfl.FULLY_CONNECTED(%s, %w, _) {} : f32[1,16] "y"
  return %y
}
)");
  const auto samples = ArraySamples::Random({1, 16}, 60);
  const Quantized quantized = QuantizeWith(module, In(Mode::kInt8), samples);
  ASSERT_NE(quantized.module, nullptr);
  ASSERT_EQ(Count(Code::kKeptInFloat), 1u);
  EXPECT_EQ(Find(Code::kKeptInFloat)->node, "s");
  EXPECT_LT(ErrorOn(module, quantized.module, {RandomTensor({1, 16}, 8)}), 0.05);
  ASSERT_EQ(quantized.float_ops.size(), 1u);
  EXPECT_EQ(quantized.float_ops[0].op, "SIN");
  EXPECT_EQ(quantized.integer_share, 1);

  Options strict = In(Mode::kInt8);
  strict.float_fallback = false;
  EXPECT_EQ(QuantizeWith(module, strict, samples).module, nullptr);
  ASSERT_NE(Find(Code::kQuantizationNotAsAsked), nullptr);
  EXPECT_EQ(Find(Code::kQuantizationNotAsAsked)->op, "SIN");
}

TEST_F(QuantizeTest, WhatAnOpWithoutIntegerFormGivesStaysFloatAndIsTold) {
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": f32[1,32] "x") -> ("y", "z") {
  %w = const f32[32,32] random(1)
  %y = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[1,32] "y"
  %z = tfl.COS(%y) : f32[1,32] "z"
  return %y, %z
}
)");
  Options options = In(Mode::kInt8);
  options.output_type = DType::kInt8;
  const Quantized quantized = QuantizeWith(module, options, ArraySamples::Random({1, 32}, 4));
  ASSERT_NE(quantized.module, nullptr) << Said();
  const ir::Function& main = *quantized.module->functions()[0];
  EXPECT_EQ(main.result(0)->type.dtype, DType::kInt8);
  EXPECT_EQ(main.result(1)->type.dtype, DType::kFloat32);
  EXPECT_NE(Said().find("output z stays float32"), std::string::npos) << Said();
}

TEST_F(QuantizeTest, RangesThatWereTrainedBecomeThoseOfTheIntegers) {
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": f32[1,32] "x") -> ("y") {
  %a = tfl.FAKE_QUANT(%x) {max = 1.546f, min = -1.004f, num_bits = 8, narrow_range = false} : f32[1,32] "a"
  %w = const f32[32,32] random(1)
  %b = tfl.FULLY_CONNECTED(%a, %w, _) {} : f32[1,32] "b"
  %y = tfl.FAKE_QUANT(%b) {max = 25.5f, min = 0.0f, num_bits = 8, narrow_range = false} : f32[1,32] "y"
  return %y
}
)");
  const Quantized quantized = QuantizeWith(module, In(Mode::kInt8), ArraySamples::Random({1, 32}, 4));
  ASSERT_NE(quantized.module, nullptr) << Said();
  const auto nodes = NodesOf(*quantized.module, tfl::FULLY_CONNECTED);
  ASSERT_EQ(nodes.size(), 1u);
  // TensorFlow moves the range so that 0 is one of its 255 steps: 100 of them lie below.
  EXPECT_EQ(nodes[0]->operand(0)->type.quantization->zero_point_at(0), -28);
  EXPECT_NEAR(nodes[0]->operand(0)->type.quantization->scale[0], 0.01, 1e-6);
  EXPECT_NEAR(nodes[0]->output()->type.quantization->scale[0], 0.1, 1e-6);
  EXPECT_EQ(Count(Code::kTrainedRanges), 1u);
  EXPECT_TRUE(NodesOf(*quantized.module, tfl::FAKE_QUANT).empty());
}

TEST_F(QuantizeTest, AnOpThatGivesNanIsNamedWithItsSampleAndStaysInFloat) {
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": f32[1,16] "x") -> ("y", "z") {
  %w = const f32[16,16] random(1)
  %l = tfl.LOG(%x) {} : f32[1,16] "l"
  %y = tfl.FULLY_CONNECTED(%l, %w, _) {} : f32[1,16] "y"
  %z = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[1,16] "z"
  return %y, %z
}
)");
  std::vector<std::vector<Tensor>> samples;
  for (uint32_t i = 0; i < 4; ++i) samples.push_back({RandomTensor({1, 16}, i, i == 2 ? -1.0f : 0.5f, 1)});
  const Quantized quantized = QuantizeWith(module, In(Mode::kInt8), ArraySamples(samples));
  ASSERT_NE(quantized.module, nullptr) << Said();
  ASSERT_NE(Find(Code::kSampleNotFinite), nullptr);
  EXPECT_EQ(Find(Code::kSampleNotFinite)->severity, Severity::kWarning);
  EXPECT_EQ(Find(Code::kSampleNotFinite)->headline, "LOG gives NaN or infinity on sample 2");
  const auto nodes = NodesOf(*quantized.module, tfl::FULLY_CONNECTED);
  EXPECT_EQ(nodes[0]->operand(1)->type.dtype, DType::kFloat32);
  EXPECT_EQ(nodes[1]->operand(1)->type.dtype, DType::kInt8);
}

TEST_F(QuantizeTest, ABranchThatNoSampleTakesIsTold) {
  const auto module = Parse(R"(
signature "s" @main
func @main(%c "c": bool[] "c", %x "x": f32[1,16] "x") -> ("y") {
  %y = tfl.IF(%c, %x) {then_subgraph_index = @yes, else_subgraph_index = @no} : f32[1,16] "y"
  return %y
}
func @yes(%x "x": f32[1,16]) {
  %w = const f32[16,16] random(1)
  %y = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[1,16] "taken"
  return %y
}
func @no(%x "x": f32[1,16]) {
  %w = const f32[16,16] random(2)
  %y = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[1,16] "missed"
  return %y
}
)");
  std::vector<std::vector<Tensor>> samples;
  for (uint32_t i = 0; i < 4; ++i) samples.push_back({Tensor::Scalar<bool>(true), RandomTensor({1, 16}, i)});
  const Quantized quantized = QuantizeWith(module, In(Mode::kInt8), ArraySamples(samples));
  ASSERT_NE(quantized.module, nullptr) << Said();
  ASSERT_EQ(Count(Code::kPartNeverReached), 1u) << Said();
  EXPECT_EQ(Find(Code::kPartNeverReached)->node, "missed");
  const auto weights_of = [&](std::string_view name) {
    return Named(*quantized.module, name)->node()->operand(1)->type.dtype;
  };
  EXPECT_EQ(weights_of("taken"), DType::kInt8);
  EXPECT_EQ(weights_of("missed"), DType::kFloat32);
}

TEST_F(QuantizeTest, EachSignatureIsReachedByItsOwnSamples) {
  const auto module = Parse(R"(
signature "one" @first
signature "two" @second
func @first(%x "x": f32[1,16] "x") -> ("y") {
  %w = const f32[16,16] random(1)
  %y = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[1,16] "a"
  return %y
}
func @second(%x "x": f32[1,16] "x") -> ("y") {
  %w = const f32[16,16] random(2)
  %y = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[1,16] "b"
  return %y
}
)");
  const auto samples = ArraySamples::Random({1, 16}, 4);
  const auto quantized =
      Quantize(module, In(Mode::kInt8), {{"one", &samples}, {"two", &samples}}, {}, {}, context_);
  ASSERT_TRUE(quantized.ok()) << Said();
  EXPECT_EQ(Find(Code::kPartNeverReached), nullptr) << Said();
  for (const char* name : {"a", "b"})
    EXPECT_EQ(Named(*quantized->module, name)->node()->operand(1)->type.dtype, DType::kInt8);
}

TEST_F(QuantizeTest, TensorsOfVeryDifferentRangesUnderOneScaleAreWarnedOf) {
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": f32[1,16] "x") -> ("y") {
  %w = const f32[16,16] random(1)
  %big = const f32[16,16] splat(100)
  %a = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[1,16] "scores"
  %b = tfl.FULLY_CONNECTED(%x, %big, _) {} : f32[1,16] "boxes"
  %c = tfl.CONCATENATION(%a, %b) {axis = 1} : f32[1,32] "joined"
  %v = const f32[4,32] random(2)
  %y = tfl.FULLY_CONNECTED(%c, %v, _) {} : f32[1,4] "y"
  return %y
}
)");
  const Quantized quantized = QuantizeWith(module, In(Mode::kInt8), ArraySamples::Random({1, 16}, 6));
  ASSERT_NE(quantized.module, nullptr);
  ASSERT_EQ(Count(Code::kOneScaleForDifferentRanges), 1u) << Said();
  EXPECT_NE(Find(Code::kOneScaleForDifferentRanges)->cause.find("'scores'"), std::string::npos);
}

TEST_F(QuantizeTest, WithoutAnySampleThereIsNoIntegerModel) {
  EXPECT_EQ(QuantizeWith(Parse(kFragile), In(Mode::kInt8), ArraySamples({})).module, nullptr);
  EXPECT_NE(Find(Code::kSamplesMissing), nullptr);
}

TEST_F(QuantizeTest, CancellingEndsItWithoutAModel) {
  const auto module = Parse(kFragile);
  const auto samples = ArraySamples::Random({1, 32}, 6);
  const volatile bool cancelled = true;
  Context context{*host_, findings_, {}, &cancelled};
  EXPECT_FALSE(Quantize(module, In(Mode::kInt8), {{"", &samples, false}}, {}, {}, context).ok());
}

}  // namespace
}  // namespace litesmith::quantization
