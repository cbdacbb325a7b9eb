// What a model takes is read from its metadata or from what its first ops do.
#include <gtest/gtest.h>

#include <random>

#include "formats/tflite/metadata.h"
#include "pipeline/samples.h"
#include "verifying.h"

namespace litesmith::pipeline {
namespace {

using Source = SampleOptions::Source;

class SamplesOptionsTest : public testing::Test {
 protected:
  // Of a picture %x that becomes %y by `ops`, for a convolution.
  SampleOptions OptionsOf(const std::string& ops, const tflite::ModelMetadata* metadata = nullptr,
                          const std::string& dtype = "f32") {
    const auto module = verifying_.Parse(
        "signature \"encode\" @main\nsignature \"decode\" @other\n"
        "func @main(%x \"image\": " +
        dtype + "[1,8,8,3] \"image_tensor\") -> (\"z\") {\n" + ops +
        "  %w = const f32[1,1,1,3] [1, 2, 3]\n"
        "  %z = tfl.CONV_2D(%y, %w, _) {padding = 0, stride_h = 1, stride_w = 1} : f32[1,8,8,1]\n"
        "  return %z\n}\n"
        "func @other(%v \"vector\": f32[1,4] \"vector_tensor\") -> (\"v\") {\n  return %v\n}\n");
    if (module == nullptr) return {};
    if (metadata != nullptr) {
      const auto bytes = tflite::PackMetadata(*metadata);
      module->metadata.emplace_back(
          tflite::kMetadataEntry,
          Tensor::Of<uint8_t>({static_cast<int64_t>(bytes.size())},
                              std::span(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size())));
    }
    return SampleOptionsOf(*module, "");
  }
  void ExpectRange(const SampleOptions& options, Source source, float low, float high) {
    EXPECT_EQ(options.normalization, source);
    ASSERT_EQ(options.ranges.size(), 1u);
    ASSERT_TRUE(options.ranges[0].has_value());
    EXPECT_FLOAT_EQ(options.ranges[0]->low, low);
    EXPECT_FLOAT_EQ(options.ranges[0]->high, high);
    // Black and white.
    EXPECT_FLOAT_EQ((0 - options.preparation.mean[0]) / options.preparation.std[0], low);
    EXPECT_FLOAT_EQ((255 - options.preparation.mean[0]) / options.preparation.std[0], high);
  }
  // One op with one constant.
  static std::string Op(const char* name, const char* constant, bool constant_first = false) {
    return std::string("  %c = const ") + constant + "\n  %y = tfl." + name +
           (constant_first ? "(%c, %x)" : "(%x, %c)") + " {fused_activation_function = 0} : f32[1,8,8,3]\n";
  }
  static constexpr const char* kScaled =
      "  %a = const f32[] [{0}]\n  %m = tfl.MUL(%x, %a) {{fused_activation_function = 0}} : f32[1,8,8,3]\n"
      "  %b = const f32[] [{1}]\n  %y = tfl.ADD(%m, %b) {{fused_activation_function = 0}} : f32[1,8,8,3]\n";

