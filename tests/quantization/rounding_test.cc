#include "quantization/rounding.h"

#include "quantization/calibrate.h"
#include "quantization/rounded_weights.h"
#include "quantizing.h"

namespace litesmith::quantization {
namespace {

// Inputs that go together: each number of a row is a mixture of a few hidden ones.
Tensor CorrelatedInputs(int64_t rows, int64_t width, uint32_t seed) {
  constexpr int64_t kHidden = 4;
  const Tensor hidden = RandomTensor({rows, kHidden}, seed), mixture = RandomTensor({kHidden, width}, 99);
  Tensor inputs = RandomTensor({rows, width}, seed + 1000, -0.05f, 0.05f);
  const auto values = inputs.mutable_data<float>();
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t i = 0; i < width; ++i) {
      for (int64_t k = 0; k < kHidden; ++k) {
        values[static_cast<size_t>(row * width + i)] +=
            hidden.data<float>()[static_cast<size_t>(row * kHidden + k)] *
            mixture.data<float>()[static_cast<size_t>(k * width + i)];
      }
    }
  }
  return inputs;
}

// Of the op's results with rounded weights, summed over all rows of fresh inputs.
double SquaredError(const Tensor& weights, const QuantizedConstant& rounded, const Tensor& inputs) {
  const Tensor back = Dequantize(rounded);
  const auto width = static_cast<size_t>(weights.dims()[1]), outputs = static_cast<size_t>(weights.dims()[0]);
  double error = 0;
  for (size_t row = 0; row < static_cast<size_t>(inputs.dims()[0]); ++row) {
    for (size_t o = 0; o < outputs; ++o) {
      double off = 0;
      for (size_t i = 0; i < width; ++i)
        off += static_cast<double>(back.data<float>()[o * width + i] - weights.data<float>()[o * width + i]) *
               static_cast<double>(inputs.data<float>()[row * width + i]);
      error += off * off;
    }
  }
  return error;
}

class RoundingTest : public QuantizationTest {
 protected:
  // What samples show of the inputs of the module's weights.
  std::unique_ptr<PatchCollection> Collect(const std::shared_ptr<ir::Module>& module,
                                           const SampleSource& source, int threads = 1) {
    auto patches = std::make_unique<PatchCollection>(*module, source.count());
    Observations observations;
    CalibrationOptions options;
    options.threads = threads;
    EXPECT_TRUE(Calibrate(module, "", source, options, observations, patches.get(), context_).ok()) << Said();
    return patches;
  }
};

constexpr std::string_view kMatrix = R"(
func @main(%x "x": f32[32,24] "x") -> ("y") {
  %w = const f32[8,24] random(3)
  %y = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[32,8] "y"
  return %y
}
)";

TEST_F(RoundingTest, CorrelatedInputsMakeGoodForOneAnother) {
  const auto module = Parse(kMatrix);
  std::vector<std::vector<Tensor>> samples;
  for (uint32_t i = 0; i < 8; ++i) samples.push_back({CorrelatedInputs(32, 24, i)});
  const auto patches = Collect(module, ArraySamples(samples));
  const ir::Node& node = *NodesOf(*module, tfl::FULLY_CONNECTED)[0];
  const Tensor& weights = *node.constant_operand(1);
  const Tensor fresh = CorrelatedInputs(200, 24, 500);
  for (const int bits : {8, 4}) {
    const QuantizedConstant nearest = QuantizeWeights(weights, 0, bits);
    QuantizedConstant rounded = nearest;
    RoundByMoments(weights, {patches->Find(node)}, bits, rounded);
    EXPECT_EQ(rounded.quantization->scale, nearest.quantization->scale);
    EXPECT_LT(SquaredError(weights, rounded, fresh), 0.5 * SquaredError(weights, nearest, fresh)) << bits;
  }
}

TEST_F(RoundingTest, FewRowsDoNotMakeIndependentInputsGoTogether) {
  const auto module = Parse(R"(
func @main(%x "x": f32[1,96] "x") -> ("y") {
  %w = const f32[32,96] random(3)
  %y = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[1,32] "y"
  return %y
}
)");
  const auto patches = Collect(module, ArraySamples::Random({1, 96}, 24));
  const ir::Node& node = *NodesOf(*module, tfl::FULLY_CONNECTED)[0];
  const Tensor& weights = *node.constant_operand(1);
  const Tensor fresh = RandomTensor({200, 96}, 500);
  const QuantizedConstant nearest = QuantizeWeights(weights, 0, 4);
  QuantizedConstant rounded = nearest;
  RoundByMoments(weights, {patches->Find(node)}, 4, rounded);
  EXPECT_LT(SquaredError(weights, rounded, fresh), 1.2 * SquaredError(weights, nearest, fresh));
}

