#include <cmath>
#include <complex>
#include <limits>

#include "evaluate/evaluating.h"

namespace litesmith::evaluate {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

Tensor Count(int32_t value) { return Tensor::Scalar<int32_t>(value); }

TEST(TopK, KeepsTheOrderOfEquals) {
  const auto outputs = Evaluating("TopKV2", {}, 2).Run({Floats32({1, 3, 3, 1, 3}), Count(4)});
  ASSERT_TRUE(outputs.ok());
  ExpectTensor<float>((*outputs)[0], {4}, {3, 3, 3, 1});
  ExpectTensor<int32_t>((*outputs)[1], {4}, {1, 2, 4, 0});
  Evaluating("TopKV2", {}, 2).ExpectRefusal({Floats32({1}), Count(2)});
}

TEST(Where, GivesIndicesInOrder) {
  ExpectTensor<int64_t>(Evaluating("Where").One({Tensor::Of<int32_t>({2, 2}, {0, 5, 7, 0})}), {2, 2},
                        {0, 1, 1, 0});
}

TEST(Unique, NumbersValuesByFirstAppearance) {
  const auto outputs = Evaluating("UniqueWithCounts", {}, 3).Run({Ints32({7, 5, 7, 9})});
  ASSERT_TRUE(outputs.ok());
  ExpectTensor<int32_t>((*outputs)[0], {3}, {7, 5, 9});
  ExpectTensor<int32_t>((*outputs)[1], {4}, {0, 1, 0, 2});
  ExpectTensor<int32_t>((*outputs)[2], {3}, {2, 1, 1});
}

TEST(Segments, FillGapsWithZeroOrTheNeutralElement) {
  ExpectTensor<float>(Evaluating("SegmentSum").One({Floats32({1, 2, 3}), Ints32({0, 0, 2})}), {3}, {3, 0, 3});
  ExpectTensor<int32_t>(
      Evaluating("UnsortedSegmentMin").One({Ints32({1, 2, 3}), Ints32({0, -1, 2}), Count(3)}), {3},
      {1, std::numeric_limits<int32_t>::max(), 3});
  Evaluating("SegmentSum").ExpectRefusal({Floats32({1, 2}), Ints32({1, 0})});
  Evaluating("UnsortedSegmentSum").ExpectRefusal({Floats32({1}), Ints32({3}), Count(3)});
  Evaluating("UnsortedSegmentSum")
      .ExpectRefusal({Floats32({1}), Ints32({0}), Count(-1)}, Code::kLimitExceeded);
}

TEST(SparseSegments, FoldTheNamedRows) {
  const Tensor rows = Tensor::Of<float>({3, 1}, {1, 10, 100});
  ExpectTensor<float>(Evaluating("SparseSegmentMean").One({rows, Ints32({0, 2, 1}), Ints32({0, 0, 1})}),
                      {2, 1}, {50.5f, 10});
  ExpectTensor<float>(
      Evaluating("SparseSegmentSumWithNumSegments").One({rows, Ints32({2}), Ints32({1}), Count(3)}), {3, 1},
      {0, 100, 0});
  Evaluating("SparseSegmentSum").ExpectRefusal({rows, Ints32({3}), Ints32({0})});
}

TEST(UnravelIndex, GivesOneRowPerDimension) {
  ExpectTensor<int32_t>(Evaluating("UnravelIndex").One({Ints32({5, 0}), Ints32({2, 3})}), {2, 2},
                        {1, 0, 2, 0});
  Evaluating("UnravelIndex").ExpectRefusal({Ints32({6}), Ints32({2, 3})});
}

TEST(Bucketize, CountsNanPastTheLastBoundary) {
  const Attributes boundaries{{"boundaries", std::vector<float>{0, 1, 2}}};
  ExpectTensor<int32_t>(Evaluating("Bucketize", boundaries).One({Floats32({-1, 0, 1, 5, kNan})}), {5},
                        {0, 1, 2, 3, 3});
}

const Tensor kBoxes = Tensor::Of<float>({3, 4}, {0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3});

TEST(NonMaxSuppression, KeepsTheLowerIndexAmongEqualScores) {
  const Tensor scores = Floats32({0.9f, 0.9f, 0.9f}), overlap = Tensor::Scalar<float>(0.5f);
  const Tensor score = Tensor::Scalar<float>(0);
  ExpectTensor<int32_t>(Evaluating("NonMaxSuppressionV3").One({kBoxes, scores, Count(3), overlap, score}),
                        {2}, {0, 2});
  ExpectTensor<int32_t>(Evaluating("NonMaxSuppressionV3").One({kBoxes, scores, Count(0), overlap, score}),
                        {0}, {});
  Evaluating("NonMaxSuppressionV3").ExpectRefusal({kBoxes, scores, Count(-1), overlap, score});
  Evaluating("NonMaxSuppressionV3").ExpectRefusal({kBoxes, Floats32({1}), Count(1), overlap, score});
}

TEST(NonMaxSuppression, PadsOnlyWhenAsked) {
  const std::vector<Tensor> operands = {kBoxes, Floats32({0.9f, 0.8f, 0.7f}), Count(3),
                                        Tensor::Scalar<float>(0.5f), Tensor::Scalar<float>(0)};
  auto outputs = Evaluating("NonMaxSuppressionV4", {}, 2).Run(operands);
  ASSERT_TRUE(outputs.ok());
  EXPECT_EQ((*outputs)[0].dims(), (Dims{2}));
  outputs = Evaluating("NonMaxSuppressionV4", {{"pad_to_max_output_size", true}}, 2).Run(operands);
  ASSERT_TRUE(outputs.ok());
  ExpectTensor<int32_t>((*outputs)[0], {3}, {0, 2, 0});
  EXPECT_EQ((*outputs)[1].scalar<int32_t>(), 2);
}

TEST(NonMaxSuppression, LowersScoresInsteadOfDroppingBoxesWhenSoft) {
  // The overlap of 1 multiplies the second score by exp(-1 / (2 sigma)).
  const auto outputs = Evaluating("NonMaxSuppressionV5", {}, 3)
                           .Run({kBoxes, Floats32({0.9f, 0.8f, 0.7f}), Count(3), Tensor::Scalar<float>(1),
                                 Tensor::Scalar<float>(0), Tensor::Scalar<float>(0.5f)});
  ASSERT_TRUE(outputs.ok());
  ExpectTensor<int32_t>((*outputs)[0], {3}, {0, 2, 1});
  ExpectNear((*outputs)[1], {3}, {0.9f, 0.7f, 0.8f * std::exp(-1.0f)});
}

TEST(CombinedNonMaxSuppression, SuppressesEachClassByItself) {
  const Tensor scores = Tensor::Of<float>({1, 3, 2}, {0.9f, 0.1f, 0.8f, 0.6f, 0.2f, 0.1f});
  const auto outputs = Evaluating("CombinedNonMaxSuppression", {}, 4)
                           .Run({kBoxes.Reshaped({1, 3, 1, 4}), scores, Count(3), Count(4),
                                 Tensor::Scalar<float>(0.5f), Tensor::Scalar<float>(0.15f)});
  ASSERT_TRUE(outputs.ok());
  ExpectTensor<float>((*outputs)[1], {1, 4}, {0.9f, 0.6f, 0.2f, 0});
  ExpectTensor<float>((*outputs)[2], {1, 4}, {0, 1, 0, 0});
  ExpectTensor<int32_t>((*outputs)[3], {1}, {3});
  // The third box is cut to the picture.
  EXPECT_EQ(ValuesOf<float>((*outputs)[0])[8], 1);
}

TEST(FakeQuant, RoundsHalvesUpAndKeepsFewBits) {
  ExpectTensor<float>(Evaluating("FakeQuantWithMinMaxArgs", {{"min", 0.0f}, {"max", 255.0f}})
                          .One({Floats32({0.5f, 1.5f, 2.5f, 3.5f, -1, 300})}),
                      {6}, {1, 2, 3, 4, 0, 255});
  const Attributes two_bits{{"min", -1.0f}, {"max", 1.0f}, {"num_bits", int64_t{2}}};
  ExpectNear(Evaluating("FakeQuantWithMinMaxArgs", two_bits).One({Floats32({-3})}), {1}, {-1.3333334f});
  const Attributes narrow{{"min", -2.0f}, {"max", 2.0f}, {"num_bits", int64_t{3}}, {"narrow_range", true}};
  ExpectNear(Evaluating("FakeQuantWithMinMaxArgs", narrow).One({Floats32({-3})}), {1}, {-2});
  Evaluating("FakeQuantWithMinMaxArgs", {{"num_bits", int64_t{99}}}).ExpectRefusal({Floats32({1})});
}

TEST(QuantizeAndDequantize, IsSymmetric) {
  const Tensor low = Tensor::Scalar<float>(-6), high = Tensor::Scalar<float>(6);
  ExpectNear(
      Evaluating("QuantizeAndDequantizeV2", {{"range_given", true}}).One({Floats32({-6, 0.3f}), low, high}),
      {2}, {-6, 0.28346455f});
}

TEST(MatrixDiag, AlignsShortDiagonals) {
  const Tensor packed = Tensor::Of<int32_t>({2, 2}, {8, 9, 1, 2});
  const auto matrix = [&](const char* align) {
    return Evaluating("MatrixDiagV3", {{"align", std::string(align)}})
        .One({packed, Ints32({0, 1}), Count(-1), Count(-1), Count(0)});
  };
  ExpectTensor<int32_t>(matrix("RIGHT_LEFT"), {2, 2}, {1, 9, 0, 2});
  ExpectTensor<int32_t>(matrix("LEFT_RIGHT"), {2, 2}, {1, 8, 0, 2});
  Evaluating("MatrixDiagV3").ExpectRefusal({packed, Ints32({0, 5}), Count(-1), Count(-1), Count(0)});
}

TEST(LinearAlgebra, SolvesInvertsAndRefusesSingularMatrices) {
  const Tensor matrix = Tensor::Of<float>({2, 2}, {0, 2, 4, 0});  // needs a pivot
  ExpectTensor<float>(Evaluating("MatrixInverse").One({matrix}), {2, 2}, {0, 0.25f, 0.5f, 0});
  ExpectTensor<float>(Evaluating("MatrixSolve").One({matrix, Tensor::Of<float>({2, 1}, {2, 4})}), {2, 1},
                      {1, 1});
  EXPECT_EQ(Evaluating("MatrixDeterminant").One({matrix}).scalar<float>(), -8);
  ExpectTensor<float>(Evaluating("Cholesky").One({Tensor::Of<float>({2, 2}, {4, 2, 2, 5})}), {2, 2},
                      {2, 0, 1, 2});
  Evaluating("MatrixInverse").ExpectRefusal({Tensor::Of<float>({2, 2}, {1, 2, 2, 4})});
}

TEST(ScaleAndTranslate, AveragesWhenItShrinksWithAntialiasing) {
  const Tensor line = Tensor::Of<float>({1, 1, 4, 1}, {0, 2, 4, 6});
  const std::vector<Tensor> operands = {line, Ints32({1, 2}), Floats32({1, 0.5f}), Floats32({0, 0})};
  const Attributes smooth{{"kernel_type", std::string("triangle")}};
  // Triangles as wide as four pixels, cut at the edges: (3*0 + 3*2 + 1*4) / 7.
  ExpectNear(Evaluating("ScaleAndTranslate", smooth).One(operands), {1, 1, 2, 1}, {10.0f / 7, 32.0f / 7});
  const Attributes sharp{{"kernel_type", std::string("triangle")}, {"antialias", false}};
  ExpectNear(Evaluating("ScaleAndTranslate", sharp).One(operands), {1, 1, 2, 1}, {1, 5});
}

TEST(Fourier, TransformsAnyLength) {
  using C = std::complex<float>;
  const Tensor spectrum = Evaluating("RFFT").One({Floats32({1, 2, 3}), Ints32({3})});
  const auto values = ValuesOf<C>(spectrum);
  ASSERT_EQ(values.size(), 2u);
  EXPECT_NEAR(std::abs(values[0] - C(6, 0)), 0, 1e-6);
  EXPECT_NEAR(std::abs(values[1] - C(-1.5f, 0.8660254f)), 0, 1e-6);
  ExpectNear(Evaluating("IRFFT").One({spectrum, Ints32({3})}), {3}, {1, 2, 3});
  Evaluating("RFFT").ExpectRefusal({Floats32({1, 2, 3}), Ints32({0})});
}

TEST(Strings, AreJoinedElementByElement) {
  const Tensor words = Tensor::OfStrings({2}, {"a", "b"}), dash = Tensor::OfStrings({}, {"-"});
  EXPECT_EQ(Evaluating("StringJoin").One({words, dash, words}).strings(),
            (std::vector<std::string_view>{"a-a", "b-b"}));
  Evaluating("StringJoin").ExpectRefusal({words, Tensor::OfStrings({3}, {"a", "b", "c"})});
  ExpectTensor<int32_t>(Evaluating("StringLength", {{"unit", std::string("UTF8_CHAR")}})
                            .One({Tensor::OfStrings({1}, {"\xc3\xa4x"})}),
                        {1}, {2});
  EXPECT_EQ(Evaluating("AsString").One({Floats32({1.5f})}).strings()[0], "1.500000");
}

TEST(Evaluate, RefusesMissingOperandsOfEveryOp) {
  // Nothing an op reads may be taken for granted: each must survive a node without operands.
  for (const char* name :
       {"AddV2", "Conv2D", "GatherV2", "StridedSlice", "ConcatV2", "Sum", "Einsum", "TopKV2", "Where",
        "NonMaxSuppressionV5", "MatMul", "BiasAdd", "LRN", "Cumsum", "MatrixDiagV3", "Softmax"}) {
    EXPECT_FALSE(Evaluating(name).Run({}).ok()) << name;
  }
}

}  // namespace
}  // namespace litesmith::evaluate
