// Integer forms run through the interpreter against the float model.
#include "quantizing.h"

namespace litesmith::quantization {
namespace {

struct OpCase {
  const char* name;
  const char* body;          // from %x f32[1,6,6,8] to %y
  double int8, int16;        // bounds of the relative error; 0 for int16: no such kernel
  float low = -1, high = 1;  // of the inputs
};

// Bounds: int8 has 1/255 of a range as its step, whose root mean square is 0.3 steps; int16x8 is bounded by
// its 8-bit weights where there are some.
const OpCase kCases[] = {
    {"Convolution", R"(
  %w = const f32[8,3,3,8] random(1)
  %b = const f32[8] random(2)
  %y = tfl.CONV_2D(%x, %w, %b) {padding = 0, stride_h = 1, stride_w = 1} : f32[1,6,6,8] "y")",
     0.02, 0.005},
    {"ConvolutionWithRelu6", R"(
  %w = const f32[8,3,3,8] random(1)
  %b = const f32[8] random(2)
  %y = tfl.CONV_2D(%x, %w, %b) {fused_activation_function = 3, padding = 1, stride_h = 2, stride_w = 2} : f32[1,2,2,8] "y")",
     0.02, 0.005},
    {"Depthwise", R"(
  %w = const f32[1,3,3,8] random(1)
  %b = const f32[8] random(2)
  %y = tfl.DEPTHWISE_CONV_2D(%x, %w, %b) {depth_multiplier = 1, padding = 0, stride_h = 1, stride_w = 1} : f32[1,6,6,8] "y")",
     0.02, 0.005},
    {"TransposedConvolution", R"(
  %s = const i32[4] [1, 12, 12, 4]
  %w = const f32[4,3,3,8] random(1)
  %y = tfl.TRANSPOSE_CONV(%s, %w, %x, _) {padding = 0, stride_h = 2, stride_w = 2} : f32[1,12,12,4] "y")",
     0.02, 0.005},
    {"FullyConnectedOfRows", R"(
  %w = const f32[5,8] random(1)
  %b = const f32[5] random(2)
  %y = tfl.FULLY_CONNECTED(%x, %w, %b) {keep_num_dims = true} : f32[1,6,6,5] "y")",
     0.02, 0.005},
    {"MatricesThatAreComputed", R"(
  %t = tfl.RELU(%x) {} : f32[1,6,6,8] "t"
  %y = tfl.BATCH_MATMUL(%x, %t) {adj_y = true} : f32[1,6,6,6] "y")",
     0.03, 0.0005},
    {"AdditionOfAConstant", R"(
  %c = const f32[8] random(4)
  %y = tfl.ADD(%x, %c) {} : f32[1,6,6,8] "y")",
     0.01, 0.0005},
    {"SubtractionAndProduct", R"(
  %a = tfl.TANH(%x) {} : f32[1,6,6,8] "a"
  %s = tfl.SUB(%x, %a) {} : f32[1,6,6,8] "s"
  %y = tfl.MUL(%s, %a) {} : f32[1,6,6,8] "y")",
     0.05, 0.002, -3, 3},
    {"Sigmoid", "\n  %y = tfl.LOGISTIC(%x) {} : f32[1,6,6,8] \"y\"", 0.02, 0.0005, -6, 6},
    {"Softmax", "\n  %y = tfl.SOFTMAX(%x) {beta = 1.0f} : f32[1,6,6,8] \"y\"", 0.03, 0.002, -3, 3},
    {"Normalization", "\n  %y = tfl.L2_NORMALIZATION(%x) {} : f32[1,6,6,8] \"y\"", 0.02, 0},
    {"HardSwish", "\n  %y = tfl.HARD_SWISH(%x) {} : f32[1,6,6,8] \"y\"", 0.02, 0, -4, 4},
    {"LeakyRelu", "\n  %y = tfl.LEAKY_RELU(%x) {alpha = 0.1f} : f32[1,6,6,8] \"y\"", 0.01, 0.0005},
    {"MeanOfAPlane", R"(
  %axes = const i32[2] [1, 2]
  %y = tfl.MEAN(%x, %axes) {keep_dims = true} : f32[1,1,1,8] "y")",
     0.05, 0.002, 0, 1},
    {"SumOfChannels", R"(
  %axes = const i32[1] [3]
  %y = tfl.SUM(%x, %axes) {keep_dims = false} : f32[1,6,6] "y")",
     0.02, 0},
    {"PoolsAndPadding", R"(
  %p = const i32[4,2] [0, 0, 1, 1, 1, 1, 0, 0]
  %a = tfl.PAD(%x, %p) {} : f32[1,8,8,8] "a"
  %y = tfl.AVERAGE_POOL_2D(%a) {padding = 1, stride_w = 2, stride_h = 2, filter_width = 2, filter_height = 2} : f32[1,4,4,8] "y")",
     0.02, 0.0005},
    {"PaddingWithANumber", R"(
  %p = const i32[4,2] [0, 0, 1, 1, 1, 1, 0, 0]
  %c = const f32[] [-0.75]
  %y = tfl.PADV2(%x, %p, %c) {} : f32[1,8,8,8] "y")",
     0.01, 0.0005},
    {"JoinOfOtherScales", R"(
  %a = tfl.LOGISTIC(%x) {} : f32[1,6,6,8] "a"
  %c = const f32[1,6,6,2] random(7)
  %y = tfl.CONCATENATION(%x, %a, %c) {axis = 3} : f32[1,6,6,18] "y")",
     0.02, 0.0005, -3, 3},
    {"PartsAndTheirLargest", R"(
  %axis = const i32[] [3]
  %a, %b = tfl.SPLIT(%axis, %x) {num_splits = 2} : f32[1,6,6,4] "a", f32[1,6,6,4] "b"
  %y = tfl.MAXIMUM(%a, %b) {} : f32[1,6,6,4] "y")",
     0.01, 0.0005},
    {"Resize", R"(
  %s = const i32[2] [12, 12]
  %y = tfl.RESIZE_BILINEAR(%x, %s) {align_corners = false, half_pixel_centers = true} : f32[1,12,12,8] "y")",
     0.02, 0.0005},
    {"MovedElements", R"(
  %p = const i32[4] [0, 3, 1, 2]
  %t = tfl.TRANSPOSE(%x, %p) {} : f32[1,8,6,6] "t"
  %i = const i32[3] [5, 0, 2]
  %y = tfl.GATHER(%t, %i) {axis = 1} : f32[1,3,6,6] "y")",
     0.01, 0.0005},
};

