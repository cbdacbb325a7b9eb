#include <cmath>
#include <limits>

#include "evaluate/evaluating.h"

namespace litesmith::evaluate {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr int32_t kLowest = std::numeric_limits<int32_t>::min();

TEST(Binary, BroadcastsBothSidesInAnyRank) {
  const Tensor column = Tensor::Of<int32_t>({3, 1}, {10, 20, 30});
  ExpectTensor<int32_t>(Evaluating("AddV2").One({column, Ints32({1, 2})}), {3, 2}, {11, 12, 21, 22, 31, 32});
  const Tensor deep = Tensor::Of<int32_t>({1, 1, 1, 2, 1, 1, 2}, {1, 2, 3, 4});
  ExpectTensor<int32_t>(Evaluating("Mul").One({deep, Tensor::Of<int32_t>({2, 1}, {1, 10})}),
                        {1, 1, 1, 2, 1, 2, 2}, {1, 2, 10, 20, 3, 4, 30, 40});
}

TEST(Binary, RefusesShapesAndDtypesThatDoNotFit) {
  Evaluating("AddV2").ExpectRefusal({Ints32({1, 2}), Ints32({1, 2, 3})});
  Evaluating("AddV2").ExpectRefusal({Ints32({1, 2}), Floats32({1, 2})}, Code::kDtypeMismatch);
  Evaluating("AddV2").ExpectRefusal({Ints32({1, 2})}, Code::kGraphDamaged);
  Evaluating("AddV2").ExpectRefusal({Bools({true}), Bools({true})}, Code::kDtypeMismatch);
}

TEST(Binary, RefusesResultsAboveTheLimitBeforeAllocatingThem) {
  Evaluating op("AddV2");
  op.limits.max_tensor_bytes = 1000;
  op.ExpectRefusal({Tensor::Zeros(DType::kFloat32, {100, 1}), Tensor::Zeros(DType::kFloat32, {1, 100})},
                   Code::kLimitExceeded);
}

TEST(FloorDiv, FloorsTheQuotientOfTheTypeItself) {
  // 7.5 / 0.1f is below 75 in double and 75 in float32, which is what TensorFlow floors.
  ExpectTensor<float>(Evaluating("FloorDiv").One({Floats32({7.5f, 8.0f}), Floats32({0.1f, 0.1f})}), {2},
                      {75, 80});
  ExpectTensor<int32_t>(Evaluating("FloorDiv").One({Ints32({-7, 7, kLowest}), Ints32({2, -2, -1})}), {3},
                        {-4, -4, kLowest});
  Evaluating("FloorDiv").ExpectRefusal({Ints32({1}), Ints32({0})});
}

TEST(TruncateDiv, OfTheLowestByMinusOneStaysTheLowest) {
  ExpectTensor<int32_t>(Evaluating("TruncateDiv").One({Ints32({-7, kLowest}), Ints32({2, -1})}), {2},
                        {-3, kLowest});
}

TEST(FloorMod, HasTheSignOfTheDivisor) {
  ExpectTensor<int32_t>(Evaluating("FloorMod").One({Ints32({-7, 7, -6}), Ints32({2, -2, 2})}), {3},
                        {1, -1, 0});
  ExpectTensor<float>(Evaluating("FloorMod").One({Floats32({-7, 7}), Floats32({2, -2})}), {2}, {1, -1});
}

TEST(DivNoNan, IsZeroWhereTheDivisorIs) {
  ExpectTensor<float>(Evaluating("DivNoNan").One({Floats32({1, kNan, 6}), Floats32({0, 0, 2})}), {3},
                      {0, 0, 3});
}

TEST(MaximumMinimum, KeepNanFromEitherSide) {
  for (const char* name : {"Maximum", "Minimum"}) {
    const auto values =
        ValuesOf<float>(Evaluating(name).One({Floats32({1, kNan, 5}), Floats32({kNan, 1, 5})}));
    ASSERT_EQ(values.size(), 3u);
    EXPECT_TRUE(std::isnan(values[0]) && std::isnan(values[1]) && values[2] == 5) << name;
  }
}

TEST(Pow, OfIntegersWrapsAndRefusesNegativeExponents) {
  ExpectTensor<int32_t>(Evaluating("Pow").One({Ints32({2, -2, 3, 0}), Ints32({10, 3, 21, 0})}), {4},
                        {1024, -8, 1870418611, 1});
  Evaluating("Pow").ExpectRefusal({Ints32({2}), Ints32({-1})});
}

TEST(Shifts, ClampTheirCount) {
  ExpectTensor<int32_t>(Evaluating("LeftShift").One({Ints32({1, 1, 1, -1}), Ints32({31, 32, -1, 40})}), {4},
                        {kLowest, kLowest, 1, kLowest});
  ExpectTensor<int32_t>(Evaluating("RightShift").One({Ints32({-8, 8, -8}), Ints32({1, 40, -1})}), {3},
                        {-4, 0, -8});
}

TEST(Arithmetic, WrapsIntegersOfAllWidths) {
  ExpectTensor<int8_t>(Evaluating("AddV2").One({Row<int8_t>({100}), Row<int8_t>({100})}), {1}, {-56});
  ExpectTensor<uint16_t>(Evaluating("Mul").One({Row<uint16_t>({65535}), Row<uint16_t>({65535})}), {1}, {1});
  ExpectTensor<int32_t>(Evaluating("Neg").One({Ints32({kLowest})}), {1}, {kLowest});
}

TEST(Half, IsComputedInFloat32AndRoundedOnce) {
  const Tensor output = Evaluating("AddV2").One({Row<Half>({Half(2048)}), Row<Half>({Half(1.5f)})});
  EXPECT_EQ(static_cast<float>(output.data<Half>()[0]), 2050.0f);  // 2049.5 in steps of 2
  EXPECT_EQ(static_cast<float>(Evaluating("Sqrt").One({Row<BFloat16>({BFloat16(9)})}).data<BFloat16>()[0]),
            3.0f);
}

TEST(Round, TakesHalvesToTheEvenNeighbour) {
  ExpectTensor<float>(Evaluating("Round").One({Floats32({0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 2.4f, -2.6f})}), {7},
                      {0, 2, 2, -0.0f, -2, 2, -3});
}

TEST(Softplus, NeitherOverflowsNorVanishes) {
  ExpectNear(Evaluating("Softplus").One({Floats32({100, 0})}), {2}, {100, 0.6931472f});
  EXPECT_NEAR(Evaluating("Softplus").One({Floats32({-30})}).scalar<float>(), 9.3576e-14f, 1e-17f);
}

TEST(Activations, PassNanThrough) {
  for (const char* name : {"Relu", "Relu6", "Elu", "Selu", "LeakyRelu", "Sigmoid", "Sign"}) {
    EXPECT_TRUE(std::isnan(Evaluating(name).One({Floats32({kNan})}).scalar<float>())) << name;
  }
}

TEST(LeakyRelu, TakesItsSlopeFromTheAttributeOrItsDefault) {
  ExpectTensor<float>(Evaluating("LeakyRelu").One({Floats32({-5, 5})}), {2}, {-1, 5});
  ExpectTensor<float>(Evaluating("LeakyRelu", {{"alpha", 2.0f}}).One({Floats32({-5, 3})}), {2}, {-10, 3});
}

TEST(Prelu, HasSlopesThatBroadcast) {
  const Tensor x = Tensor::Of<float>({2, 2}, {-1, 2, -3, -4});
  ExpectTensor<float>(Evaluating("Prelu").One({x, Floats32({0.5f, 2})}), {2, 2}, {-0.5f, 2, -1.5f, -8});
}

TEST(Cast, TruncatesAndWrapsWhatDoesNotFit) {
  const Attributes to_uint8{{"DstT", DType::kUInt8}};
  ExpectTensor<uint8_t>(Evaluating("Cast", to_uint8).One({Floats32({256.7f, 300, -1.5f, 3.9f})}), {4},
                        {0, 44, 255, 3});
  const Attributes to_int32{{"DstT", DType::kInt32}};
  ExpectTensor<int32_t>(Evaluating("Cast", to_int32).One({Floats32({kNan, kInf, -3e9f, -1.9f})}), {4},
                        {kLowest, kLowest, kLowest, -1});
  const Attributes to_bool{{"DstT", DType::kBool}};
  ExpectTensor<bool>(Evaluating("Cast", to_bool).One({Floats32({kNan, 0, 0.1f})}), {3}, {true, false, true});
  const Attributes to_uint64{{"DstT", DType::kUInt64}};
  ExpectTensor<uint64_t>(Evaluating("Cast", to_uint64).One({Floats32({1e19f, -1.5f})}), {2},
                         {9999999980506447872u, 18446744073709551615u});
  const Attributes to_half{{"DstT", DType::kFloat16}};
  EXPECT_EQ(Evaluating("Cast", to_half).One({Ints32({70000})}).data<Half>()[0].bits, 0x7c00);
}

TEST(Cast, TruncateCutsTheMantissa) {
  const Attributes to_half{{"DstT", DType::kFloat16}, {"Truncate", true}};
  EXPECT_EQ(static_cast<float>(Evaluating("Cast", to_half).One({Floats32({65519})}).data<Half>()[0]),
            65504.0f);
}

TEST(Bitcast, MovesTheLastDimension) {
  const Tensor words = Evaluating("Bitcast", {{"type", DType::kUInt8}}).One({Ints32({0x04030201})});
  ExpectTensor<uint8_t>(words, {1, 4}, {1, 2, 3, 4});
  ExpectTensor<int32_t>(Evaluating("Bitcast", {{"type", DType::kInt32}}).One({words}), {1}, {0x04030201});
  Evaluating("Bitcast", {{"type", DType::kInt64}}).ExpectRefusal({words});
}

TEST(Predicates, KnowInfinity) {
  ExpectTensor<bool>(Evaluating("IsInf").One({Floats32({kInf, -kInf, kNan, 1})}), {4},
                     {true, true, false, false});
  ExpectTensor<bool>(Evaluating("IsFinite").One({Floats32({kInf, -kInf, kNan, 1})}), {4},
                     {false, false, false, true});
  ExpectTensor<bool>(Evaluating("Equal").One({Floats32({kInf, kNan}), Floats32({kInf, kNan})}), {2},
                     {true, false});
}

TEST(Equal, ComparesStringsAndWholeTensors) {
  const Tensor words = Tensor::OfStrings({2}, {"ab", ""}), word = Tensor::OfStrings({}, {"ab"});
  ExpectTensor<bool>(Evaluating("Equal").One({words, word}), {2}, {true, false});
  const Attributes lenient{{"incompatible_shape_error", false}};
  ExpectTensor<bool>(Evaluating("NotEqual", lenient).One({Ints32({1, 2}), Ints32({1, 2, 3})}), {}, {true});
  Evaluating("NotEqual").ExpectRefusal({Ints32({1, 2}), Ints32({1, 2, 3})});
}

TEST(Select, BroadcastsInTheNewFormAndChoosesRowsInTheOld) {
  const Tensor condition = Bools({true, false});
  const Tensor a = Tensor::Of<int32_t>({2, 2}, {1, 2, 3, 4}), b = Tensor::Of<int32_t>({2, 2}, {5, 6, 7, 8});
  ExpectTensor<int32_t>(Evaluating("SelectV2").One({condition, a, b}), {2, 2}, {1, 6, 3, 8});
  ExpectTensor<int32_t>(Evaluating("Select").One({condition, a, b}), {2, 2}, {1, 2, 7, 8});
  const Tensor chosen =
      Evaluating("SelectV2").One({condition, Tensor::OfStrings({}, {"x"}), Tensor::OfStrings({}, {"yy"})});
  EXPECT_EQ(chosen.strings(), (std::vector<std::string_view>{"x", "yy"}));
}

TEST(SpecialFunctions, MatchTabulatedValues) {
  ExpectNear(Evaluating("Erf").One({Floats32({0.5f})}), {1}, {0.5204999f});
  ExpectNear(Evaluating("Erfinv").One({Floats32({0.5f, -0.999f})}), {2}, {0.4769363f, -2.3267562f});
  ExpectNear(Evaluating("Ndtri").One({Floats32({0.975f})}), {1}, {1.959964f}, 1e-5f);
  ExpectNear(Evaluating("Digamma").One({Floats32({1, -0.5f})}), {2}, {-0.5772157f, 0.0364900f});
  ExpectNear(Evaluating("Lgamma").One({Floats32({5})}), {1}, {3.1780539f});
}

}  // namespace
}  // namespace litesmith::evaluate
