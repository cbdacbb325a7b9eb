// int8 ops element by element: against real arithmetic over all pairs of levels, and the roundings of the
// official runtime's default kernels where they differ from the reference.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernels/simd/fast.h"

namespace litesmith {
namespace {

// All levels, as a column or a row.
Tensor AllLevels(Dims dims) {
  Tensor tensor = Tensor::Zeros(DType::kInt8, std::move(dims));
  for (int i = 0; i < 256; ++i)
    tensor.mutable_data<int8_t>()[static_cast<size_t>(i)] = static_cast<int8_t>(i - 128);
  return tensor;
}

KernelRun RunFast(KernelCall call, std::string_view name) {
  call.fast = FindFast(call.op, name);
  return call.fast != nullptr ? RunKernel(call) : KernelRun{};
}

// Every result is the level nearest to function(x, y), or as good as the nearest; `slack` in steps.
template <class F>
void ExpectNearest(const std::string& op, std::string_view name, float scale_a, float scale_b,
                   float scale_out, F function, double slack) {
  for (const bool column_first : {true, false}) {
    const Quantization a = Scaled(scale_a, 5), b = Scaled(scale_b, -128), out = Scaled(scale_out, -20);
    const Dims first = column_first ? Dims{256, 1} : Dims{256},
               second = column_first ? Dims{256} : Dims{256, 1};
    const KernelRun run =
        RunFast({op, {{AllLevels(first), a}, {AllLevels(second), b}}, {}, {{DType::kInt8, out}}}, name);
    ASSERT_TRUE(run.ok) << run.Findings();
    for (int row = 0; row < 256; ++row) {
      for (int i = 0; i < 256; ++i) {
        const int x = (column_first ? row : i) - 128, y = (column_first ? i : row) - 128;
        const double real =
            function(static_cast<double>(scale_a) * (x - 5), static_cast<double>(scale_b) * (y + 128));
        const double level = std::clamp(real / scale_out - 20, -128.0, 127.0);
        ASSERT_NEAR(run.outputs[0].data<int8_t>()[static_cast<size_t>(row * 256 + i)], level, 0.5 + slack)
            << x << " and " << y;
      }
    }
  }
}

TEST(FastInt8, SumsAndDifferencesAreTheNearestLevels) {
  LS_SKIP_WITHOUT(Isa::kAvx2);
  // 20 bits for the larger scale leave each side at most 255 / 2^21 off.
  for (const float scale_a : {0.01f, 0.05f, 1.7f}) {
    ExpectNearest(
        "ADD", "add_i8_avx2", scale_a, 0.05f, 0.11f, [](double x, double y) { return x + y; }, 1e-3);
    ExpectNearest(
        "SUB", "sub_i8_avx2", scale_a, 0.05f, 0.11f, [](double x, double y) { return x - y; }, 1e-3);
  }
}

TEST(FastInt8, ProductsAreTheNearestLevels) {
  LS_SKIP_WITHOUT(Isa::kAvx2);
  for (const float scale_a : {0.01f, 0.3f}) {
    ExpectNearest(
        "MUL", "mul_i8_avx2", scale_a, 0.05f, 0.11f, [](double x, double y) { return x * y; }, 1e-3);
  }
}

TEST(FastInt8, ActivationsCutSums) {
  LS_SKIP_WITHOUT(Isa::kAvx2);
  const KernelRun run = RunFast({"ADD",
                                 {{Tensor::Of<int8_t>({3}, {-100, 10, 100}), Scaled(1)},
                                  {Tensor::Of<int8_t>({3}, {0, 0, 0}), Scaled(1)}},
                                 {{"fused_activation_function", int64_t{3}}},
                                 {{DType::kInt8, Scaled(0.5f, -3)}}},
                                "add_i8_avx2");
  ASSERT_TRUE(run.ok) << run.Findings();
  ExpectEqual(run.outputs[0], {-3, 9, 9});
}

TEST(FastInt8, ScalesOutsideWhatTheDelegateTakesAreLeftToTheReference) {
  LS_SKIP_WITHOUT(Isa::kAvx2);
  const FastKernel* add = FindFast("ADD", "add_i8_avx2");
  ASSERT_NE(add, nullptr);
  class Context : public KernelContext {
    Failed Report(Code, std::string) override { return kFailed; }
  } context;
  const Quantization one = Scaled(1), tiny = Scaled(1.0f / 2048), large = Scaled(256);
  for (const Quantization* other : {&one, &tiny, &large}) {
    TensorView a, b, out;
    a.dtype = b.dtype = out.dtype = DType::kInt8;
    a.quantization = out.quantization = &one;
    b.quantization = other;
    context.inputs = {a, b};
    context.outputs = {out};
    EXPECT_EQ(add->supports(context), other == &one);
  }
}

TEST(FastInt8, FloatsAreQuantizedHalvesToEven) {
  LS_SKIP_WITHOUT(Isa::kAvx2);
  const float infinity = std::numeric_limits<float>::infinity();
  const KernelRun run = RunFast(
      {"QUANTIZE",
       {{Tensor::Of<float>({9}, {0.25f, 0.75f, -0.25f, -0.75f, 1.3f, 1e9f, -1e9f, infinity, -infinity})}},
       {},
       {{DType::kInt8, Scaled(0.5f, 10)}}},
      "quantize_f32_i8_avx2");
  ASSERT_TRUE(run.ok) << run.Findings();
  ExpectEqual(run.outputs[0], {10, 12, 10, 8, 13, 127, -128, 127, -128});
}

TEST(FastInt8, NaNIsSomeLevel) {
  LS_SKIP_WITHOUT(Isa::kAvx2);
  const KernelRun run = RunFast(
      {"QUANTIZE", {{Tensor::Of<float>({1}, {std::nanf("")})}}, {}, {{DType::kInt8, Scaled(0.5f, 10)}}},
      "quantize_f32_i8_avx2");
  ASSERT_TRUE(run.ok) << run.Findings();
  ExpectEqual(run.outputs[0], {127});
}

TEST(FastInt8, DequantizesEveryLevel) {
  LS_SKIP_WITHOUT(Isa::kAvx2);
  const KernelRun run = RunFast(
      {"DEQUANTIZE", {{AllLevels({256}), Scaled(0.25f, -3)}}, {}, {DType::kFloat32}}, "dequantize_i8_avx2");
  ASSERT_TRUE(run.ok) << run.Findings();
  std::vector<double> want;
  for (int q = -128; q < 128; ++q) want.push_back(0.25 * (q + 3));
  ExpectEqual(run.outputs[0], want);
}

TEST(FastInt8, TablesHoldTheNearestLevelOfEachFunction) {
  struct Function {
    std::string op, name;
    double (*function)(double);
    float scale_out;
    int64_t zero_out;
    double slack;  // the multipliers of the last two have 8 bits after the point
  };
  const std::vector<Function> functions = {
      {"LOGISTIC", "logistic_i8", [](double x) { return 1 / (1 + std::exp(-x)); }, 1.0f / 256, -128, 1e-3},
      {"TANH", "tanh_i8", [](double x) { return std::tanh(x); }, 1.0f / 128, 0, 1e-3},
      {"LEAKY_RELU", "leaky_relu_i8", [](double x) { return x > 0 ? x : 0.25 * x; }, 0.07f, 9, 0.5},
      {"QUANTIZE", "requantize_i8", [](double x) { return x; }, 0.06f, 9, 0.5},
  };
  for (const Function& f : functions) {
    const KernelRun run = RunFast({f.op,
                                   {{AllLevels({256}), Scaled(0.05f, 3)}},
                                   {{"alpha", 0.25f}},
                                   {{DType::kInt8, Scaled(f.scale_out, f.zero_out)}}},
                                  f.name);
    ASSERT_TRUE(run.ok) << run.Findings();
    for (int q = -128; q < 128; ++q) {
      const double level = f.function(0.05 * (q - 3)) / f.scale_out + static_cast<double>(f.zero_out);
      EXPECT_NEAR(run.outputs[0].data<int8_t>()[static_cast<size_t>(q + 128)],
                  std::clamp(level, -128.0, 127.0), 0.5 + f.slack)
          << f.op << " of " << q;
    }
  }
}

}  // namespace
}  // namespace litesmith