TEST_F(RoundingTest, ThreadsDoNotChangeTheResult) {
  const auto module = Parse(kMatrix);
  std::vector<std::vector<Tensor>> samples;
  for (uint32_t i = 0; i < 9; ++i) samples.push_back({CorrelatedInputs(32, 24, i)});
  const ir::Node& node = *NodesOf(*module, tfl::FULLY_CONNECTED)[0];
  std::vector<Tensor> results;
  for (const int threads : {1, 3}) {
    const auto patches = Collect(module, ArraySamples(samples), threads);
    const auto rounded = RoundedWeights::Make(*module, 8, patches.get(), threads, context_);
    ASSERT_TRUE(rounded.ok());
    ASSERT_NE(rounded->Find(node), nullptr);
    results.push_back(rounded->Find(node)->values);
  }
  EXPECT_TRUE(SameTensor(results[0], results[1]));
}

TEST_F(RoundingTest, SharedWeightsAreRoundedOnceForAllTheirUses) {
  const auto module = Parse(R"(
func @main(%x "x": f32[4,16] "x") -> ("y") {
  %w = const f32[16,16] random(3)
  %a = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[4,16] "a"
  %y = tfl.FULLY_CONNECTED(%a, %w, _) {} : f32[4,16] "y"
  return %y
}
)");
  const auto patches = Collect(module, ArraySamples::Random({4, 16}, 4));
  const auto rounded = RoundedWeights::Make(*module, 8, patches.get(), 1, context_);
  ASSERT_TRUE(rounded.ok());
  const auto nodes = NodesOf(*module, tfl::FULLY_CONNECTED);
  ASSERT_NE(rounded->Find(*nodes[0]), nullptr);
  EXPECT_EQ(rounded->Find(*nodes[0]), rounded->Find(*nodes[1]));
}

TEST_F(RoundingTest, TheShiftOfTheMeanIsWhatABiasMustAdd) {
  const auto module = Parse(kMatrix);
  std::vector<std::vector<Tensor>> samples;
  for (uint32_t i = 0; i < 4; ++i) samples.push_back({RandomTensor({32, 24}, i, 0, 2)});
  const auto patches = Collect(module, ArraySamples(samples));
  const ir::Node& node = *NodesOf(*module, tfl::FULLY_CONNECTED)[0];
  const Tensor& weights = *node.constant_operand(1);
  const QuantizedConstant rounded = QuantizeWeights(weights, 0, 4);
  const std::vector<float> shift = MeanShift(weights, *patches->Find(node), rounded, nullptr, Mode::kWeight4);
  ASSERT_EQ(shift.size(), 8u);
  const std::vector<float> rows = patches->Find(node)->Rows();
  const Tensor back = Dequantize(rounded);
  for (size_t o = 0; o < 8; ++o) {
    double mean = 0;
    for (size_t at = 0; at < rows.size(); ++at)
      mean += static_cast<double>(rows[at]) * static_cast<double>(weights.data<float>()[o * 24 + at % 24] -
                                                                  back.data<float>()[o * 24 + at % 24]);
    EXPECT_NEAR(shift[o], mean / (static_cast<double>(rows.size()) / 24), 1e-4);
  }
}

TEST_F(RoundingTest, PatchesOfAConvolutionAreWhatItsFilterCovers) {
  const auto module = Parse(R"(
func @main(%x "x": f32[1,3,3,1] "x") -> ("y") {
  %w = const f32[1,3,3,1] splat(1)
  %y = tfl.CONV_2D(%x, %w, _) {padding = 0, stride_h = 1, stride_w = 1} : f32[1,3,3,1] "y"
  return %y
}
)");
  const auto x = Tensor::Of<float>({1, 3, 3, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  const auto patches = Collect(module, ArraySamples({{x}}));
  const std::vector<float> rows = patches->Find(*NodesOf(*module, tfl::CONV_2D)[0])->Rows();
  ASSERT_FALSE(rows.empty());
  ASSERT_EQ(rows.size() % 9, 0u);
  for (size_t row = 0; row < rows.size(); row += 9) {
    const float middle = rows[row + 4];  // which output this is
    for (int dy = -1; dy <= 1; ++dy) {
      for (int dx = -1; dx <= 1; ++dx) {
        const int y = (static_cast<int>(middle) - 1) / 3 + dy, x0 = (static_cast<int>(middle) - 1) % 3 + dx;
        const bool inside = y >= 0 && y < 3 && x0 >= 0 && x0 < 3;
        EXPECT_EQ(rows[row + static_cast<size_t>((dy + 1) * 3 + dx + 1)],
                  inside ? static_cast<float>(y * 3 + x0 + 1) : 0.0f);
      }
    }
  }
}

}  // namespace
}  // namespace litesmith::quantization
