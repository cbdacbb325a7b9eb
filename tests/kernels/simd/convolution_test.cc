// Fast convolutions and matrix products against the reference kernels, over shapes that leave tiles, panels
// and blocks of channels partly filled.
#include <gtest/gtest.h>

#include <cmath>

#include "kernels/simd/fast.h"

namespace litesmith {
namespace {

struct Case {
  int64_t batches, height, width, depth, channels;
  int64_t size_y, size_x, stride, dilation;
  int64_t padding, activation;
};

std::vector<Case> ConvCases() {
  std::vector<Case> cases;
  int64_t turn = 0;
  for (const int64_t depth : {1, 3, 8, 17}) {
    for (const int64_t channels : {1, 7, 16, 33}) {
      for (const int64_t size : {1, 3}) {
        for (const int64_t stride : {1, 2}) {
          ++turn;
          cases.push_back({1 + turn % 2, 5 + turn % 4, 9 - turn % 3, depth, channels, size, size + turn % 2,
                           stride, stride == 1 ? 1 + turn % 2 : 1, turn % 2, turn % 4});
        }
      }
    }
  }
  return cases;
}

std::vector<Case> DepthwiseCases() {
  std::vector<Case> cases;
  int64_t turn = 0;
  for (const int64_t channels : {1, 8, 15, 16, 24, 49}) {
    for (const int64_t size : {1, 3, 5}) {
      for (const int64_t stride : {1, 2}) {
        ++turn;
        cases.push_back({1 + turn % 2, 8, 5 + turn % 7, channels, channels, size, size, stride,
                         stride == 1 ? 1 + turn % 2 : 1, size == 5 ? 0 : turn % 2, turn % 4});
      }
    }
  }
  return cases;
}

Attributes AttributesOf(const Case& c) {
  return {{"padding", c.padding},
          {"stride_h", c.stride},
          {"stride_w", c.stride},
          {"dilation_h_factor", c.dilation},
          {"dilation_w_factor", c.dilation},
          {"depth_multiplier", int64_t{1}},
          {"fused_activation_function", c.activation}};
}

Dims WeightDims(const Case& c, bool depthwise) {
  if (depthwise) return {1, c.size_y, c.size_x, c.channels};
  return {c.channels, c.size_y, c.size_x, c.depth};
}

std::string Describe(const Case& c) {
  return fmt::format("input {}x{}x{}x{}, {} channels, window {}x{}, stride {}, dilation {}, padding {}",
                     c.batches, c.height, c.width, c.depth, c.channels, c.size_y, c.size_x, c.stride,
                     c.dilation, c.padding);
}

// The call by the reference kernel, and by the fast one with one thread and with three.
struct Runs {
  KernelRun reference, fast, threaded;
  bool ok() const { return reference.ok && fast.ok && threaded.ok; }
};
Runs RunAll(KernelCall call, std::string_view name) {
  Runs runs;
  runs.reference = RunKernel(call);
  call.fast = FindFast(call.op, name);
  if (call.fast == nullptr) return runs;
  runs.fast = RunKernel(call);
  const std::unique_ptr<Threads> threads = MakeThreadPool(3);
  call.threads = threads.get();
  runs.threaded = RunKernel(call);
  return runs;
}

void ExpectSame(const Runs& runs, double tolerance) {
  ASSERT_TRUE(runs.ok()) << runs.fast.Findings();
  EXPECT_EQ(runs.fast.outputs[0].dims(), runs.reference.outputs[0].dims());
  ExpectNear(runs.fast.outputs[0], *runs.reference.outputs[0].ToDouble(), tolerance);
  EXPECT_TRUE(SameTensor(runs.fast.outputs[0], runs.threaded.outputs[0])) << "depends on threads";
}

void CompareFloats(const std::string& op, std::string_view name, const std::vector<Case>& cases) {
  Numbers numbers;
  for (const Case& c : cases) {
    SCOPED_TRACE(Describe(c));
    const Tensor input = numbers.Floats({c.batches, c.height, c.width, c.depth});
    const Tensor weights = numbers.Floats(WeightDims(c, op != "CONV_2D"));
    const Tensor bias = c.activation == 0 ? Tensor() : numbers.Floats({c.channels});
    ExpectSame(
        RunAll({op, {{input}, {weights, {}, true}, {bias, {}, true}}, AttributesOf(c), {DType::kFloat32}},
               name),
        1e-5);
  }
}

// Results may be a step apart: the reference rounds a fixed-point product twice.
void CompareInt8(const std::string& op, std::string_view name, const std::vector<Case>& cases) {
  Numbers numbers;
  for (const Case& c : cases) {
    SCOPED_TRACE(Describe(c));
    const bool depthwise = op != "CONV_2D";
    const Tensor input = numbers.Integers<int8_t>({c.batches, c.height, c.width, c.depth}, -128, 127);
    const Tensor weights = numbers.Integers<int8_t>(WeightDims(c, depthwise), -127, 127);
    const Tensor bias = c.activation == 0 ? Tensor() : numbers.Integers<int32_t>({c.channels}, -9999, 9999);
    const Quantization scales = PerChannel(numbers.Scales(c.channels), depthwise ? 3 : 0);
    ExpectSame(RunAll({op,
                       {{input, Scaled(0.02f, -7)}, {weights, scales, true}, {bias, {}, true}},
                       AttributesOf(c),
                       {{DType::kInt8, Scaled(0.05f, 11)}}},
                      name),
               1);
  }
}

// Activations are quantized to 255 steps over their range, and both sides do that in their own way: each may
// be off by what half a step (a little more, where the zero point is rounded) gives on all weights of an
// output.
void CompareDynamic(const std::string& op, std::string_view name, const std::vector<Case>& cases) {
  Numbers numbers;
  for (const Case& c : cases) {
    SCOPED_TRACE(Describe(c));
    const bool depthwise = op != "CONV_2D";
    const Tensor input = numbers.Floats({c.batches, c.height, c.width, c.depth});
    const Tensor weights = numbers.Integers<int8_t>(WeightDims(c, depthwise), -127, 127);
    const Tensor bias = c.activation == 0 ? Tensor() : numbers.Floats({c.channels});
    const Quantization scales = PerChannel(numbers.Scales(c.channels), depthwise ? 3 : 0);
    Tensor real = Tensor::Zeros(DType::kFloat32, weights.dims());
    std::vector<double> sums(static_cast<size_t>(c.channels));
    const int64_t taps = c.size_y * c.size_x;
    for (int64_t i = 0; i < weights.elements(); ++i) {
      const auto at = static_cast<size_t>(i);
      const auto channel = static_cast<size_t>(depthwise ? i % c.channels : i / (taps * c.depth));
      real.mutable_data<float>()[at] = static_cast<float>(weights.data<int8_t>()[at]) * scales.scale[channel];
      sums[channel] += std::abs(real.data<float>()[at]);
    }
    KernelCall call{op, {{input}, {real, {}, true}, {bias, {}, true}}, AttributesOf(c), {DType::kFloat32}};
    const KernelRun exact = RunKernel(call);
    call.inputs[1] = {weights, scales, true};
    const Runs runs = RunAll(call, name);
    ASSERT_TRUE(exact.ok && runs.ok()) << runs.fast.Findings();
    const double step = 4.0 / 255;
    for (size_t i = 0; i < static_cast<size_t>(exact.outputs[0].elements()); ++i) {
      EXPECT_NEAR(runs.fast.outputs[0].data<float>()[i], exact.outputs[0].data<float>()[i],
                  step * 0.6 * sums[i % sums.size()] + 1e-4);
    }
    EXPECT_TRUE(SameTensor(runs.fast.outputs[0], runs.threaded.outputs[0])) << "depends on threads";
  }
}

TEST(FastConv2D, FloatsEqualTheReference) {
  LS_SKIP_WITHOUT(Isa::kAvx2);
  CompareFloats("CONV_2D", "conv_2d_f32_avx2", ConvCases());
}
TEST(FastConv2D, Int8IsWithinAStepOfTheReference) {
  LS_SKIP_WITHOUT(Isa::kAvx2);
  CompareInt8("CONV_2D", "conv_2d_i8_avx2", ConvCases());
}
TEST(FastConv2D, DynamicRangeIsWithinItsQuantizationOfFloats) {
  LS_SKIP_WITHOUT(Isa::kAvx2);
  CompareDynamic("CONV_2D", "conv_2d_i8_avx2", ConvCases());
}
TEST(FastDepthwise, FloatsEqualTheReference) {
  LS_SKIP_WITHOUT(Isa::kAvx2);
  std::vector<Case> cases = DepthwiseCases();
  std::erase_if(cases, [](const Case& c) { return c.channels < 8; });  // left to the reference
  CompareFloats("DEPTHWISE_CONV_2D", "depthwise_conv_2d_f32_avx2", cases);
}
TEST(FastDepthwise, Int8IsWithinAStepOfTheReference) {
  LS_SKIP_WITHOUT(Isa::kAvx2);
  CompareInt8("DEPTHWISE_CONV_2D", "depthwise_conv_2d_i8_avx2", DepthwiseCases());
}
TEST(FastDepthwise, DynamicRangeIsWithinItsQuantizationOfFloats) {
  LS_SKIP_WITHOUT(Isa::kAvx2);
  CompareDynamic("DEPTHWISE_CONV_2D", "depthwise_conv_2d_i8_avx2", DepthwiseCases());
}

TEST(FastFullyConnected, EqualsTheReferenceForRowsAndUnitsBesideTheTiles) {
  LS_SKIP_WITHOUT(Isa::kAvx2);
  Numbers numbers;
  for (const int64_t rows : {1, 5, 13}) {
    for (const int64_t units : {1, 16, 21}) {
      for (const int64_t depth : {1, 9, 64}) {
        SCOPED_TRACE(fmt::format("{} rows of {}, {} units", rows, depth, units));
        const Tensor bias = numbers.Floats({units});
        ExpectSame(RunAll({"FULLY_CONNECTED",
                           {{numbers.Floats({rows, depth})},
                            {numbers.Floats({units, depth}), {}, true},
                            {bias, {}, true}},
                           {{"fused_activation_function", int64_t{1}}},
                           {DType::kFloat32}},
                          "fully_connected_f32_avx2"),
                   1e-5);
        ExpectSame(RunAll({"FULLY_CONNECTED",
                           {{numbers.Integers<int8_t>({rows, depth}, -128, 127), Scaled(0.03f, 4)},
                            {numbers.Integers<int8_t>({units, depth}, -127, 127),
                             PerChannel(numbers.Scales(units), 0), true},
                            {numbers.Integers<int32_t>({units}, -99, 99), {}, true}},
                           {{"keep_num_dims", true}},
                           {{DType::kInt8, Scaled(0.1f, -3)}}},
                          "fully_connected_i8_avx2"),
                   1);
      }
    }
  }
}

// One scale for each row, found from that row alone: a large row must not blur a small one.
TEST(FastFullyConnected, DynamicRangeQuantizesEachRowByItself) {
  LS_SKIP_WITHOUT(Isa::kAvx2);
  KernelCall call{"FULLY_CONNECTED",
                  {{Tensor::Of<float>({2, 2}, {1000, -1000, 0.255f, 0})},
                   {Tensor::Of<int8_t>({1, 2}, {100, 50}), Scaled(0.01f), true},
                   {Tensor()}},
                  {},
                  {DType::kFloat32}};
  call.fast = FindFast("FULLY_CONNECTED", "fully_connected_i8_avx2");
  const KernelRun run = RunKernel(call);
  ASSERT_TRUE(run.ok) << run.Findings();
  EXPECT_NEAR(run.outputs[0].data<float>()[0], 500, 8);
  EXPECT_NEAR(run.outputs[0].data<float>()[1], 0.255f, 1e-6);
}

// Sums at the ends of int32 and scales that leave int8 far behind are cut, not wrapped.
TEST(FastConv2D, ResultsOutsideInt8AreCut) {
  LS_SKIP_WITHOUT(Isa::kAvx2);
  KernelCall call{"CONV_2D",
                  {{Tensor::Of<int8_t>({1, 1, 1, 2}, {127, 127}), Scaled(1e10f)},
                   {Tensor::Of<int8_t>({2, 1, 1, 2}, {127, 127, -127, -127}), Scaled(1e10f), true},
                   {Tensor::Of<int32_t>({2}, {2000000000, -2000000000}), {}, true}},
                  {},
                  {{DType::kInt8, Scaled(1e-10f, -100)}}};
  call.fast = FindFast("CONV_2D", "conv_2d_i8_avx2");
  const KernelRun run = RunKernel(call);
  ASSERT_TRUE(run.ok) << run.Findings();
  ExpectEqual(run.outputs[0], {127, -128});
}

}  // namespace
}  // namespace litesmith
