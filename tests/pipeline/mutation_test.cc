// Lowerings made wrong on purpose, one at a time, in the converted module: verify must find each and name the
// source's op. What is planted is what goes wrong in converters: an axis, a padding, a rounding, operands.
#include "verifying.h"

namespace litesmith::pipeline {
namespace {

using Plant = std::function<void(ir::Node& node)>;

struct Mutation {
  const char* name;
  const char* source_op;  // that verify has to name
  const char* file_op;    // that is changed
  const char* graph;      // from %x to %y
  Plant plant;
};

ir::Node* FindOp(const ir::Module& module, std::string_view name) {
  for (ir::Node& node : module.functions()[0]->nodes()) {
    if (node.op_name() == name) return &node;
  }
  return nullptr;
}

void SwapOperands(ir::Node& node) {
  ir::Value* first = node.operand(0);
  node.SetOperand(0, node.operand(1));
  node.SetOperand(1, first);
}

template <class T>
Plant SetAttribute(const char* name, T value) {
  return [=](ir::Node& node) {
    const T* before = node.attributes.FindAs<T>(name);
    ASSERT_NE(before, nullptr) << "the op has no " << name;
    EXPECT_NE(*before, value) << "nothing changes";
    node.attributes.Set(name, value);
  };
}

Plant SetInts(size_t operand, Dims dims, std::vector<int32_t> values) {
  return [=](ir::Node& node) {
    ir::Builder builder(node);
    node.SetOperand(operand, builder.Constant(Tensor::Of<int32_t>(dims, values)));
  };
}

// The constant operand with its elements in the opposite order.
Plant ReverseConstant(size_t operand) {
  return [=](ir::Node& node) {
    const Tensor* tensor = node.constant_operand(operand);
    ASSERT_NE(tensor, nullptr);
    std::vector<float> values(tensor->data<float>().begin(), tensor->data<float>().end());
    std::reverse(values.begin(), values.end());
    ir::Builder builder(node);
    node.SetOperand(operand, builder.Constant(Tensor::Of<float>(tensor->dims(), values)));
  };
}

Plant Become(const ir::OpDef& op) {
  return [&op](ir::Node& node) {
    ir::Builder builder(node);
    ir::Node* other = builder.Create(op, node.operands(), {node.output()->type}, node.attributes);
    other->output()->name = node.output()->name;
    node.output()->ReplaceAllUsesWith(other->output());
    node.function()->Erase(&node);
  };
}

const Mutation kMutations[] = {
    {"ConvolutionPadding", "Conv2D", "CONV_2D", R"(
  %w = const f32[3,3,4,4] random(1)
  %y = tf.Conv2D(%x, %w) {padding = "SAME", strides = [1, 1, 1, 1]} : f32[1,4,4,4] "y")",
     SetAttribute("padding", int64_t{1})},
    {"ConvolutionStrides", "Conv2D", "CONV_2D", R"(
  %w = const f32[1,1,4,4] random(1)
  %y = tf.Conv2D(%x, %w) {padding = "SAME", strides = [1, 2, 2, 1]} : f32[1,2,2,4] "y")",
     SetAttribute("stride_w", int64_t{1})},
    {"WeightsInAnotherOrder", "Conv2D", "CONV_2D", R"(
  %w = const f32[3,3,4,4] random(1)
  %y = tf.Conv2D(%x, %w) {padding = "SAME", strides = [1, 1, 1, 1]} : f32[1,4,4,4] "y")",
     ReverseConstant(1)},
    {"WrongBias", "BiasAdd", "CONV_2D", R"(
  %w = const f32[1,1,4,4] random(1)
  %b = const f32[4] [1, 2, 3, 4]
  %c = tf.Conv2D(%x, %w) {padding = "SAME", strides = [1, 1, 1, 1]} : f32[1,4,4,4] "c"
  %y = tf.BiasAdd(%c, %b) : f32[1,4,4,4] "y")",
     ReverseConstant(2)},
    {"FusedActivation", "Relu6", "CONV_2D", R"(
  %w = const f32[1,1,4,4] splat(3)
  %c = tf.Conv2D(%x, %w) {padding = "SAME", strides = [1, 1, 1, 1]} : f32[1,4,4,4] "c"
  %y = tf.Relu6(%c) : f32[1,4,4,4] "y")",
     SetAttribute("fused_activation_function", int64_t{1})},
    {"DepthwiseDilation", "DepthwiseConv2dNative", "DEPTHWISE_CONV_2D", R"(
  %w = const f32[3,3,4,1] random(1)
  %y = tf.DepthwiseConv2dNative(%x, %w) {padding = "SAME", strides = [1, 1, 1, 1]} : f32[1,4,4,4] "y")",
     SetAttribute("dilation_h_factor", int64_t{2})},
    {"PoolingKind", "MaxPool", "MAX_POOL_2D", R"(
  %y = tf.MaxPool(%x) {ksize = [1, 2, 2, 1], padding = "VALID", strides = [1, 2, 2, 1]} : f32[1,2,2,4] "y")",
     Become(tfl::AVERAGE_POOL_2D)},
    {"Slope", "LeakyRelu", "LEAKY_RELU", R"(
  %k = const f32[] [-1]
  %n = tf.Mul(%x, %k) : f32[1,4,4,4] "n"
  %y = tf.LeakyRelu(%n) {alpha = 0.3f} : f32[1,4,4,4] "y")",
     SetAttribute("alpha", 0.2f)},
    {"SwappedDifference", "Sub", "SUB", R"(
  %k = const f32[4] [1, 2, 3, 4]
  %y = tf.Sub(%x, %k) : f32[1,4,4,4] "y")",
     SwapOperands},
    {"SwappedQuotient", "RealDiv", "DIV", R"(
  %k = const f32[4] [1, 2, 3, 4]
  %s = tf.AddV2(%x, %k) : f32[1,4,4,4] "s"
  %y = tf.RealDiv(%s, %k) : f32[1,4,4,4] "y")",
     SwapOperands},
    {"SwappedPower", "Pow", "POW", R"(
  %k = const f32[4] [1, 2, 3, 4]
  %y = tf.Pow(%x, %k) : f32[1,4,4,4] "y")",
     SwapOperands},
    {"Rounding", "Round", "ROUND", R"(
  %k = const f32[] [10]
  %s = tf.Mul(%x, %k) : f32[1,4,4,4] "s"
  %y = tf.Round(%s) : f32[1,4,4,4] "y")",
     Become(tfl::FLOOR)},
    {"RoundingOfHalves", "Floor", "FLOOR", R"(
  %k = const f32[] [2]
  %s = tf.Mul(%x, %k) : f32[1,4,4,4] "s"
  %y = tf.Floor(%s) : f32[1,4,4,4] "y")",
     Become(tfl::ROUND)},
    {"RunningSumAxis", "Cumsum", "CUMSUM", R"(
  %a = const i32[] [1]
  %y = tf.Cumsum(%x, %a) : f32[1,4,4,4] "y")",
     SetInts(1, {}, {2})},
    {"RunningSumStart", "Cumsum", "CUMSUM", R"(
  %a = const i32[] [1]
  %y = tf.Cumsum(%x, %a) {exclusive = true} : f32[1,4,4,4] "y")",
     SetAttribute("exclusive", false)},
    {"ReductionAxis", "Mean", "MEAN", R"(
  %a = const i32[1] [1]
  %y = tf.Mean(%x, %a) : f32[1,4,4] "y")",
     SetInts(1, {1}, {2})},
    {"ConcatenationAxis", "ConcatV2", "CONCATENATION", R"(
  %a = const i32[] [3]
  %n = tf.Neg(%x) : f32[1,4,4,4] "n"
  %y = tf.ConcatV2(%x, %n, %a) {N = 2} : f32[1,4,4,8] "y")",
     SetAttribute("axis", int64_t{2})},
    {"ConcatenationOrder", "ConcatV2", "CONCATENATION", R"(
  %a = const i32[] [3]
  %n = tf.Neg(%x) : f32[1,4,4,4] "n"
  %y = tf.ConcatV2(%x, %n, %a) {N = 2} : f32[1,4,4,8] "y")",
     SwapOperands},
    {"GatherAxis", "GatherV2", "GATHER", R"(
  %i = const i32[4] [3, 1, 0, 2]
  %a = const i32[] [1]
  %y = tf.GatherV2(%x, %i, %a) : f32[1,4,4,4] "y")",
     SetAttribute("axis", int64_t{2})},
    {"Permutation", "Transpose", "TRANSPOSE", R"(
  %p = const i32[4] [0, 2, 1, 3]
  %y = tf.Transpose(%x, %p) : f32[1,4,4,4] "y")",
     SetInts(1, {4}, {0, 3, 2, 1})},
    {"PlaceOfZeros", "Pad", "PAD", R"(
  %p = const i32[4,2] [0, 0, 1, 1, 0, 0, 0, 0]
  %y = tf.Pad(%x, %p) : f32[1,6,4,4] "y")",
     SetInts(1, {4, 2}, {0, 0, 0, 2, 0, 0, 0, 0})},
    {"KindOfMirror", "MirrorPad", "MIRROR_PAD", R"(
  %p = const i32[4,2] [0, 0, 1, 1, 0, 0, 0, 0]
  %y = tf.MirrorPad(%x, %p) {mode = "SYMMETRIC"} : f32[1,6,4,4] "y")",
     SetAttribute("mode", int64_t{0})},
    {"ResizeCorners", "ResizeBilinear", "RESIZE_BILINEAR", R"(
  %s = const i32[2] [7, 7]
  %y = tf.ResizeBilinear(%x, %s) {half_pixel_centers = true} : f32[1,7,7,4] "y")",
     SetAttribute("half_pixel_centers", false)},
    {"SliceBegin", "StridedSlice", "STRIDED_SLICE", R"(
  %b = const i32[4] [0, 1, 0, 0]
  %e = const i32[4] [1, 3, 4, 4]
  %s = const i32[4] [1, 1, 1, 1]
  %y = tf.StridedSlice(%x, %b, %e, %s) : f32[1,2,4,4] "y")",
     [](ir::Node& node) {
       SetInts(1, {4}, {0, 2, 0, 0})(node);
       SetInts(2, {4}, {1, 4, 4, 4})(node);
     }},
    {"LargestAxis", "ArgMax", "ARG_MAX", R"(
  %a = const i32[] [1]
  %y = tf.ArgMax(%x, %a) {output_type = type i64} : i64[1,4,4] "y")",
     SetInts(1, {}, {2})},
    {"Comparison", "Greater", "GREATER", R"(
  %k = const f32[] [1.5]
  %y = tf.Greater(%x, %k) : bool[1,4,4,4] "y")",
     Become(tfl::GREATER_EQUAL)},
};

