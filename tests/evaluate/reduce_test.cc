#include <cmath>
#include <limits>

#include "evaluate/evaluating.h"

namespace litesmith::evaluate {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
const Tensor kAxis0 = Tensor::Scalar<int32_t>(0);

TEST(Reduce, KeepsDimsOnRequestAndTakesNegativeAxes) {
  const Tensor input = Tensor::Of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  ExpectTensor<float>(Evaluating("Sum", {{"keep_dims", true}}).One({input, Ints32({-1})}), {2, 1}, {6, 15});
  ExpectTensor<float>(Evaluating("Sum").One({input, Ints32({0})}), {3}, {5, 7, 9});
  ExpectTensor<float>(Evaluating("Sum").One({input, Ints32({0, 1})}), {}, {21});
  ExpectTensor<float>(Evaluating("Sum").One({input, Ints32({})}), {2, 3}, {1, 2, 3, 4, 5, 6});
  Evaluating("Sum").ExpectRefusal({input, Ints32({0, -2})});
  Evaluating("Sum").ExpectRefusal({input, Ints32({2})});
}

TEST(Mean, OfIntegersIsComputedWideAndCutTowardsZero) {
  ExpectTensor<uint8_t>(Evaluating("Mean").One({Row<uint8_t>({200, 255}), kAxis0}), {}, {227});
  ExpectTensor<int32_t>(Evaluating("Mean").One({Ints32({-3, -4}), kAxis0}), {}, {-3});
}

TEST(Extremes, KeepNanAndHaveNeutralElements) {
  for (const char* name : {"Max", "Min"}) {
    EXPECT_TRUE(std::isnan(Evaluating(name).One({Floats32({1, kNan, 3}), kAxis0}).scalar<float>())) << name;
  }
  EXPECT_EQ(Evaluating("Max").One({Floats32({}), kAxis0}).scalar<float>(),
            -std::numeric_limits<float>::infinity());
  EXPECT_EQ(Evaluating("Min").One({Ints32({}), kAxis0}).scalar<int32_t>(),
            std::numeric_limits<int32_t>::max());
  EXPECT_TRUE(std::isnan(Evaluating("Mean").One({Floats32({}), kAxis0}).scalar<float>()));
}

TEST(ArgMax, PassesOverNanAndTakesTheFirstOfEquals) {
  ExpectTensor<int64_t>(Evaluating("ArgMax").One({Floats32({kNan, 3, 1, 5}), kAxis0}), {}, {3});
  ExpectTensor<int64_t>(Evaluating("ArgMax").One({Floats32({2, 7, 7}), kAxis0}), {}, {1});
  ExpectTensor<int32_t>(
      Evaluating("ArgMin", {{"output_type", DType::kInt32}}).One({Floats32({kNan, 3, 1}), kAxis0}), {}, {2});
  Evaluating("ArgMax").ExpectRefusal({Floats32({}), kAxis0});
}

TEST(Cumsum, RunsExclusiveAndReverse) {
  const Tensor input = Ints32({1, 2, 3});
  ExpectTensor<int32_t>(Evaluating("Cumsum").One({input, kAxis0}), {3}, {1, 3, 6});
  ExpectTensor<int32_t>(Evaluating("Cumsum", {{"exclusive", true}, {"reverse", true}}).One({input, kAxis0}),
                        {3}, {5, 3, 0});
  ExpectTensor<int32_t>(Evaluating("Cumprod", {{"reverse", true}}).One({input, kAxis0}), {3}, {6, 6, 3});
}

TEST(Softmax, SurvivesLargeNumbers) {
  ExpectNear(Evaluating("Softmax").One({Tensor::Of<float>({1, 2}, {1000, 1000})}), {1, 2}, {0.5f, 0.5f});
  ExpectNear(Evaluating("LogSoftmax").One({Tensor::Of<float>({1, 2}, {1000, 0})}), {1, 2}, {0, -1000});
}

TEST(Truth, OfNothingIsNeutral) {
  EXPECT_TRUE(Evaluating("All").One({Bools({}), kAxis0}).scalar<bool>());
  EXPECT_FALSE(Evaluating("Any").One({Bools({}), kAxis0}).scalar<bool>());
  Evaluating("All").ExpectRefusal({Ints32({1}), kAxis0}, Code::kDtypeMismatch);
}

}  // namespace
}  // namespace litesmith::evaluate
