#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "kernels/reference/harness.h"

namespace litesmith {
namespace {

Attributes Conv(int64_t stride, int64_t padding, int64_t dilation = 1, int64_t activation = 0) {
  return {{"stride_h", stride},
          {"stride_w", stride},
          {"padding", padding},
          {"dilation_h_factor", dilation},
          {"dilation_w_factor", dilation},
          {"fused_activation_function", activation}};
}

template <class T>
Tensor Random(Dims dims, double low, double high, unsigned seed) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<double> uniform(low, high);
  Tensor tensor = Tensor::Zeros(kDTypeOf<T>, std::move(dims));
  for (T& value : tensor.mutable_data<T>()) value = static_cast<T>(uniform(generator));
  return tensor;
}

// The real numbers that a quantized tensor stands for.
Tensor Real(const Tensor& tensor, const Quantization& quantization) {
  const std::vector<double> values = *tensor.ToDouble();
  std::vector<float> real;
  int64_t inner = 1;
  for (int axis = quantization.dimension + 1; axis < tensor.rank(); ++axis)
    inner *= tensor.dims()[static_cast<size_t>(axis)];
  for (size_t i = 0; i < values.size(); ++i) {
    const size_t channel = i / static_cast<size_t>(inner) % quantization.scale.size();
    const double scale = quantization.scale[quantization.scale.size() == 1 ? 0 : channel];
    real.push_back(
        static_cast<float>(scale * (values[i] - static_cast<double>(quantization.zero_point_at(channel)))));
  }
  return Tensor::Of<float>(tensor.dims(), real);
}

// A quantized kernel against the float one on the same real numbers: one step, as rounding may differ.
void ExpectOneStep(const std::string& op, std::vector<KernelInput> inputs, const Attributes& attributes,
                   KernelOutput output) {
  const KernelRun run = RunKernel(op, inputs, attributes, {output});
  ASSERT_TRUE(run.ok) << run.Findings();
  for (KernelInput& input : inputs) {
    if (input.quantization.scale.empty()) continue;
    input = {Real(input.tensor, input.quantization)};
  }
  const KernelRun real = RunKernel(op, inputs, attributes, {DType::kFloat32});
  ASSERT_TRUE(real.ok) << real.Findings();
  const std::vector<double> got = *run.outputs[0].ToDouble();
  const std::span<const float> want = real.outputs[0].data<float>();
  ASSERT_EQ(got.size(), want.size());
  const double low = output.dtype == DType::kInt16 ? -32768 : -128,
               high = output.dtype == DType::kInt16 ? 32767 : 127;
  for (size_t i = 0; i < got.size(); ++i) {
    const double q =
        want[i] / output.quantization.scale[0] + static_cast<double>(output.quantization.zero_point_at(0));
    ASSERT_NEAR(got[i], std::clamp(q, low, high), 1.0) << "element " << i;
  }
}

TEST(Conv2D, PadsSamePictureWithTheOddElementBehind) {
  // A window of ones over 4x4 ones with stride 2: SAME pads one row and column below and to the right.
  const KernelRun run = RunKernel("CONV_2D",
                                  {{Tensor::Of<float>({1, 4, 4, 1}, std::vector<float>(16, 1))},
                                   {Tensor::Of<float>({1, 3, 3, 1}, std::vector<float>(9, 1))}},
                                  Conv(2, 0), {DType::kFloat32});
  ASSERT_TRUE(run.ok) << run.Findings();
  EXPECT_EQ(run.outputs[0].dims(), (Dims{1, 2, 2, 1}));
  ExpectEqual(run.outputs[0], {9, 6, 6, 4});
}

TEST(Conv2D, DilatesGroupsAndAddsTheBias) {
  const Tensor input = Tensor::Of<float>({1, 1, 3, 2}, {1, 10, 2, 20, 3, 30});
  // Two groups of one channel; taps 0 and 2 of the row.
  const Tensor weights = Tensor::Of<float>({2, 1, 2, 1}, {1, 1, 1, -1});
  const KernelRun run = RunKernel("CONV_2D", {{input}, {weights}, {Tensor::Of<float>({2}, {0.5f, 0.25f})}},
                                  Conv(1, 1, 2), {DType::kFloat32});
  ASSERT_TRUE(run.ok) << run.Findings();
  EXPECT_EQ(run.outputs[0].dims(), (Dims{1, 1, 1, 2}));
  ExpectEqual(run.outputs[0], {4.5, -19.75});
}

TEST(Conv2D, Int8PerChannelIsWithinOneStepOfFloat) {
  ExpectOneStep("CONV_2D",
                {{Random<int8_t>({2, 7, 6, 5}, -128, 127, 1), Scaled(0.02f, 5)},
                 {Random<int8_t>({6, 3, 3, 5}, -127, 127, 2),
                  PerChannel({0.01f, 0.02f, 0.005f, 0.01f, 0.03f, 0.001f}, 0)},
                 {Random<int32_t>({6}, -500, 500, 3),
                  PerChannel({0.0002f, 0.0004f, 0.0001f, 0.0002f, 0.0006f, 0.00002f}, 0)}},
                Conv(2, 0, 1, 1), {DType::kInt8, Scaled(0.05f, -20)});
}

TEST(Conv2D, Int16WithWideBiasIsWithinOneStepOfFloat) {
  ExpectOneStep("CONV_2D",
                {{Random<int16_t>({1, 5, 5, 3}, -32768, 32767, 1), Scaled(0.0001f)},
                 {Random<int8_t>({4, 3, 3, 3}, -127, 127, 2), PerChannel({0.01f, 0.02f, 0.005f, 0.01f}, 0)},
                 {Random<int64_t>({4}, -500, 500, 3), PerChannel({1e-6f, 2e-6f, 5e-7f, 1e-6f}, 0)}},
                Conv(1, 1), {DType::kInt16, Scaled(0.001f)});
}

TEST(DepthwiseConv2D, Int8WithAMultiplierIsWithinOneStepOfFloat) {
  ExpectOneStep("DEPTHWISE_CONV_2D",
                {{Random<int8_t>({1, 6, 6, 2}, -128, 127, 1), Scaled(0.02f, -7)},
                 {Random<int8_t>({1, 3, 3, 4}, -127, 127, 2), PerChannel({0.01f, 0.02f, 0.005f, 0.01f}, 3)},
                 {Random<int32_t>({4}, -500, 500, 3), PerChannel({0.0002f, 0.0004f, 0.0001f, 0.0002f}, 0)}},
                Conv(1, 0, 2, 3), {DType::kInt8, Scaled(0.03f, -128)});
}

TEST(TransposeConv, Int8IsWithinOneStepOfFloat) {
  ExpectOneStep("TRANSPOSE_CONV",
                {{Tensor::Of<int32_t>({4}, {1, 7, 8, 3}), {}, true},
                 {Random<int8_t>({3, 3, 3, 2}, -127, 127, 2), PerChannel({0.01f, 0.02f, 0.005f}, 0)},
                 {Random<int8_t>({1, 4, 4, 2}, -128, 127, 1), Scaled(0.02f, 3)}},
                Conv(2, 0), {DType::kInt8, Scaled(0.04f, 1)});
}

TEST(FullyConnected, FourBitWeightsAreThoseOfTheirBytes) {
  // 7, -8, 1, -1 in nibbles, the first in the low half.
  const auto bytes =
      std::make_shared<std::vector<std::byte>>(std::vector<std::byte>{std::byte{0x87}, std::byte{0xf1}});
  const Tensor packed(DType::kInt4, {2, 2}, bytes, *bytes);
  for (bool constant : {true, false}) {
    const KernelRun run = RunKernel(
        "FULLY_CONNECTED", {{Tensor::Of<int8_t>({1, 2}, {10, 1}), Scaled(1)}, {packed, Scaled(1), constant}},
        {}, {{DType::kInt8, Scaled(1)}});
    ASSERT_TRUE(run.ok) << run.Findings();
    ExpectEqual(run.outputs[0], {62, 9});
  }
}

// As LiteRT 2.3 computes them: 32 bits unless a bias, or quantized_bias_type, asks for 64.
TEST(FullyConnected, SumsOf16BitsAreAsWideAsTheBias) {
  const std::vector<int16_t> ones(1024, 32767);
  const std::vector<int8_t> weights(1024, 127);
  const KernelInput input{Tensor::Of<int16_t>({1, 1024}, ones), Scaled(1)};
  const KernelInput matrix{Tensor::Of<int8_t>({1, 1024}, weights), Scaled(1)};
  const KernelInput bias{Tensor::Of<int64_t>({1}, {0}), Scaled(1)};
  // 1024 * 32767 * 127 is 4261282816; 32 bits make -33684480 of it.
  const float scale = 1 << 20;
  const auto run = [&](const std::vector<KernelInput>& inputs, const Attributes& attributes) {
    const KernelRun done = RunKernel("FULLY_CONNECTED", inputs, attributes, {{DType::kInt16, Scaled(scale)}});
    EXPECT_TRUE(done.ok) << done.Findings();
    return done.ok ? done.outputs[0].data<int16_t>()[0] : 0;
  };
  EXPECT_EQ(run({input, matrix, bias}, {}), 4064);
  EXPECT_EQ(run({input, matrix}, {{"quantized_bias_type", int64_t{4}}}), 4064);
  EXPECT_EQ(run({input, matrix}, {}), -32);
}

TEST(FullyConnected, RowsOfNoNumbersHaveSumsOfTheBias) {
  const Tensor input = Tensor::Zeros(DType::kFloat32, {3, 0}),
               weights = Tensor::Zeros(DType::kFloat32, {2, 0});
  for (const bool keep : {false, true}) {
    const KernelRun run =
        RunKernel("FULLY_CONNECTED", {{input}, {weights}, {Tensor::Of<float>({2}, {1.5f, -2.0f})}},
                  {{"keep_num_dims", keep}}, {DType::kFloat32});
    ASSERT_TRUE(run.ok) << run.Findings();
    EXPECT_EQ(run.outputs[0].dims(), (Dims{3, 2}));
    EXPECT_EQ(run.outputs[0].data<float>()[4], 1.5f);
    EXPECT_EQ(run.outputs[0].data<float>()[5], -2.0f);
  }
  const Tensor none = Tensor::Zeros(DType::kFloat32, {0, 4});
  const KernelRun empty =
      RunKernel("FULLY_CONNECTED", {{Tensor::Zeros(DType::kFloat32, {3, 4})}, {none}}, {}, {DType::kFloat32});
  ASSERT_TRUE(empty.ok) << empty.Findings();
  EXPECT_EQ(empty.outputs[0].dims(), (Dims{3, 0}));
  // How many rows there are is not to be told.
  EXPECT_FALSE(RunKernel("FULLY_CONNECTED", {{Tensor::Zeros(DType::kFloat32, {0, 3})}, {weights}}, {},
                         {DType::kFloat32})
                   .ok);
}

TEST(FullyConnected, HybridStaysNearFloat) {
  const Tensor input = Random<float>({3, 16}, -1, 2, 5), weights = Random<int8_t>({4, 16}, -127, 127, 6);
  const Quantization scales = PerChannel({0.01f, 0.02f, 0.03f, 0.005f}, 0);
  const KernelRun real =
      RunKernel("FULLY_CONNECTED", {{input}, {Real(weights, scales)}}, {}, {DType::kFloat32});
  ASSERT_TRUE(real.ok) << real.Findings();
  for (bool asymmetric : {false, true}) {
    const KernelRun run = RunKernel("FULLY_CONNECTED", {{input}, {weights, scales}},
                                    {{"asymmetric_quantize_inputs", asymmetric}}, {DType::kFloat32});
    ASSERT_TRUE(run.ok) << run.Findings();
    for (size_t i = 0; i < 12; ++i) {
      EXPECT_NEAR(run.outputs[0].data<float>()[i], real.outputs[0].data<float>()[i], 0.25) << i;
    }
  }
}

TEST(Conv2D, RefusesWhatCannotBe) {
  const Tensor input = Tensor::Of<float>({1, 4, 4, 2}, std::vector<float>(32, 1));
  const Tensor weights = Tensor::Of<float>({1, 3, 3, 2}, std::vector<float>(18, 1));
  const auto refused = [&](const Tensor& in, const Tensor& w, const Attributes& attributes) {
    const KernelRun run = RunKernel("CONV_2D", {{in}, {w}}, attributes, {DType::kFloat32});
    return !run.prepared && run.findings.size() == 1;
  };
  EXPECT_TRUE(refused(input, weights, Conv(0, 0)));     // stride 0
  EXPECT_TRUE(refused(input, weights, Conv(1, 0, 0)));  // dilation 0
  EXPECT_TRUE(refused(input, weights, Conv(1, 7)));     // padding unknown
  EXPECT_TRUE(refused(input, weights, Conv(1, 1, 2)));  // window too wide
  EXPECT_TRUE(
      refused(input, Tensor::Of<float>({1, 3, 3, 3}, std::vector<float>(27, 1)), Conv(1, 0)));  // channels
  EXPECT_TRUE(refused(input, Tensor::Zeros(DType::kFloat32, {0, 3, 3, 2}), Conv(1, 0)));        // no outputs
  EXPECT_TRUE(refused(input, Tensor::Zeros(DType::kFloat32, {1, 3, 3, 0}), Conv(1, 0)));        // no inputs
  EXPECT_TRUE(refused(Tensor::Of<float>({4, 4, 2}, std::vector<float>(32, 1)), weights, Conv(1, 0)));  // rank
  EXPECT_TRUE(refused(input, weights, Conv(1, 0, 1, 4)));  // fused TANH
}

}  // namespace
}  // namespace litesmith
