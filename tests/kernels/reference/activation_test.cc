#include <gtest/gtest.h>

#include <cmath>

#include "kernels/reference/harness.h"

namespace litesmith {
namespace {

// An integer activation against real numbers over the whole range of the dtype.
template <class T>
void ExpectSteps(const std::string& op, double (*real)(double), const Quantization& in,
                 const Quantization& out, double steps, const Attributes& attributes = {}) {
  std::vector<T> values;
  for (int q = std::numeric_limits<T>::min(); q <= std::numeric_limits<T>::max(); ++q)
    values.push_back(static_cast<T>(q));
  const KernelRun run = RunKernel(op, {{Tensor::Of<T>({static_cast<int64_t>(values.size())}, values), in}},
                                  attributes, {{kDTypeOf<T>, out}});
  ASSERT_TRUE(run.ok) << run.Findings();
  for (size_t i = 0; i < values.size(); ++i) {
    const double x = in.scale[0] * static_cast<double>(values[i] - in.zero_point[0]);
    const double want = std::clamp<double>(real(x) / out.scale[0] + static_cast<double>(out.zero_point[0]),
                                           std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
    ASSERT_NEAR(run.outputs[0].data<T>()[i], want, steps) << op << " of " << x;
  }
}

double SigmoidOf(double x) { return 1 / (1 + std::exp(-x)); }
double TanhOf(double x) { return std::tanh(x); }

TEST(IntegerActivations, AreWithinOneStepOfRealNumbersIn8Bits) {
  ExpectSteps<int8_t>("LOGISTIC", SigmoidOf, Scaled(0.07f, 10), Scaled(1.0f / 256, -128), 0.51);
  ExpectSteps<uint8_t>("TANH", TanhOf, Scaled(0.03f, 100), Scaled(1.0f / 128, 128), 0.51);
  ExpectSteps<int8_t>(
      "HARD_SWISH", [](double x) { return x * std::clamp(x + 3, 0.0, 6.0) / 6; }, Scaled(0.05f, -3),
      Scaled(0.04f, -60), 1.01);
  ExpectSteps<int8_t>(
      "RELU6", [](double x) { return std::clamp(x, 0.0, 6.0); }, Scaled(0.1f, 3), Scaled(0.03f, -128), 1.01);
  ExpectSteps<int8_t>(
      "ELU", [](double x) { return x < 0 ? std::expm1(x) : x; }, Scaled(0.03f, 0), Scaled(0.03f, -90), 0.51);
  ExpectSteps<int8_t>("LEAKY_RELU", [](double x) { return x > 0 ? x : x * 0.25; }, Scaled(0.03f, 7),
                      Scaled(0.02f, -9), 1.01, {{"alpha", 0.25f}});
  ExpectSteps<int8_t>(
      "ABS", [](double x) { return std::abs(x); }, Scaled(0.03f, 7), Scaled(0.02f, -128), 1.01);
}

TEST(IntegerActivations, AreNearRealNumbersIn16Bits) {
  ExpectSteps<int16_t>("LOGISTIC", SigmoidOf, Scaled(0.0003f), Scaled(1.0f / 32768), 3);
  ExpectSteps<int16_t>("TANH", TanhOf, Scaled(0.0003f), Scaled(1.0f / 32768), 4);
  ExpectSteps<int16_t>("TANH", TanhOf, Scaled(1.0f / 4096), Scaled(1.0f / 32768), 4);
  ExpectSteps<int16_t>(
      "RELU", [](double x) { return std::max(x, 0.0); }, Scaled(0.0003f), Scaled(0.0002f), 1.01);
  ExpectSteps<int16_t>(
      "SQRT", [](double x) { return x > 0 ? std::sqrt(x) : 0; }, Scaled(0.0003f, -32768), Scaled(0.0002f),
      1.01);
}

TEST(Softmax, SumsToOneInEveryDtype) {
  const KernelRun real = RunKernel("SOFTMAX", {{Tensor::Of<float>({1, 4}, {1, 2, 3, 1000})}},
                                   {{"beta", 1.0f}}, {DType::kFloat32});
  ASSERT_TRUE(real.ok) << real.Findings();
  ExpectNear(real.outputs[0], {0, 0, 0, 1});
  const KernelRun narrow = RunKernel("SOFTMAX", {{Tensor::Of<int8_t>({1, 3}, {0, 10, 20}), Scaled(0.1f)}},
                                     {{"beta", 1.0f}}, {{DType::kInt8, Scaled(1.0f / 256, -128)}});
  ASSERT_TRUE(narrow.ok) << narrow.Findings();
  ExpectNear(narrow.outputs[0], {0.09003 * 256 - 128, 0.24473 * 256 - 128, 0.66524 * 256 - 128}, 0.01);
  const KernelRun wide =
      RunKernel("SOFTMAX", {{Tensor::Of<int16_t>({1, 3}, {0, 1000, 2000}), Scaled(0.001f)}}, {{"beta", 1.0f}},
                {{DType::kInt16, Scaled(1.0f / 32768)}});
  ASSERT_TRUE(wide.ok) << wide.Findings();
  ExpectNear(wide.outputs[0], {0.09003 * 32768, 0.24473 * 32768, 0.66524 * 32768}, 0.002);
}

TEST(Round, TakesHalvesToEven) {
  const KernelRun run =
      RunKernel("ROUND", {{Tensor::Of<float>({6}, {-2.5f, -1.5f, 0.5f, 1.5f, 2.5f, 0.49999997f})}}, {},
                {DType::kFloat32});
  ASSERT_TRUE(run.ok) << run.Findings();
  ExpectEqual(run.outputs[0], {-2, -2, 0, 2, 2, 0});
}

TEST(PRelu, TakesASlopeForEachChannel) {
  const KernelRun run = RunKernel(
      "PRELU", {{Tensor::Of<float>({2, 2}, {-1, -1, 2, -4})}, {Tensor::Of<float>({2}, {0.5f, 0.25f})}}, {},
      {DType::kFloat32});
  ASSERT_TRUE(run.ok) << run.Findings();
  ExpectEqual(run.outputs[0], {-0.5, -0.25, 2, -1});
}

TEST(Lstm, KeepsItsStatesFromStepToStep) {
  // One unit without peepholes; all weights 0.5, no bias: the numbers are those of the equations.
  std::vector<KernelInput> inputs(20);
  inputs[0] = {Tensor::Of<float>({1, 2, 1}, {1, -1})};
  for (size_t i = 1; i <= 8; ++i) inputs[i] = {Tensor::Of<float>({1, 1}, {0.5f})};
  for (size_t i = 12; i <= 15; ++i) inputs[i] = {Tensor::Of<float>({1}, {0})};
  inputs[18] = {Tensor::Of<float>({1, 1}, {0}), {}, false, true};
  inputs[19] = {Tensor::Of<float>({1, 1}, {0}), {}, false, true};
  double h = 0, c = 0;
  std::vector<double> want;
  for (double x : {1.0, -1.0}) {
    const double z = 0.5 * x + 0.5 * h, gate = SigmoidOf(z);
    c = gate * c + gate * std::tanh(z);
    h = gate * std::tanh(c);
    want.push_back(h);
  }
  const KernelRun run = RunKernel("UNIDIRECTIONAL_SEQUENCE_LSTM", inputs,
                                  {{"fused_activation_function", int64_t{4}}}, {DType::kFloat32});
  ASSERT_TRUE(run.ok) << run.Findings();
  ExpectNear(run.outputs[0], want);
  ExpectNear(run.states[0], {h});
  ExpectNear(run.states[1], {c});
}

TEST(Rnn, RefusesWeightsThatDoNotFit) {
  const KernelRun run = RunKernel("RNN",
                                  {{Tensor::Of<float>({1, 2}, {1, 2})},
                                   {Tensor::Of<float>({3, 2}, std::vector<float>(6))},
                                   {Tensor::Of<float>({3, 2}, std::vector<float>(6))},
                                   {Tensor::Of<float>({3}, {0, 0, 0})},
                                   {Tensor::Of<float>({1, 3}, {0, 0, 0}), {}, false, true}},
                                  {}, {DType::kFloat32});
  EXPECT_FALSE(run.prepared);
  EXPECT_EQ(run.findings.size(), 1u);
}

}  // namespace
}  // namespace litesmith
