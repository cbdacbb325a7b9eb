// Samples that would give wrong ranges are noticed, with numbers; good ones pass without a word.
#include "pipeline/samples_check.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "base/finding.h"
#include "sample_files.h"

namespace litesmith::pipeline {
namespace {

class NamedSamples : public Samples {
 public:
  size_t count() const override { return 1000; }
  std::string name(size_t index) const override { return fmt::format("s{}.jpg", index); }
  std::string problem(size_t index) const override { return fmt::format("it is damaged at {}", index); }
  bool scaled() const override { return scaled_; }
  Result<std::vector<Tensor>> Get(size_t, Context&) const override { return kFailed; }

  bool scaled_ = false;
};

class SamplesCheckTest : public SampleFiles {
 protected:
  SamplesCheckTest() {
    inputs_ = {Input("image", {1, 8, 8, 3})};
    options_.ranges = {ValueRange{-1, 1}};
  }
  // Like pictures: a structure of its own for each sample, in low..high.
  Tensor Noise(float low = -1, float high = 1, unsigned seed = 0) {
    std::mt19937 random(seed + 1);
    Tensor tensor = Tensor::Zeros(DType::kFloat32, {1, 8, 8, 3});
    for (float& value : tensor.mutable_data<float>())
      value = low + (high - low) * static_cast<float>(random() >> 8) / 16777215.0f;
    return tensor;
  }
  std::vector<std::vector<Tensor>> Many(float low = -1, float high = 1, size_t count = 20) {
    std::vector<std::vector<Tensor>> many;
    for (unsigned i = 0; i < count; ++i) many.push_back({Noise(low, high, i)});
    return many;
  }
  bool Check(const std::vector<std::vector<Tensor>>& samples) {
    findings_.Take();
    SampleCheck check(names_, inputs_, options_);
    // The order does not matter, nor does a second time.
    for (size_t i = samples.size(); i-- > 0;) check.Add(i, samples[i]);
    for (size_t i = 0; i < samples.size(); ++i) check.Add(i, samples[i]);
    return check.Report(context_).ok();
  }

