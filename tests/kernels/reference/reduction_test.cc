#include <gtest/gtest.h>

#include <cmath>

#include "kernels/reference/harness.h"

namespace litesmith {
namespace {

Tensor Count(Dims dims) {  // 1, 2, 3 ...
  Tensor tensor = Tensor::Zeros(DType::kFloat32, std::move(dims));
  float next = 0;
  for (float& value : tensor.mutable_data<float>()) value = ++next;
  return tensor;
}

KernelInput Axes(std::vector<int32_t> axes, bool constant = true) {
  return {Tensor::Of<int32_t>({static_cast<int64_t>(axes.size())}, axes), {}, constant};
}

TEST(Sum, TakesAnyAxesInAnyOrder) {
  const KernelRun run =
      RunKernel("SUM", {{Count({2, 3, 2})}, Axes({2, -3, 2})}, {{"keep_dims", true}}, {DType::kFloat32});
  ASSERT_TRUE(run.ok) << run.Findings();
  EXPECT_EQ(run.outputs[0].dims(), (Dims{1, 3, 1}));
  ExpectEqual(run.outputs[0], {18, 26, 34});
}

TEST(Sum, OverNoAxisIsTheInput) {
  const KernelRun run = RunKernel("SUM", {{Count({2, 2})}, Axes({})}, {}, {DType::kFloat32});
  ASSERT_TRUE(run.ok) << run.Findings();
  ExpectEqual(run.outputs[0], {1, 2, 3, 4});
}

TEST(Sum, FindsItsShapeAtRunTimeWhenTheAxesAreComputed) {
  const KernelRun run = RunKernel("SUM", {{Count({2, 2})}, Axes({0}, false)}, {}, {DType::kFloat32});
  ASSERT_TRUE(run.ok) << run.Findings();
  EXPECT_EQ(run.outputs[0].dims(), (Dims{2}));
  ExpectEqual(run.outputs[0], {4, 6});
}

TEST(Sum, SaysWhichAxisIsNotThere) {
  const KernelRun run = RunKernel("SUM", {{Count({2, 2})}, Axes({2})}, {}, {DType::kFloat32});
  EXPECT_FALSE(run.prepared);
  EXPECT_EQ(run.findings.size(), 1u);
}

TEST(Mean, OfInt8IsWithinOneStep) {
  std::vector<int8_t> values;
  double sum = 0;
  for (int i = 0; i < 77; ++i) values.push_back(static_cast<int8_t>((i * 37) % 251 - 120));
  for (int8_t value : values) sum += 0.02 * (value - 5);
  const KernelRun run = RunKernel("MEAN", {{Tensor::Of<int8_t>({77}, values), Scaled(0.02f, 5)}, Axes({0})},
                                  {}, {{DType::kInt8, Scaled(0.01f, -9)}});
  ASSERT_TRUE(run.ok) << run.Findings();
  ExpectNear(run.outputs[0], {sum / 77 / 0.01 - 9}, 1.0 / std::abs(sum / 77 / 0.01 - 9));
}

TEST(ReduceMax, IgnoresNaNAndReachesBelowZero) {
  const Tensor input = Tensor::Of<float>({2, 2}, {-5, -7, std::nanf(""), 3});
  const KernelRun run = RunKernel("REDUCE_MAX", {{input}, Axes({1})}, {}, {DType::kFloat32});
  ASSERT_TRUE(run.ok) << run.Findings();
  ExpectEqual(run.outputs[0], {-5, 3});
}

TEST(ReduceAny, OfNothingIsFalseAndAllIsTrue) {
  const KernelInput empty = {Tensor::Zeros(DType::kBool, {2, 0})};
  const KernelRun any = RunKernel("REDUCE_ANY", {empty, Axes({1})}, {}, {DType::kBool});
  ASSERT_TRUE(any.ok) << any.Findings();
  EXPECT_FALSE(any.outputs[0].data<bool>()[0]);
  const KernelRun all = RunKernel("REDUCE_ALL", {empty, Axes({1})}, {}, {DType::kBool});
  ASSERT_TRUE(all.ok) << all.Findings();
  EXPECT_TRUE(all.outputs[0].data<bool>()[1]);
}

TEST(CumSum, RunsBackwardsAndLeavesOutTheElementItself) {
  const KernelRun run = RunKernel("CUMSUM", {{Count({2, 3})}, {Tensor::Scalar<int32_t>(-1)}},
                                  {{"exclusive", true}, {"reverse", true}}, {DType::kFloat32});
  ASSERT_TRUE(run.ok) << run.Findings();
  ExpectEqual(run.outputs[0], {5, 3, 0, 11, 6, 0});
}

TEST(AveragePool, DoesNotCountThePadding) {
  const Attributes attributes = {{"filter_height", int64_t{2}},
                                 {"filter_width", int64_t{2}},
                                 {"stride_h", int64_t{2}},
                                 {"stride_w", int64_t{2}},
                                 {"padding", int64_t{0}}};
  const KernelRun run = RunKernel("AVERAGE_POOL_2D", {{Count({1, 3, 3, 1})}}, attributes, {DType::kFloat32});
  ASSERT_TRUE(run.ok) << run.Findings();
  ExpectEqual(run.outputs[0], {3, 4.5, 7.5, 9});
}

TEST(MaxPool, KeepsIntegersAndRefusesAChangeOfScale) {
  const Attributes attributes = {{"filter_height", int64_t{2}},
                                 {"filter_width", int64_t{2}},
                                 {"stride_h", int64_t{1}},
                                 {"stride_w", int64_t{1}},
                                 {"padding", int64_t{1}}};
  const KernelInput input = {Tensor::Of<int8_t>({1, 2, 2, 1}, {-100, -90, -128, -95}), Scaled(0.5f, 3)};
  const KernelRun run = RunKernel("MAX_POOL_2D", {input}, attributes, {{DType::kInt8, Scaled(0.5f, 3)}});
  ASSERT_TRUE(run.ok) << run.Findings();
  ExpectEqual(run.outputs[0], {-90});
  EXPECT_FALSE(RunKernel("MAX_POOL_2D", {input}, attributes, {{DType::kInt8, Scaled(0.25f, 3)}}).prepared);
}

TEST(Resize, FollowsTheThreeConventionsForCentres) {
  const Tensor input = Tensor::Of<float>({1, 1, 2, 1}, {0, 3});
  const KernelInput size = {Tensor::Of<int32_t>({2}, {1, 4}), {}, true};
  const auto row = [&](const Attributes& attributes) {
    const KernelRun run = RunKernel("RESIZE_BILINEAR", {{input}, size}, attributes, {DType::kFloat32});
    EXPECT_TRUE(run.ok) << run.Findings();
    return run.outputs[0];
  };
  ExpectNear(row({}), {0, 1.5, 3, 3});
  ExpectNear(row({{"align_corners", true}}), {0, 1, 2, 3});
  ExpectNear(row({{"half_pixel_centers", true}}), {0, 0.75, 2.25, 3});
}

TEST(Resize, RefusesASizeOfNothing) {
  for (bool constant : {true, false}) {
    const KernelRun run = RunKernel(
        "RESIZE_NEAREST_NEIGHBOR", {{Count({1, 2, 2, 1})}, {Tensor::Of<int32_t>({2}, {0, -4}), {}, constant}},
        {}, {DType::kFloat32});
    EXPECT_FALSE(run.ok);
    EXPECT_EQ(run.findings.size(), 1u);
  }
}

TEST(Quantize, RoundsHalvesAwayFromZeroAndDequantizeBringsThemBack) {
  const KernelRun run = RunKernel("QUANTIZE", {{Tensor::Of<float>({5}, {-0.75f, 0.25f, 0.75f, 1e9f, -1e9f})}},
                                  {}, {{DType::kInt8, Scaled(0.5f, 1)}});
  ASSERT_TRUE(run.ok) << run.Findings();
  ExpectEqual(run.outputs[0], {-1, 2, 3, 127, -128});
  const KernelRun back = RunKernel("DEQUANTIZE", {{run.outputs[0], Scaled(0.5f, 1)}}, {}, {DType::kFloat32});
  ASSERT_TRUE(back.ok) << back.Findings();
  ExpectEqual(back.outputs[0], {-1, 0.5, 1, 63, -64.5});
}

TEST(Dequantize, TakesAScaleForEachChannelAndNarrowIntegers) {
  const KernelRun run =
      RunKernel("DEQUANTIZE", {{Tensor::Of<int8_t>({2, 2}, {1, 2, 3, 4}), PerChannel({10, 100}, 0)}}, {},
                {DType::kFloat32});
  ASSERT_TRUE(run.ok) << run.Findings();
  ExpectEqual(run.outputs[0], {10, 20, 300, 400});
  const auto bytes =
      std::make_shared<std::vector<std::byte>>(std::vector<std::byte>{std::byte{0x87}, std::byte{0x0f}});
  const KernelRun narrow =
      RunKernel("DEQUANTIZE", {{Tensor(DType::kInt4, {3}, bytes, *bytes), Scaled(2)}}, {}, {DType::kFloat32});
  ASSERT_TRUE(narrow.ok) << narrow.Findings();
  ExpectEqual(narrow.outputs[0], {14, -16, -2});
}

TEST(Cast, CutsFloatsThatNoIntegerHolds) {
  const KernelRun run =
      RunKernel("CAST", {{Tensor::Of<float>({4}, {3e9f, -3e9f, 2.9f, std::nanf("")})}}, {}, {DType::kInt32});
  ASSERT_TRUE(run.ok) << run.Findings();
  ExpectEqual(run.outputs[0], {2147483647, -2147483648.0, 2, 0});
}

}  // namespace
}  // namespace litesmith