class IntegerForms : public QuantizationTest, public testing::WithParamInterface<OpCase> {
 protected:
  void Check(Mode mode, double bound) {
    const OpCase& op = GetParam();
    const auto module = Parse("signature \"s\" @main\nfunc @main(%x \"x\": f32[1,6,6,8] \"x\") -> (\"y\") {" +
                              std::string(op.body) + "\n  return %y\n}\n");
    Options options;
    options.mode = mode;
    options.float_fallback = false;
    const auto samples = ArraySamples::Random({1, 6, 6, 8}, 12, op.low, op.high);
    const Quantized quantized = QuantizeWith(module, options, samples);
    ASSERT_NE(quantized.module, nullptr) << Said();
    // What is left in float are the two ends.
    for (const ir::Node& node : quantized.module->functions()[0]->nodes()) {
      if (node.Is(tfl::QUANTIZE) || node.op().dialect == ir::Dialect::kCore) continue;
      for (size_t i = 0; i < node.operand_count(); ++i) {
        if (node.operand(i) == nullptr) continue;
        EXPECT_NE(node.operand(i)->type.dtype, DType::kFloat32) << node.op_name();
      }
    }
    EXPECT_LT(ErrorOn(module, quantized.module, {RandomTensor({1, 6, 6, 8}, 3, op.low, op.high)}), bound);
  }
};

TEST_P(IntegerForms, EightBitsAreCloseToFloat) { Check(Mode::kInt8, GetParam().int8); }

TEST_P(IntegerForms, SixteenBitsAreCloserOrRefused) {
  if (GetParam().int16 > 0) return Check(Mode::kInt16x8, GetParam().int16);
  const auto module = Parse("signature \"s\" @main\nfunc @main(%x \"x\": f32[1,6,6,8] \"x\") -> (\"y\") {" +
                            std::string(GetParam().body) + "\n  return %y\n}\n");
  Options options;
  options.mode = Mode::kInt16x8;
  options.float_fallback = false;
  EXPECT_EQ(QuantizeWith(module, options, ArraySamples::Random({1, 6, 6, 8}, 2)).module, nullptr);
  ASSERT_NE(Find(Code::kQuantizationNotAsAsked), nullptr);
  EXPECT_EQ(Find(Code::kQuantizationNotAsAsked)->fixes.at(1).option, "--quantize int8");
}

INSTANTIATE_TEST_SUITE_P(Ops, IntegerForms, testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.name); });

class IntegerRewrite : public QuantizationTest {};

constexpr std::string_view kTwoLayers = R"(
signature "s" @main
func @main(%x "x": f32[1,16] "x") -> ("y") {
  %w = const f32[16,16] random(1)
  %b = const f32[16] random(2)
  %a = tfl.FULLY_CONNECTED(%x, %w, %b) {fused_activation_function = 1} : f32[1,16] "a"
  %v = const f32[4,16] random(3)
  %y = tfl.FULLY_CONNECTED(%a, %v, _) {} : f32[1,4] "y"
  return %y
}
)";

