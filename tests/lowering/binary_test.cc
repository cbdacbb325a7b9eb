#include "one_op.h"

namespace litesmith::lowering {
namespace {
// The table: ops with operands that broadcast, and choices.
class BinaryOps : public LowersAs {};

TEST_P(BinaryOps, ComputeTheSameAfterLowering) { ExpectSameResults(); }

const OneOp kBinaryOps[] = {
    {"Add", R"((%a: f32[2,1,4], %b: f32[3,1]) { %y = tf.Add(%a, %b) : f32[*] return %y })"},
    {"AddV2", R"((%a: f32[2,1,4], %b: f32[3,1]) { %y = tf.AddV2(%a, %b) : f32[*] return %y })"},
    {"Sub", R"((%a: f32[2,1,4], %b: f32[3,1]) { %y = tf.Sub(%a, %b) : f32[*] return %y })"},
    {"Mul", R"((%a: f32[2,1,4], %b: f32[3,1]) { %y = tf.Mul(%a, %b) : f32[*] return %y })"},
    {"Maximum", R"((%a: f32[2,1,4], %b: f32[3,1]) { %y = tf.Maximum(%a, %b) : f32[*] return %y })"},
    {"Minimum", R"((%a: f32[2,1,4], %b: f32[3,1]) { %y = tf.Minimum(%a, %b) : f32[*] return %y })"},
    {"SquaredDifference",
     R"((%a: f32[2,1,4], %b: f32[3,1]) { %y = tf.SquaredDifference(%a, %b) : f32[*] return %y })"},
    {"RealDiv", R"((%a: f32[2,1,4], %b: f32[3,1]) { %y = tf.RealDiv(%a, %b) : f32[*] return %y })", 0.5, 3},
    {"Div", R"((%a: f32[2,1,4], %b: f32[3,1]) { %y = tf.Div(%a, %b) : f32[*] return %y })", 0.5, 3},
    {"Pow", R"((%a: f32[2,1,4], %b: f32[3,1]) { %y = tf.Pow(%a, %b) : f32[*] return %y })", 0.5, 3},
    {"Atan2", R"((%a: f32[2,1,4], %b: f32[3,1]) { %y = tf.Atan2(%a, %b) : f32[*] return %y })", 0.5, 3},
    {"DivNoNanByZeros", R"((%a: f32[2,1,4], %b: i32[3,4]) {
  %z = tf.Cast(%b) {SrcT = type i32, DstT = type f32} : f32[*]
  %y = tf.DivNoNan(%a, %z) : f32[*]
  return %y
})"},
    {"MulNoNanByZeros", R"((%a: f32[2,1,4], %b: i32[3,4]) {
  %z = tf.Cast(%b) {SrcT = type i32, DstT = type f32} : f32[*]
  %l = tf.Reciprocal(%z) : f32[*]
  %y = tf.MulNoNan(%l, %z) : f32[*]
  return %y
})"},
    {"XdivyOfZeros", R"((%a: f32[2,1,4], %b: i32[3,4]) {
  %z = tf.Cast(%b) {SrcT = type i32, DstT = type f32} : f32[*]
  %y = tf.Xdivy(%z, %z) : f32[*]
  return %y
})"},
    {"XlogyOfZeros", R"((%a: i32[2,1,4], %b: f32[3,1]) {
  %z = tf.Cast(%a) {SrcT = type i32, DstT = type f32} : f32[*]
  %y = tf.Xlogy(%z, %b) : f32[*]
  return %y
})",
     0, 3},
    {"TruncateMod", R"((%a: i32[2,1,4], %b: i32[3,1]) {
  %s = const i32[] [60]
  %c = tf.Sub(%a, %s) : i32[*]
  %y = tf.TruncateMod(%c, %b) : i32[*]
  return %y
})",
     1, 9},
    {"TruncateDiv", R"((%a: i32[2,1,4], %b: i32[3,1]) {
  %one = const i32[] [60]
  %c = tf.Sub(%a, %one) : i32[*]
  %y = tf.TruncateDiv(%c, %b) : i32[*]
  return %y
})",
     1, 9},
    {"Equal", R"((%a: i32[2,1,4], %b: i32[3,1]) { %y = tf.Equal(%a, %b) : bool[*] return %y })"},
    {"NotEqual", R"((%a: i32[2,1,4], %b: i32[3,1]) { %y = tf.NotEqual(%a, %b) : bool[*] return %y })"},
    {"Less", R"((%a: i32[2,1,4], %b: i32[3,1]) { %y = tf.Less(%a, %b) : bool[*] return %y })"},
    {"LessEqual", R"((%a: i32[2,1,4], %b: i32[3,1]) { %y = tf.LessEqual(%a, %b) : bool[*] return %y })"},
    {"Greater", R"((%a: i32[2,1,4], %b: i32[3,1]) { %y = tf.Greater(%a, %b) : bool[*] return %y })"},
    {"GreaterEqual",
     R"((%a: i32[2,1,4], %b: i32[3,1]) { %y = tf.GreaterEqual(%a, %b) : bool[*] return %y })"},
    {"LogicalAnd", R"((%a: bool[2,3], %b: bool[3]) { %y = tf.LogicalAnd(%a, %b) : bool[*] return %y })"},
    {"LogicalOr", R"((%a: bool[2,3], %b: bool[3]) { %y = tf.LogicalOr(%a, %b) : bool[*] return %y })"},
    {"FloorDivOfNegatives", R"((%a: i32[2,6]) {
  %b = const i32[6] [3, -3, 4, -4, 5, -5]
  %y = tf.FloorDiv(%a, %b) : i32[*]
  return %y
})",
     -20, 20},
    {"FloorModOfNegatives", R"((%a: i32[2,6]) {
  %b = const i32[6] [3, -3, 4, -4, 5, -5]
  %y = tf.FloorMod(%a, %b) : i32[*]
  return %y
})",
     -20, 20},
    {"AddOfRankFive",
     R"((%a: f32[2,1,2,1,3], %b: f32[2,1,2,1]) { %y = tf.AddV2(%a, %b) : f32[*] return %y })"},
    {"GreaterOfRankFive",
     R"((%a: f32[2,1,2,1,3], %b: f32[2,1,2,1]) { %y = tf.Greater(%a, %b) : bool[*] return %y })"},
    {"BiasAdd", R"((%a: f32[2,3,4], %b: f32[4]) { %y = tf.BiasAdd(%a, %b) : f32[*] return %y })"},
    {"BiasAddWithChannelsSecond", R"((%a: f32[2,3,4,5], %b: f32[3]) {
  %y = tf.BiasAdd(%a, %b) {data_format = "NCHW"} : f32[*]
  return %y
})"},
    {"Select",
     R"((%c: bool[2,3], %a: f32[2,3], %b: f32[2,3]) { %y = tf.Select(%c, %a, %b) : f32[*] return %y })"},
    {"SelectByRows",
     R"((%c: bool[2], %a: f32[2,3], %b: f32[2,3]) { %y = tf.Select(%c, %a, %b) : f32[*] return %y })"},
    {"SelectV2Broadcasts",
     R"((%c: bool[2,1], %a: f32[3], %b: f32[]) { %y = tf.SelectV2(%c, %a, %b) : f32[*] return %y })"},
    {"AddN",
     R"((%a: f32[2,3], %b: f32[2,3], %c: f32[2,3]) { %y = tf.AddN(%a, %b, %c) {N = 3} : f32[*] return %y })"},
};

INSTANTIATE_TEST_SUITE_P(Table, BinaryOps, testing::ValuesIn(kBinaryOps), NameOfOp);

}  // namespace
}  // namespace litesmith::lowering