  NamedSamples names_;
};

TEST_F(SamplesCheckTest, GoodSamplesPassWithoutAWord) {
  EXPECT_TRUE(Check(Many()));
  EXPECT_EQ(Said(), "");
}

TEST_F(SamplesCheckTest, ARangeThatIsNotTheModelsIsTold) {
  Check(Many(0, 1));
  ExpectSaid(Code::kSamplesDoubtful, {"'image'", "0.", "..1", "-1..1", "scale them"});
  EXPECT_EQ(findings_.findings().size(), 1u) << Said();
  Check(Many(0, 255));
  ExpectSaid(Code::kSamplesDoubtful, {"'image'", "..254.8", "-1..1"});
  options_.ranges = {ValueRange{0, 255}};
  Check(Many(0, 1));
  ExpectSaid(Code::kSamplesDoubtful, {"'image'", "0..255"});
  Check(Many(0, 255));
  EXPECT_EQ(Said(), "");
}

TEST_F(SamplesCheckTest, OfARoughRangeOnlyTheMagnitudeCounts) {
  options_.ranges = {ValueRange{-1, 1, true}};
  Check(Many(0, 1));
  EXPECT_EQ(Said(), "");
  Check(Many(0, 255));
  ExpectSaid(Code::kSamplesDoubtful, {"'image'", "..254.8", "about -1..1", "first convolution"});
}

TEST_F(SamplesCheckTest, WithoutARangeNothingIsSaidOfIt) {
  options_.ranges = {};
  Check(Many(0, 1000));
  EXPECT_EQ(Said(), "");
}

TEST_F(SamplesCheckTest, PicturesThatWeScaleMayBeDark) {
  names_.scaled_ = true;
  Check(Many(-1, -0.5f));
  EXPECT_EQ(Said(), "");
}

TEST_F(SamplesCheckTest, SwappedInputsOfOneShapeAreTold) {
  inputs_.push_back(Input("depth", {1, 8, 8, 3}));
  options_.ranges = {ValueRange{-1, 1}, ValueRange{0, 100}};
  std::vector<std::vector<Tensor>> good, swapped;
  for (unsigned i = 0; i < 20; ++i) {
    good.push_back({Noise(-1, 1, i), Noise(0, 100, i + 50)});
    swapped.push_back({good.back()[1], good.back()[0]});
  }
  Check(good);
  EXPECT_EQ(Said(), "");
  Check(swapped);
  ExpectSaid(Code::kSamplesDoubtful, {"'image' and 'depth' look swapped", "0..100", "-1..1"});
  EXPECT_EQ(findings_.findings().size(), 1u) << Said();
}

TEST_F(SamplesCheckTest, ZerosAreTold) {
  Check(std::vector<std::vector<Tensor>>(20, {Tensor::Zeros(DType::kFloat32, {1, 8, 8, 3})}));
  ExpectSaid(Code::kSamplesDoubtful, {"20 of 20", "one number everywhere", "'image'", "it is 0"});
}

TEST_F(SamplesCheckTest, MasksAndIdsMayBeConstant) {
  inputs_ = {Input("ids", {1, 4}, DType::kInt32), Input("mask", {1, 4}, DType::kInt32)};
  options_.ranges = {};
  std::vector<std::vector<Tensor>> samples;
  for (int32_t i = 0; i < 20; ++i) {
    samples.push_back(
        {Tensor::Of<int32_t>({1, 4}, {i, 2 * i, 7, 40 - i}), Tensor::Of<int32_t>({1, 4}, {1, 1, 1, 1})});
  }
  Check(samples);
  EXPECT_EQ(Said(), "");
}

TEST_F(SamplesCheckTest, TheSameSampleAgainAndAgainIsTold) {
  Check(std::vector<std::vector<Tensor>>(20, {Noise()}));
  ExpectSaid(Code::kSamplesDoubtful, {"of 20 samples only 1 is different"});
  EXPECT_EQ(findings_.findings().size(), 1u) << Said();
}

TEST_F(SamplesCheckTest, PicturesOfOneFilmAreTold) {
  std::vector<std::vector<Tensor>> film;
  for (unsigned i = 0; i < 20; ++i) {
    Tensor frame = Noise(-1, 1, i % 2);
    for (float& value : frame.mutable_data<float>()) value += 0.0005f * static_cast<float>(i);
    film.push_back({frame});
  }
  Check(film);
  ExpectSaid(Code::kSamplesDoubtful, {"of 20 samples only 2 are clearly different"});
}

TEST_F(SamplesCheckTest, FewSamplesAreTold) {
  Check(Many(-1, 1, 3));
  ExpectSaid(Code::kSamplesDoubtful, {"3 samples are few", "at least 20"});
  Check(Many(-1, 1, 1));
  ExpectSaid(Code::kSamplesDoubtful, {"1 sample is few"});
}

TEST_F(SamplesCheckTest, PicturesWithoutColoursAreTold) {
  options_.normalization = SampleOptions::Source::kMetadata;
  options_.preparation.mean = {100, 110, 120};
  options_.preparation.std = {50, 60, 70};
  options_.ranges = {};
  std::vector<std::vector<Tensor>> grey;
  for (unsigned i = 0; i < 20; ++i) {
    Tensor tensor = Noise(0, 255, i);
    const auto pixels = tensor.mutable_data<float>();
    for (size_t at = 0; at < pixels.size(); ++at) {
      const size_t c = at % 3;
      const float level =
          c == 0 ? pixels[at] : pixels[at - c] * options_.preparation.std[0] + options_.preparation.mean[0];
      pixels[at] = (level - options_.preparation.mean[c]) / options_.preparation.std[c];
    }
    grey.push_back({tensor});
  }
  Check(grey);
  ExpectSaid(Code::kSamplesDoubtful, {"all 20 pictures for 'image' are grey"});
  grey[7] = {Noise(-1, 1)};
  Check(grey);
  EXPECT_EQ(Said(), "");
}

TEST_F(SamplesCheckTest, SkippedSamplesAreNamedInTheirOrder) {
  auto samples = Many();
  samples[3] = samples[12] = {};
  EXPECT_TRUE(Check(samples));
  ExpectSaid(Code::kSampleSkipped,
             {"2 unreadable files were skipped", "s3.jpg: it is damaged at 3, s12.jpg: it is damaged at 12"});
  EXPECT_EQ(findings_.findings().size(), 1u) << Said();
}

TEST_F(SamplesCheckTest, SkippedSamplesAloneAreAnError) {
  EXPECT_FALSE(Check(std::vector<std::vector<Tensor>>(4)));
  ExpectSaid(Code::kSamplesUnfit, {"none of the 4 samples", "s0.jpg: it is damaged at 0"});
  EXPECT_EQ(findings_.exit_status(), 3);
}

}  // namespace
}  // namespace litesmith::pipeline
