#include <gtest/gtest.h>

#include <cmath>

#include "kernels/reference/harness.h"

namespace litesmith {
namespace {

const Attributes kNone;

Tensor Floats(Dims dims, std::vector<float> values) { return Tensor::Of<float>(std::move(dims), values); }

TEST(Add, BroadcastsToSixDimensions) {
  const KernelRun run =
      RunKernel("ADD", {{Floats({2, 1, 1, 1, 1, 2}, {1, 2, 3, 4})}, {Floats({1, 1, 1, 2, 1, 1}, {10, 20})}},
                kNone, {DType::kFloat32});
  ASSERT_TRUE(run.ok) << run.Findings();
  EXPECT_EQ(run.outputs[0].dims(), (Dims{2, 1, 1, 2, 1, 2}));
  ExpectEqual(run.outputs[0], {11, 12, 21, 22, 13, 14, 23, 24});
}

TEST(Add, OfNothingIsNothing) {
  const KernelRun run =
      RunKernel("ADD", {{Floats({0, 3}, {})}, {Floats({1, 3}, {1, 2, 3})}}, kNone, {DType::kFloat32});
  ASSERT_TRUE(run.ok) << run.Findings();
  EXPECT_EQ(run.outputs[0].dims(), (Dims{0, 3}));
}

TEST(Add, SaysWhichShapesDoNotFit) {
  const KernelRun run =
      RunKernel("ADD", {{Floats({2}, {1, 2})}, {Floats({3}, {1, 2, 3})}}, kNone, {DType::kFloat32});
  EXPECT_FALSE(run.prepared);
  ASSERT_EQ(run.findings.size(), 1u);
  EXPECT_EQ(run.findings[0].code, Code::kShapeMismatch);
}

TEST(Add, FusesItsActivation) {
  const Attributes relu6 = {{"fused_activation_function", int64_t{3}}};
  const KernelRun run =
      RunKernel("ADD", {{Floats({3}, {-5, 2, 5})}, {Floats({}, {2})}}, relu6, {DType::kFloat32});
  ASSERT_TRUE(run.ok) << run.Findings();
  ExpectEqual(run.outputs[0], {0, 4, 6});
}

// The three quantized ops against real numbers, for int8 and int16 with unequal scales.
template <class T>
void ExpectOneStep(const std::string& op, double (*real)(double, double), const Quantization& qa,
                   const Quantization& qb, const Quantization& qo, int step) {
  std::vector<T> a, b;
  for (int x = std::numeric_limits<T>::min(); x <= std::numeric_limits<T>::max(); x += step) {
    for (int y = std::numeric_limits<T>::min(); y <= std::numeric_limits<T>::max(); y += step) {
      a.push_back(static_cast<T>(x));
      b.push_back(static_cast<T>(y));
    }
  }
  const Dims dims = {static_cast<int64_t>(a.size())};
  const KernelRun run =
      RunKernel(op, {{Tensor::Of<T>(dims, a), qa}, {Tensor::Of<T>(dims, b), qb}}, {}, {{kDTypeOf<T>, qo}});
  ASSERT_TRUE(run.ok) << run.Findings();
  const std::span<const T> out = run.outputs[0].data<T>();
  for (size_t i = 0; i < a.size(); ++i) {
    const double x = qa.scale[0] * static_cast<double>(a[i] - qa.zero_point[0]);
    const double y = qb.scale[0] * static_cast<double>(b[i] - qb.zero_point[0]);
    const double want = std::clamp<double>(real(x, y) / qo.scale[0] + static_cast<double>(qo.zero_point[0]),
                                           std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
    ASSERT_NEAR(out[i], want, 1.01) << op << " of " << int{a[i]} << " and " << int{b[i]};
  }
}

TEST(QuantizedArithmetic, IsWithinOneStepOfRealNumbers) {
  const Quantization a = Scaled(0.031f, -4), b = Scaled(0.0007f, 17), out = Scaled(0.05f, 3);
  ExpectOneStep<int8_t>(
      "ADD", [](double x, double y) { return x + y; }, a, b, out, 5);
  ExpectOneStep<int8_t>(
      "SUB", [](double x, double y) { return x - y; }, a, b, out, 5);
  ExpectOneStep<int8_t>(
      "MUL", [](double x, double y) { return x * y; }, a, b, Scaled(0.001f, 3), 5);
  ExpectOneStep<int16_t>(
      "ADD", [](double x, double y) { return x + y; }, Scaled(0.001f), Scaled(0.0003f), Scaled(0.002f), 1013);
  ExpectOneStep<int16_t>(
      "SUB", [](double x, double y) { return x - y; }, Scaled(0.001f), Scaled(0.0003f), Scaled(0.002f), 1013);
}

TEST(QuantizedArithmetic, RefusesScalesThatMakeNoSense) {
  for (float scale : {0.0f, -1.0f, std::numeric_limits<float>::infinity(), std::nanf("")}) {
    const KernelRun run = RunKernel(
        "ADD", {{Tensor::Of<int8_t>({1}, {1}), Scaled(scale)}, {Tensor::Of<int8_t>({1}, {1}), Scaled(1)}},
        kNone, {{DType::kInt8, Scaled(1)}});
    EXPECT_FALSE(run.prepared);
    ASSERT_FALSE(run.findings.empty());
    EXPECT_EQ(run.findings[0].code, Code::kQuantizationInvalid) << scale;
  }
}

TEST(Div, OfIntegersByZeroIsAFinding) {
  const KernelRun run =
      RunKernel("DIV", {{Tensor::Of<int32_t>({2}, {7, -7})}, {Tensor::Of<int32_t>({2}, {2, 0})}}, kNone,
                {DType::kInt32});
  EXPECT_TRUE(run.prepared);
  EXPECT_FALSE(run.ok);
}

TEST(Div, CutsTowardsZeroAndWrapsAtTheLowestNumber) {
  constexpr int32_t kLowest = std::numeric_limits<int32_t>::min();
  const KernelRun run =
      RunKernel("DIV", {{Tensor::Of<int32_t>({3}, {7, -7, kLowest})}, {Tensor::Of<int32_t>({3}, {2, 2, -1})}},
                kNone, {DType::kInt32});
  ASSERT_TRUE(run.ok) << run.Findings();
  ExpectEqual(run.outputs[0], {3, -3, static_cast<double>(kLowest)});
}

TEST(FloorDiv, RoundsDownAndFloorModTakesTheDivisorsSign) {
  const Tensor a = Tensor::Of<int32_t>({4}, {7, -7, 7, -7}), b = Tensor::Of<int32_t>({4}, {2, 2, -2, -2});
  const KernelRun quotient = RunKernel("FLOOR_DIV", {{a}, {b}}, kNone, {DType::kInt32});
  ASSERT_TRUE(quotient.ok) << quotient.Findings();
  ExpectEqual(quotient.outputs[0], {3, -4, -4, 3});
  const KernelRun rest = RunKernel("FLOOR_MOD", {{a}, {b}}, kNone, {DType::kInt32});
  ASSERT_TRUE(rest.ok) << rest.Findings();
  ExpectEqual(rest.outputs[0], {1, 1, -1, -1});
}

}  // namespace
}  // namespace litesmith
