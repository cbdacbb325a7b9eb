#include "one_op.h"

namespace litesmith::lowering {
namespace {
// The table: ops with one operand.
class ElementwiseOps : public LowersAs {};

TEST_P(ElementwiseOps, ComputeTheSameAfterLowering) { ExpectSameResults(); }

const OneOp kElementwiseOps[] = {
    {"Abs", R"((%x: f32[2,3,4]) { %y = tf.Abs(%x) : f32[*] return %y })", -4, 8},
    {"Ceil", R"((%x: f32[2,3,4]) { %y = tf.Ceil(%x) : f32[*] return %y })", -4, 8},
    {"Cos", R"((%x: f32[2,3,4]) { %y = tf.Cos(%x) : f32[*] return %y })", -4, 8},
    {"Elu", R"((%x: f32[2,3,4]) { %y = tf.Elu(%x) : f32[*] return %y })", -4, 8},
    {"Exp", R"((%x: f32[2,3,4]) { %y = tf.Exp(%x) : f32[*] return %y })", -4, 8},
    {"Floor", R"((%x: f32[2,3,4]) { %y = tf.Floor(%x) : f32[*] return %y })", -4, 8},
    {"Neg", R"((%x: f32[2,3,4]) { %y = tf.Neg(%x) : f32[*] return %y })", -4, 8},
    {"Relu", R"((%x: f32[2,3,4]) { %y = tf.Relu(%x) : f32[*] return %y })", -4, 8},
    {"Relu6", R"((%x: f32[2,3,4]) { %y = tf.Relu6(%x) : f32[*] return %y })", -4, 8},
    {"Round", R"((%x: f32[2,3,4]) { %y = tf.Round(%x) : f32[*] return %y })", -4, 8},
    {"Sigmoid", R"((%x: f32[2,3,4]) { %y = tf.Sigmoid(%x) : f32[*] return %y })", -4, 8},
    {"Sign", R"((%x: f32[2,3,4]) { %y = tf.Sign(%x) : f32[*] return %y })", -4, 8},
    {"Sin", R"((%x: f32[2,3,4]) { %y = tf.Sin(%x) : f32[*] return %y })", -4, 8},
    {"Square", R"((%x: f32[2,3,4]) { %y = tf.Square(%x) : f32[*] return %y })", -4, 8},
    {"Tanh", R"((%x: f32[2,3,4]) { %y = tf.Tanh(%x) : f32[*] return %y })", -4, 8},
    {"ZerosLike", R"((%x: f32[2,3,4]) { %y = tf.ZerosLike(%x) : f32[*] return %y })", -4, 8},
    {"Softplus", R"((%x: f32[2,3,4]) { %y = tf.Softplus(%x) : f32[*] return %y })", -4, 8},
    {"Softsign", R"((%x: f32[2,3,4]) { %y = tf.Softsign(%x) : f32[*] return %y })", -4, 8},
    {"Log", R"((%x: f32[2,3,4]) { %y = tf.Log(%x) : f32[*] return %y })", 0.5, 9},
    {"Rsqrt", R"((%x: f32[2,3,4]) { %y = tf.Rsqrt(%x) : f32[*] return %y })", 0.5, 9},
    {"Sqrt", R"((%x: f32[2,3,4]) { %y = tf.Sqrt(%x) : f32[*] return %y })", 0.5, 9},
    {"Reciprocal", R"((%x: f32[2,3,4]) { %y = tf.Reciprocal(%x) : f32[*] return %y })", 0.5, 9},
    {"Inv", R"((%x: f32[2,3,4]) { %y = tf.Inv(%x) : f32[*] return %y })", 0.5, 9},
    {"LeakyReluWithItsSlope",
     R"((%x: f32[2,3,4]) { %y = tf.LeakyRelu(%x) {alpha = 0.3f} : f32[*] return %y })"},
    {"PreluWithASlopePerChannel",
     R"((%x: f32[2,3,4], %a: f32[4]) { %y = tf.Prelu(%x, %a) : f32[*] return %y })"},
    {"LeakyReluWithoutASlope", R"((%x: f32[2,3,4]) { %y = tf.LeakyRelu(%x) : f32[*] return %y })"},
    {"Erf", R"((%x: f32[2,3,40]) { %y = tf.Erf(%x) : f32[*] return %y })", -5, 5, 4e-7},
    {"ErfNearZero", R"((%x: f32[2,3,40]) { %y = tf.Erf(%x) : f32[*] return %y })", -1e-3, 1e-3, 3e-10},
    {"Expm1", R"((%x: f32[2,3,40]) { %y = tf.Expm1(%x) : f32[*] return %y })", -20, 20, 1e-6},
    {"Expm1NearZero", R"((%x: f32[2,3,40]) { %y = tf.Expm1(%x) : f32[*] return %y })", -1e-4, 1e-4, 3e-11},
    {"Log1p", R"((%x: f32[2,3,40]) { %y = tf.Log1p(%x) : f32[*] return %y })", -0.99, 90, 5e-7},
    {"Log1pNearZero", R"((%x: f32[2,3,40]) { %y = tf.Log1p(%x) : f32[*] return %y })", -1e-4, 1e-4, 3e-11},
    {"Selu", R"((%x: f32[2,3,40]) { %y = tf.Selu(%x) : f32[*] return %y })", -6, 6, 1e-6},
    {"Atan", R"((%x: f32[2,3,40]) { %y = tf.Atan(%x) : f32[*] return %y })", -30, 30, 5e-7},
    {"Tan", R"((%x: f32[2,3,40]) { %y = tf.Tan(%x) : f32[*] return %y })", -1.4, 1.4, 2e-6},
    {"Sinh", R"((%x: f32[2,3,40]) { %y = tf.Sinh(%x) : f32[*] return %y })", -20, 20, 2e-6},
    {"SinhNearZero", R"((%x: f32[2,3,40]) { %y = tf.Sinh(%x) : f32[*] return %y })", -1e-4, 1e-4, 3e-11},
    {"Cosh", R"((%x: f32[2,3,40]) { %y = tf.Cosh(%x) : f32[*] return %y })", -20, 20, 2e-6},
    {"Rint", R"((%x: f32[2,3,40]) { %y = tf.Rint(%x) : f32[*] return %y })", -4, 8, 0},
    {"Erfc", R"((%x: f32[2,3,40]) { %y = tf.Erfc(%x) : f32[*] return %y })", -5, 5, 4e-7},
    {"ErfcFarOut", R"((%x: f32[2,3,40]) { %y = tf.Erfc(%x) : f32[*] return %y })", 4, 5, 1e-13},
    {"Asin", R"((%x: f32[2,3,40]) { %y = tf.Asin(%x) : f32[*] return %y })", -1, 1, 1e-6},
    {"Acos", R"((%x: f32[2,3,40]) { %y = tf.Acos(%x) : f32[*] return %y })", -1, 1, 1e-6},
    {"Atanh", R"((%x: f32[2,3,40]) { %y = tf.Atanh(%x) : f32[*] return %y })", -0.95, 0.95, 1e-6},
    {"AtanhNearZero", R"((%x: f32[2,3,40]) { %y = tf.Atanh(%x) : f32[*] return %y })", -1e-4, 1e-4, 5e-11},
    {"Asinh", R"((%x: f32[2,3,40]) { %y = tf.Asinh(%x) : f32[*] return %y })", -30, 30, 1e-6},
    {"AsinhFarOut", R"((%x: f32[2,3,40]) { %y = tf.Asinh(%x) : f32[*] return %y })", 1e18, 1e30, 1e-6},
    {"AsinhNearZero", R"((%x: f32[2,3,40]) { %y = tf.Asinh(%x) : f32[*] return %y })", -1e-4, 1e-4, 5e-11},
    {"BucketizeByTheBoundaries", R"((%x: f32[2,3,4]) {
  %y = tf.Bucketize(%x) {boundaries = [-1f, 0.5f, 2f], T = type f32} : i32[*]
  return %y
})",
     -4, 8},
    {"LocalResponseNormalization", R"((%x: f32[1,2,2,9]) {
  %y = tf.LRN(%x) {depth_radius = 2, bias = 1.5f, alpha = 0.1f, beta = 0.7f} : f32[*]
  return %y
})",
     -4, 8},
    {"CastToIntegers", R"((%x: f32[2,3,4]) {
  %y = tf.Cast(%x) {SrcT = type f32, DstT = type i32} : i32[*]
  return %y
})",
     -9, 9},
    {"LogicalNot", R"((%x: bool[2,3]) { %y = tf.LogicalNot(%x) : bool[*] return %y })"},
    {"SoftmaxOfTheLastAxis", R"((%x: f32[2,3,4]) { %y = tf.Softmax(%x) : f32[*] return %y })"},
    {"SigmoidGrad", R"((%y: f32[3,4], %d: f32[3,4]) { %z = tf.SigmoidGrad(%y, %d) : f32[*] return %z })", 0.5,
     2},
    {"TanhGrad", R"((%y: f32[3,4], %d: f32[3,4]) { %z = tf.TanhGrad(%y, %d) : f32[*] return %z })", 0.5, 2},
    {"SqrtGrad", R"((%y: f32[3,4], %d: f32[3,4]) { %z = tf.SqrtGrad(%y, %d) : f32[*] return %z })", 0.5, 2},
    {"RsqrtGrad", R"((%y: f32[3,4], %d: f32[3,4]) { %z = tf.RsqrtGrad(%y, %d) : f32[*] return %z })", 0.5, 2},
    {"ReciprocalGrad",
     R"((%y: f32[3,4], %d: f32[3,4]) { %z = tf.ReciprocalGrad(%y, %d) : f32[*] return %z })", 0.5, 2},
    {"InvGrad", R"((%y: f32[3,4], %d: f32[3,4]) { %z = tf.InvGrad(%y, %d) : f32[*] return %z })", 0.5, 2},
    {"ReluGrad", R"((%d: f32[6,9], %x: f32[6,9]) { %z = tf.ReluGrad(%d, %x) : f32[*] return %z })", -9, 9},
    {"Relu6Grad", R"((%d: f32[6,9], %x: f32[6,9]) { %z = tf.Relu6Grad(%d, %x) : f32[*] return %z })", -9, 9},
    {"EluGrad", R"((%d: f32[6,9], %x: f32[6,9]) { %z = tf.EluGrad(%d, %x) : f32[*] return %z })", -9, 9},
    {"SeluGrad", R"((%d: f32[6,9], %x: f32[6,9]) { %z = tf.SeluGrad(%d, %x) : f32[*] return %z })", -9, 9},
    {"SoftplusGrad", R"((%d: f32[6,9], %x: f32[6,9]) { %z = tf.SoftplusGrad(%d, %x) : f32[*] return %z })",
     -9, 9},
    {"SoftsignGrad", R"((%d: f32[6,9], %x: f32[6,9]) { %z = tf.SoftsignGrad(%d, %x) : f32[*] return %z })",
     -9, 9},
    {"LeakyReluGrad",
     R"((%d: f32[6,9], %x: f32[6,9]) { %z = tf.LeakyReluGrad(%d, %x) {alpha = 0.3f} : f32[*] return %z })"},
    {"FusedBatchNormOfTheBatch", R"((%x: f32[2,3,3,2], %s: f32[2], %o: f32[2], %m: f32[2], %v: f32[2]) {
  %y, %a, %b, %c, %d, %e = tf.FusedBatchNormV3(%x, %s, %o, %m, %v) {epsilon = 0.001f, is_training = true, exponential_avg_factor = 0.25f, data_format = "NHWC"} : f32[*], f32[*], f32[*], f32[*], f32[*], f32[*]
  return %y, %a, %b
})"},
    {"FusedBatchNormOfComputedAverages",
     R"((%x: f32[2,3,3,2], %s: f32[2], %o: f32[2], %m: f32[2], %v: f32[2]) {
  %y, %a, %b, %c, %d = tf.FusedBatchNorm(%x, %s, %o, %m, %v) {epsilon = 0.001f, is_training = false, data_format = "NHWC"} : f32[*], f32[*], f32[*], f32[*], f32[*]
  return %y
})",
     0.1, 2},
    {"FusedBatchNormOfChannelsThatComeFirst", R"((%x: f32[2,2,3,3], %s: f32[2], %o: f32[2]) {
  %m = const f32[0] []
  %v = const f32[0] []
  %y, %a, %b, %c, %d, %e = tf.FusedBatchNormV3(%x, %s, %o, %m, %v) {epsilon = 0.001f, is_training = true, data_format = "NCHW"} : f32[*], f32[*], f32[*], f32[*], f32[*], f32[*]
  return %y
})"},
    {"ShapeN", R"((%x: f32[2,3], %y: f32[4]) {
  %a, %b = tf.ShapeN(%x, %y) {N = 2, T = type f32, out_type = type i64} : i64[*], i64[*]
  return %a, %b
})"},
    {"OnesLike", R"((%x: i32[2,3]) { %y = tf.OnesLike(%x) : i32[*] return %y })"},
    {"ClipByValue", R"((%x: f32[2,3,4]) {
  %l = const f32[] [-1]
  %h = const f32[] [0.5]
  %y = tf.ClipByValue(%x, %l, %h) : f32[*]
  return %y
})"},
    {"L2Loss", R"((%x: f32[2,3,4]) { %y = tf.L2Loss(%x) : f32[*] return %y })"},
    {"EuclideanNorm", R"((%x: f32[2,3,4]) {
  %a = const i64[2] [0, -1]
  %y = tf.EuclideanNorm(%x, %a) {keep_dims = true} : f32[*]
  return %y
})"},
    {"LinSpace", R"((%x: f32[], %y: f32[]) {
  %n = const i32[] [5]
  %z = tf.LinSpace(%x, %y, %n) : f32[*]
  return %z
})"},
    {"Mod", R"((%x: i32[3,9], %y: i32[9]) {
  %one = const i32[] [10]
  %positive = tf.AddV2(%y, %one) : i32[9]
  %z = tf.Mod(%x, %positive) : i32[*]
  return %z
})",
     -9, 9},
    {"Acosh", R"((%x: f32[3,4]) { %y = tf.Acosh(%x) : f32[*] return %y })", 1.001, 9},
    {"TruncateDivOfFloats", R"((%x: f32[3,9], %y: f32[9]) {
  %z = tf.TruncateDiv(%x, %y) : f32[*]
  return %z
})",
     -9, 9},
    {"Xlog1py", R"((%x: f32[3,4], %y: f32[3,4]) {
  %x0 = tf.Relu(%x) : f32[3,4]
  %y0 = tf.Relu(%y) : f32[3,4]
  %z = tf.Xlog1py(%x0, %y0) : f32[*]
  return %z
})"},
    {"LogSoftmax", R"((%x: f32[2,3,4]) { %y = tf.LogSoftmax(%x) : f32[*] return %y })"},
};

INSTANTIATE_TEST_SUITE_P(Table, ElementwiseOps, testing::ValuesIn(kElementwiseOps), NameOfOp);

TEST_F(LoweringTest, BiasAddGradSumsAllAxesButThatOfTheChannels) {
  for (const bool first : {false, true}) {
    Load(std::string("(%d: f32[1,2,3]) { %z = tf.BiasAddGrad(%d) {data_format = \"") +
         (first ? "NCHW" : "NHWC") + "\"} : f32[*] return %z }");
    const auto sums = Lowered({Tensor::Of<float>({1, 2, 3}, {1, 2, 3, 4, 5, 6})});
    ASSERT_EQ(sums.size(), 1u);
    const std::vector<double> expected = first ? std::vector<double>{6, 15} : std::vector<double>{5, 7, 9};
    EXPECT_EQ(sums[0].ToDouble(), expected);
  }
}

}  // namespace
}  // namespace litesmith::lowering
