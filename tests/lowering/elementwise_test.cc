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
    {"CastToIntegers", R"((%x: f32[2,3,4]) {
  %y = tf.Cast(%x) {SrcT = type f32, DstT = type i32} : i32[*]
  return %y
})",
     -9, 9},
    {"LogicalNot", R"((%x: bool[2,3]) { %y = tf.LogicalNot(%x) : bool[*] return %y })"},
    {"SoftmaxOfTheLastAxis", R"((%x: f32[2,3,4]) { %y = tf.Softmax(%x) : f32[*] return %y })"},
    {"LogSoftmax", R"((%x: f32[2,3,4]) { %y = tf.LogSoftmax(%x) : f32[*] return %y })"},
};

INSTANTIATE_TEST_SUITE_P(Table, ElementwiseOps, testing::ValuesIn(kElementwiseOps), NameOfOp);

}  // namespace
}  // namespace litesmith::lowering