std::string GraphOf(const Mutation& mutation) {
  return std::string(
             "func @main(%in \"x\": f32[1,4,4,4] \"x:0\") -> (\"y\") {\n"
             "  %one = const f32[] [1]\n"
             "  %x = tf.AddV2(%in, %one) : f32[1,4,4,4] \"before\"") +
         mutation.graph + "\n  return %y\n}\n";
}

class Planted : public testing::TestWithParam<Mutation>, public Verifying {};

TEST_P(Planted, IsFoundAndNamed) {
  const std::string source = GraphOf(GetParam());
  const auto sound = Convert(source);
  ASSERT_NE(sound, nullptr);
  const auto before = Compare(source, sound);
  ASSERT_TRUE(before.has_value()) << Said();
  ASSERT_FALSE(before->first_difference.has_value()) << "nothing is planted yet\n" << Said();
  EXPECT_FALSE(findings.has_errors()) << Said();

  const auto file = Convert(source);
  ir::Node* node = FindOp(*file, GetParam().file_op);
  ASSERT_NE(node, nullptr) << ir::Print(*file).text;
  GetParam().plant(*node);
  const auto after = Compare(source, file);
  ASSERT_TRUE(after.has_value()) << Said();
  ASSERT_TRUE(after->first_difference.has_value()) << Said();
  EXPECT_EQ(after->first_difference->op, GetParam().source_op);
  EXPECT_EQ(after->tensors[after->first_difference->tensor].source, "y");
  const Finding* finding = Find(Code::kComputesDifferently);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->op, GetParam().source_op);
  EXPECT_EQ(findings.exit_status(), 1);
}

INSTANTIATE_TEST_SUITE_P(Mutations, Planted, testing::ValuesIn(kMutations),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace litesmith::pipeline