  Verifying verifying_;
};

TEST_F(SamplesOptionsTest, AModelThatScalesPixelsItselfTakesPixels) {
  ExpectRange(OptionsOf(fmt::format(kScaled, 0.00784314, -1)), Source::kFirstOps, 0, 255);
  ExpectRange(OptionsOf(Op("MUL", "f32[] [0.00392157]")), Source::kFirstOps, 0, 255);
  ExpectRange(OptionsOf(Op("DIV", "f32[1] [255]")), Source::kFirstOps, 0, 255);
  ExpectRange(OptionsOf(Op("SUB", "f32[1,1,1,3] [123.7, 116.8, 103.9]")), Source::kFirstOps, 0, 255);
}

TEST_F(SamplesOptionsTest, AModelThatCentresNumbersBelowOneTakesThose) {
  ExpectRange(OptionsOf(fmt::format(kScaled, 2, -1)), Source::kFirstOps, 0, 1);
  ExpectRange(OptionsOf(fmt::format(kScaled, 255, -120)), Source::kFirstOps, 0, 1);
  ExpectRange(OptionsOf(fmt::format(kScaled, 127.5, 127.5)), Source::kFirstOps, -1, 1);
  ExpectRange(OptionsOf(Op("SUB", "f32[] [0.5]", true)), Source::kFirstOps, 0, 1);
}

TEST_F(SamplesOptionsTest, OpsThatMoveNumbersAreSeenThrough) {
  const char* reversed =
      "  %axis = const i32[1] [3]\n  %r = tfl.REVERSE_V2(%x, %axis) : f32[1,8,8,3]\n"
      "  %c = const f32[3] [103.9, 116.8, 123.7]\n"
      "  %y = tfl.SUB(%r, %c) {fused_activation_function = 0} : f32[1,8,8,3]\n";
  ExpectRange(OptionsOf(reversed), Source::kFirstOps, 0, 255);
}

TEST_F(SamplesOptionsTest, OpsThatTellNothingTellNothing) {
  for (const std::string& ops :
       {Op("ADD", "f32[] [0.01]"), Op("MUL", "f32[] [1]"), Op("MUL", "f32[] [0]"), Op("DIV", "f32[] [0]"),
        Op("DIV", "f32[] [255]", true), Op("SUB", "f32[8,1] [1, 2, 3, 4, 5, 6, 7, 8]"),
        std::string("  %y = tfl.RELU(%x) : f32[1,8,8,3]\n")}) {
    const SampleOptions options = OptionsOf(ops);
    EXPECT_EQ(options.normalization, Source::kNone) << ops;
    ASSERT_EQ(options.ranges.size(), 1u);
    EXPECT_FALSE(options.ranges[0].has_value()) << ops;
  }
}

TEST_F(SamplesOptionsTest, MetadataComesFirst) {
  tflite::ModelMetadata metadata;
  metadata.inputs.resize(1);
  metadata.outputs.resize(1);
  metadata.inputs[0].mean = {127.5f};
  metadata.inputs[0].std = {127.5f};
  ExpectRange(OptionsOf(fmt::format(kScaled, 2, -1), &metadata), Source::kMetadata, -1, 1);
  // A deviation of zero is none.
  metadata.inputs[0].std = {0};
  EXPECT_EQ(OptionsOf(Op("ADD", "f32[] [0.01]"), &metadata).normalization, Source::kNone);
  // Bounds of the numbers tell the range, not what black is.
  metadata.inputs[0].mean = metadata.inputs[0].std = {};
  metadata.inputs[0].min = {-2};
  metadata.inputs[0].max = {3};
  const SampleOptions bounded = OptionsOf(Op("ADD", "f32[] [0.01]"), &metadata);
  EXPECT_EQ(bounded.normalization, Source::kNone);
  ASSERT_TRUE(bounded.ranges[0].has_value());
  EXPECT_EQ(bounded.ranges[0]->high, 3);
}

// Filters of a convolution whose biases take away the mean of inputs of `mean` and `deviation`.
std::string Convolution(float mean, float deviation) {
  std::mt19937 random(3);
  const auto next = [&] { return static_cast<float>(random() >> 8) / 8388608.0f - 1; };  // -1..1
  std::string weights, biases;
  for (int filter = 0; filter < 16; ++filter) {
    float sum = 0;
    for (int i = 0; i < 3; ++i) {
      const float weight = next() / deviation;
      sum += weight;
      weights += fmt::format("{}{}", weights.empty() ? "" : ", ", weight);
    }
    biases += fmt::format("{}{}", biases.empty() ? "" : ", ", 0.2f * next() - mean * sum);
  }
  return fmt::format(
      "  %v = const f32[16,1,1,3] [{}]\n  %a = const f32[16] [{}]\n"
      "  %p = const i32[4,2] [0, 0, 1, 1, 1, 1, 0, 0]\n  %q = tfl.PAD(%x, %p) : f32[1,8,8,3]\n"
      "  %y = tfl.CONV_2D(%q, %v, %a) {{padding = 0, stride_h = 1, stride_w = 1}} : f32[1,8,8,16]\n",
      weights, biases);
}

TEST_F(SamplesOptionsTest, TheFirstConvolutionTellsTheScaleWhereNothingElseDoes) {
  const auto expect = [&](float mean, float deviation, float low, float high) {
    const SampleOptions options = OptionsOf(Convolution(mean, deviation));
    ExpectRange(options, Source::kFirstWeights, low, high);
    EXPECT_TRUE(options.ranges[0]->rough);
  };
  expect(110, 60, 0, 255);
  expect(0, 60, -128, 127);
  expect(0.45f, 0.25f, 0, 1);
  expect(0, 0.5f, -1, 1);
}

TEST_F(SamplesOptionsTest, BytesArePixels) {
  const SampleOptions options = OptionsOf("  %y = tfl.CAST(%x) : f32[1,8,8,3]\n", nullptr, "u8");
  ASSERT_TRUE(options.ranges[0].has_value());
  EXPECT_EQ(options.ranges[0]->high, 255);
}

TEST_F(SamplesOptionsTest, NamesOfOtherSignaturesAreKnown) {
  const SampleOptions options = OptionsOf(Op("ADD", "f32[] [0.01]"));
  EXPECT_EQ(options.signature, "encode");
  EXPECT_EQ(options.other_names,
            (std::vector<std::string>{"vector", "vector_tensor", "decode/vector", "decode/vector_tensor"}));
  EXPECT_FALSE(options.others_take_pictures);
}

}  // namespace
}  // namespace litesmith::pipeline
