// A folder with samples of a test's own, and what is said about them.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/finding.h"
#include "formats/image/picture.h"
#include "formats/npz/npz.h"
#include "pipeline/samples.h"

namespace litesmith::pipeline {

inline runtime::TensorInfo Input(const std::string& name, Shape shape, DType dtype = DType::kFloat32) {
  return {name, "tensor_of_" + name + ":0", dtype, std::move(shape), nullptr};
}

class SampleFiles : public testing::Test {
 protected:
  SampleFiles() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = testing::TempDir() + "samples_" + test->test_suite_name() + "_" + test->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~SampleFiles() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) { return folder_ + "/" + name; }

  std::string Write(const std::string& name, Bytes bytes) {
    std::filesystem::create_directories(std::filesystem::path(Path(name)).parent_path());
    EXPECT_TRUE(host_->Write(Path(name), {bytes}));
    return Path(name);
  }
  std::string WriteNpz(const std::string& name, const std::vector<npz::Entry>& entries) {
    return Write(name, *npz::Write(entries, context_));
  }
  std::string WritePicture(const std::string& name, int64_t width, int64_t height,
                           const std::function<uint8_t(int64_t x, int64_t y, int channel)>& pixel) {
    Picture picture{width, height, {}};
    for (int64_t y = 0; y < height; ++y) {
      for (int64_t x = 0; x < width; ++x) {
        for (int c = 0; c < 3; ++c) picture.pixels.push_back(pixel(x, y, c));
      }
    }
    return Write(name, *EncodePicture(picture, Path(name), context_));
  }

  std::unique_ptr<Samples> Open(const std::string& path) {
    auto samples = OpenSamples(path, inputs_, options_, context_);
    return samples ? std::move(*samples) : nullptr;
  }
  // All samples; those that were passed over are empty.
  std::vector<std::vector<Tensor>> All(const Samples& samples) {
    std::vector<std::vector<Tensor>> all;
    for (size_t i = 0; i < samples.count(); ++i) {
      auto sample = samples.Get(i, context_);
      EXPECT_TRUE(sample.ok()) << Said();
      all.push_back(sample ? *std::move(sample) : std::vector<Tensor>());
    }
    return all;
  }

  std::string Said() {
    std::string text;
    for (const Finding& finding : findings_.findings()) {
      text += fmt::format("{} {}: {}", CodeText(finding.code), finding.headline, finding.cause);
      for (const auto& fix : finding.fixes) text += " | " + fix.text;
      text += "\n";
    }
    return text;
  }
  // One finding of `code`, in whose texts all of `words` stand.
  void ExpectSaid(Code code, std::initializer_list<const char*> words) {
    for (const Finding& finding : findings_.findings()) {
      if (finding.code != code) continue;
      std::string text = finding.headline + "\n" + finding.cause;
      for (const auto& fix : finding.fixes) text += "\n" + fix.text;
      if (std::all_of(words.begin(), words.end(),
                      [&](const char* word) { return text.find(word) != std::string::npos; }))
        return;
    }
    ADD_FAILURE() << "not said: "
                  << testing::PrintToString(std::vector<std::string>(words.begin(), words.end())) << "\n"
                  << Said();
  }
  // Opening fails with kSamplesUnfit alone and says all of `words`.
  void ExpectUnfit(const std::string& path, std::initializer_list<const char*> words) {
    EXPECT_EQ(Open(path), nullptr);
    ExpectSaid(Code::kSamplesUnfit, words);
    EXPECT_EQ(findings_.exit_status(), 3);
    findings_.Take();
  }

  std::string folder_;
  std::unique_ptr<Host> host_ = MakeSystemHost();
  FindingList findings_;
  Context context_{*host_, findings_};
  std::vector<runtime::TensorInfo> inputs_;
  SampleOptions options_;
};

}  // namespace litesmith::pipeline
