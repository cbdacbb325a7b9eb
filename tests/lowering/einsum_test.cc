#include "one_op.h"

namespace litesmith::lowering {
namespace {

struct Equation {
  std::string name, equation, left, right;  // shapes; no right: one operand
  bool weights = false;                     // the right operand is a constant
};

void PrintTo(const Equation& equation, std::ostream* out) { *out << equation.equation; }

// The equations are those of attention and of dense layers, and one for each kind of axis.
const Equation kEquations[] = {
    {"Product", "ij,jk->ik", "2,3", "3,4"},
    {"ProductOfWeights", "ij,jk->ik", "2,3", "3,4", true},
    {"ProductTurned", "ji,kj->ki", "3,2", "4,3"},
    {"ProjectionToHeads", "abc,cde->abde", "2,5,6", "6,3,4", true},
    {"ProjectionFromHeads", "abcd,cde->abe", "2,5,3,4", "3,4,6", true},
    {"ProjectionToHeadsOfAComputedMatrix", "abc,cde->abde", "2,5,6", "6,3,4"},
    {"Scores", "aecd,abcd->acbe", "2,5,3,4", "2,7,3,4"},
    {"WeightedValues", "acbe,aecd->abcd", "2,3,7,5", "2,5,3,4"},
    {"EllipsisOnTheLeft", "...x,xy->...y", "2,3,4", "4,5", true},
    {"EllipsisOnBoth", "...ij,...jk->...ik", "2,3,4,5", "2,3,5,2"},
    {"ManyBatchAxes", "abcdij,abcdjk->abcdik", "2,1,2,1,3,4", "2,1,2,1,4,2"},
    {"Outer", "i,j->ij", "3", "4"},
    {"OuterOfWeights", "i,j->ji", "3", "4", true},
    {"Inner", "i,i->", "5", "5"},
    {"InnerOfWeights", "i,i->", "5", "5", true},
    {"RowOfWeights", "i,ijk->kj", "5", "5,2,3", true},
    {"ElementByElement", "ij,ij->ij", "3,4", "3,4"},
    {"AxesOfOneOperandAreSummed", "ijx,jky->ik", "2,3,2", "3,4,5"},
    {"Transposition", "abc->cab", "2,3,4", ""},
    {"Sum", "abc->b", "2,3,4", ""},
    {"SumOfAll", "ab->", "2,3", ""},
    {"Nothing", "ab->ab", "2,3", ""},
    {"BroadcastUnderTheEllipsis", "ij...,jk...->...ik", "4,3,2,5", "3,6,1"},
    {"EllipsisOfFewerAxesThanTheOther", "...ij,j...->...i", "5,4,3", "3,2,1"},
    {"BroadcastOfWeights", "...ij,...jk->...ik", "2,3,4", "1,4,5", true},
};

class EinsumOps : public LoweringTest, public testing::WithParamInterface<Equation> {};

TEST_P(EinsumOps, ComputeTheSameAfterLowering) {
  const Equation& given = GetParam();
  const std::string parameters = given.right.empty() || given.weights
                                     ? fmt::format("%a: f32[{}]", given.left)
                                     : fmt::format("%a: f32[{}], %b: f32[{}]", given.left, given.right);
  Load(fmt::format("({}) {{\n{}  %y = tf.Einsum({}) {{equation = \"{}\"}} : f32[*]\n  return %y\n}}",
                   parameters,
                   given.weights ? fmt::format("  %b = const f32[{}] random(5)\n", given.right) : "",
                   given.right.empty() ? "%a" : "%a, %b", given.equation));
  const std::vector<Tensor> inputs = MakeInputs(-2, 2);
  const std::vector<Tensor> expected = Evaluated(inputs), got = Lowered(inputs);
  ASSERT_EQ(got.size(), 1u);
  ASSERT_EQ(expected[0].dims(), got[0].dims());
  const auto want = *expected[0].ToDouble(), have = *got[0].ToDouble();
  for (size_t at = 0; at < want.size(); ++at) ASSERT_NEAR(want[at], have[at], 1e-5) << at;
}

INSTANTIATE_TEST_SUITE_P(Table, EinsumOps, testing::ValuesIn(kEquations),
                         [](const auto& info) { return info.param.name; });

TEST_F(LoweringTest, EinsumKeepsOpenDimensionsBesideThoseItGroups) {
  Load(R"((%a: f32[?,?,6]) {
  %w = const f32[6,3,4] random(5)
  %y = tf.Einsum(%a, %w) {equation = "abc,cde->abde"} : f32[*]
  return %y
})");
  const std::vector<Tensor> inputs = {MadeUp({DType::kFloat32, {2, 5, 6}, nullptr}, -1, 1, 3)};
  const std::vector<Tensor> expected = Evaluated(inputs), got = Lowered(inputs);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].dims(), (Dims{2, 5, 3, 4}));
  const auto want = *expected[0].ToDouble(), have = *got[0].ToDouble();
  for (size_t at = 0; at < want.size(); ++at) ASSERT_NEAR(want[at], have[at], 1e-5) << at;
}

TEST_F(LoweringTest, EinsumOfADiagonalIsRefused) {
  Load(R"((%a: f32[3,3]) {
  %y = tf.Einsum(%a) {equation = "ii->i"} : f32[*]
  return %y
})");
  EXPECT_EQ(Refusal(), "LS0202");
}

}  // namespace
}  // namespace litesmith::lowering