TEST_F(IntegerRewrite, BiasesHaveTheProductOfTheScales) {
  const auto module = Parse(kTwoLayers);
  for (const auto& [mode, type] : {std::pair{Mode::kInt8, DType::kInt32}, {Mode::kInt16x8, DType::kInt64}}) {
    Options options;
    options.mode = mode;
    const Quantized quantized = QuantizeWith(module, options, ArraySamples::Random({1, 16}, 8));
    ASSERT_NE(quantized.module, nullptr);
    const ir::Node& node = *NodesOf(*quantized.module, tfl::FULLY_CONNECTED)[0];
    ASSERT_EQ(node.operand(2)->type.dtype, type);
    const float input = node.operand(0)->type.quantization->scale[0];
    const Quantization& weights = *node.operand(1)->type.quantization;
    const Quantization& bias = *node.operand(2)->type.quantization;
    ASSERT_EQ(bias.scale.size(), weights.scale.size());
    for (size_t i = 0; i < bias.scale.size(); ++i) EXPECT_FLOAT_EQ(bias.scale[i], input * weights.scale[i]);
  }
}

TEST_F(IntegerRewrite, SumsOf16BitsHaveABiasThatMakesThemWide) {
  Options options;
  options.mode = Mode::kInt16x8;
  const Quantized quantized = QuantizeWith(Parse(kTwoLayers), options, ArraySamples::Random({1, 16}, 8));
  ASSERT_NE(quantized.module, nullptr);
  for (const ir::Node* node : NodesOf(*quantized.module, tfl::FULLY_CONNECTED)) {
    ASSERT_NE(node->operand_or_null(2), nullptr);
    EXPECT_EQ(node->operand(2)->type.dtype, DType::kInt64);
  }
}

TEST_F(IntegerRewrite, IntegersGoInAndOutAsAsked) {
  const auto module = Parse(kTwoLayers);
  struct Ends {
    Mode mode;
    DType type;
  };
  for (const Ends& ends : {Ends{Mode::kInt8, DType::kInt8}, Ends{Mode::kInt8, DType::kUInt8},
                           Ends{Mode::kInt16x8, DType::kInt16}}) {
    Options options;
    options.mode = ends.mode;
    options.input_type = options.output_type = ends.type;
    const Quantized quantized = QuantizeWith(module, options, ArraySamples::Random({1, 16}, 8));
    ASSERT_NE(quantized.module, nullptr);
    const ir::Function& main = *quantized.module->functions()[0];
    EXPECT_EQ(main.parameter(0)->type.dtype, ends.type);
    EXPECT_EQ(main.result(0)->type.dtype, ends.type);
    EXPECT_EQ(main.parameter(0)->name, "x");
    // The integers mean what the float model computes.
    const Quantization& in = *main.parameter(0)->type.quantization;
    const Quantization& out = *main.result(0)->type.quantization;
    const Tensor real = RandomTensor({1, 16}, 77);
    const Tensor given = QuantizeActivation(real, {in.scale[0], in.zero_point_at(0)}, ends.type);
    const auto expected = Infer(module, {real}), actual = Infer(quantized.module, {given});
    ASSERT_EQ(actual.size(), 1u) << Said();
    const auto integers = actual[0].ToDouble();
    ASSERT_TRUE(integers.has_value());
    for (size_t i = 0; i < integers->size(); ++i) {
      const double value =
          ((*integers)[i] - static_cast<double>(out.zero_point_at(0))) * static_cast<double>(out.scale[0]);
      EXPECT_NEAR(value, expected[0].data<float>()[i], 0.1);
    }
  }
}

TEST_F(IntegerRewrite, AParameterThatIsAlsoAResultKeepsItsFloats) {
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": f32[1,16] "x") -> ("y", "same") {
  %w = const f32[16,16] random(1)
  %y = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[1,16] "y"
  return %y, %x
}
)");
  Options options;
  options.mode = Mode::kInt8;
  const Quantized quantized = QuantizeWith(module, options, ArraySamples::Random({1, 16}, 4));
  ASSERT_NE(quantized.module, nullptr);
  const Tensor x = RandomTensor({1, 16}, 9);
  const auto results = Infer(quantized.module, {x});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_TRUE(SameTensor(results[1], x));
}

TEST_F(IntegerRewrite, AHugeBiasOverTinyWeightsStillFitsIts32Bits) {
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": f32[1,2] "x") -> ("y") {
  %w = const f32[2,2] [1e-9, -1e-9, 1, 0.5]
  %b = const f32[2] [1000, 0.25]
  %y = tfl.FULLY_CONNECTED(%x, %w, %b) {} : f32[1,2] "y"
  return %y
}
)");
  Options options;
  options.mode = Mode::kInt8;
  const Quantized quantized = QuantizeWith(module, options, ArraySamples::Random({1, 2}, 8));
  ASSERT_NE(quantized.module, nullptr);
  const auto results = Infer(quantized.module, {RandomTensor({1, 2}, 5)});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_NEAR(results[0].data<float>()[0], 1000, 4);
}

}  // namespace
}  // namespace litesmith::quantization
