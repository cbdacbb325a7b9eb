// Files become the inputs that the model takes, and files that cannot are named with what to do.
#include "pipeline/samples.h"

#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "sample_files.h"

namespace litesmith::pipeline {
namespace {

class PicturesTest : public SampleFiles {
 protected:
  PicturesTest() {
    inputs_ = {Input("image", {1, 2, 2, 3})};
    options_.normalization = SampleOptions::Source::kMetadata;
    options_.preparation.mean = {127.5f, 127.5f, 127.5f};
    options_.preparation.std = {127.5f, 127.5f, 127.5f};
  }
  // One colour everywhere.
  std::string WritePlain(const std::string& name, uint8_t red, uint8_t green, uint8_t blue,
                         int64_t size = 4) {
    return WritePicture(name, size, size, [&](int64_t, int64_t, int c) {
      return c == 0 ? red : c == 1 ? green : blue;
    });
  }
};

TEST_F(PicturesTest, PicturesAreResizedAndNormalizedAsTheModelSays) {
  WritePlain("b.png", 255, 0, 0);
  WritePlain("a.png", 0, 255, 0, 7);
  const auto samples = Open(folder_);
  ASSERT_NE(samples, nullptr) << Said();
  ASSERT_EQ(samples->count(), 2u);
  EXPECT_EQ(samples->name(0), "a.png");
  const auto all = All(*samples);
  ASSERT_EQ(all[1].size(), 1u);
  EXPECT_EQ(all[1][0].dims(), (Dims{1, 2, 2, 3}));
  EXPECT_FLOAT_EQ(all[1][0].data<float>()[0], 1.0f);
  EXPECT_FLOAT_EQ(all[1][0].data<float>()[1], -1.0f);
  EXPECT_FLOAT_EQ(all[0][0].data<float>()[0], -1.0f);
  EXPECT_EQ(Said(), "");
}

TEST_F(PicturesTest, AUint8InputTakesPixelsWhateverTheNormalization) {
  inputs_ = {Input("image", {1, 1, 1, 3}, DType::kUInt8)};
  const auto samples = Open(WritePlain("a.png", 200, 7, 0));
  ASSERT_NE(samples, nullptr) << Said();
  EXPECT_TRUE(SameTensor(All(*samples)[0][0], Tensor::Of<uint8_t>({1, 1, 1, 3}, {200, 7, 0})));
}

TEST_F(PicturesTest, UnknownSizesAreThePicturesOwnAndABatchIsFilled) {
  inputs_ = {Input("image", Shape::OfRank(4), DType::kUInt8)};
  const auto path =
      WritePicture("a.png", 3, 2, [](int64_t x, int64_t y, int) { return uint8_t(10 * y + x); });
  EXPECT_EQ(All(*Open(path))[0][0].dims(), (Dims{1, 2, 3, 3}));
  inputs_ = {Input("image", {2, 2, Dim(), 3})};
  const Tensor two = All(*Open(path))[0][0];
  EXPECT_EQ(two.dims(), (Dims{2, 2, 3, 3}));
  EXPECT_EQ(two.data<float>()[4], two.data<float>()[18 + 4]);
}

TEST_F(PicturesTest, OneChannelIsTheBrightness) {
  inputs_ = {Input("image", {1, 1, 1, 1}, DType::kUInt8)};
  // 0.2989 * 100 + 0.587 * 200 + 0.114 * 50 = 152.99
  EXPECT_EQ(All(*Open(WritePlain("a.png", 100, 200, 50)))[0][0].data<uint8_t>()[0], 153);
}

TEST_F(PicturesTest, ChannelsMayComeFirst) {
  inputs_ = {Input("image", {1, 3, 2, 5}, DType::kUInt8)};
  const Tensor tensor = All(*Open(WritePlain("a.png", 100, 200, 50, 9)))[0][0];
  EXPECT_EQ(tensor.dims(), (Dims{1, 3, 2, 5}));
  EXPECT_EQ(tensor.data<uint8_t>()[9], 100);
  EXPECT_EQ(tensor.data<uint8_t>()[10], 200);
  EXPECT_EQ(tensor.data<uint8_t>()[29], 50);
}

TEST_F(PicturesTest, OtherIntegersArePixelsToo) {
  inputs_ = {Input("image", {1, 1, 1, 3}, DType::kInt32)};
  EXPECT_TRUE(SameTensor(All(*Open(WritePlain("a.png", 200, 7, 0)))[0][0],
                         Tensor::Of<int32_t>({1, 1, 1, 3}, {200, 7, 0})));
}

TEST_F(PicturesTest, SubfoldersCountAndHiddenFilesDoNot) {
  WritePlain("cats/1.png", 1, 2, 3);
  WritePlain("dogs/old/2.png", 1, 2, 3);
  Write(".DS_Store", AsBytes("x"));
  Write("._1.png", AsBytes("x"));
  const auto samples = Open(folder_);
  ASSERT_NE(samples, nullptr);
  ASSERT_EQ(samples->count(), 2u);
  EXPECT_EQ(samples->name(1), "dogs/old/2.png");
  EXPECT_EQ(Said(), "");
}

TEST_F(PicturesTest, OtherFilesAreNamedOnceWithTheReason) {
  WritePlain("a.png", 1, 2, 3);
  Write("notes.txt", AsBytes("hello"));
  Write("film", AsBytes("GIF89a"));
  ASSERT_NE(Open(folder_), nullptr);
  ASSERT_EQ(findings_.findings().size(), 1u) << Said();
  ExpectSaid(Code::kSampleSkipped,
             {"2 files that are no pictures were skipped", "film: it is a GIF", "notes.txt: "});
}

TEST_F(PicturesTest, ADamagedPictureIsPassedOverWithItsReason) {
  Write("a.png", AsBytes("\x89PNG\r\n\x1a\nxx"));
  WritePlain("b.png", 1, 2, 3);
  const auto samples = Open(folder_);
  ASSERT_NE(samples, nullptr);
  const auto all = All(*samples);
  EXPECT_TRUE(all[0].empty());
  EXPECT_EQ(all[1].size(), 1u);
  EXPECT_NE(samples->problem(0), "");
  EXPECT_EQ(samples->problem(1), "");
  EXPECT_FALSE(findings_.has_errors()) << Said();
}

TEST_F(PicturesTest, WithoutNormalizationTheGuessIsTold) {
  options_.normalization = SampleOptions::Source::kNone;
  const auto samples = Open(WritePlain("a.png", 0, 255, 0));
  ASSERT_NE(samples, nullptr);
  ExpectSaid(Code::kSamplesDoubtful, {"'image'", "-1..1", "guess", "nothing in the model tells"});
  EXPECT_FLOAT_EQ(All(*samples)[0][0].data<float>()[0], -1.0f);
}

TEST_F(PicturesTest, WhatTheModelTellsIsSaidByHowSureItIs) {
  options_.normalization = SampleOptions::Source::kFirstWeights;
  ASSERT_NE(Open(WritePlain("a.png", 0, 255, 0)), nullptr);
  ExpectSaid(Code::kSamplesDoubtful, {"guess", "weights of the first convolution"});
  findings_.Take();
  options_.normalization = SampleOptions::Source::kFirstOps;
  ASSERT_NE(Open(Path("a.png")), nullptr);
  ExpectSaid(Code::kSamplesDoubtful, {"-1..1", "first ops"});
  EXPECT_EQ(findings_.findings()[0].severity, Severity::kNote);
}

TEST_F(PicturesTest, FoldersWithoutSamplesAreRefused) {
  ExpectUnfit(folder_, {"no samples", "empty"});
  Write("readme.md", AsBytes("x"));
  ExpectUnfit(folder_, {"no samples", "readme.md", "pictures"});
}

TEST_F(PicturesTest, PicturesForOtherInputsAreRefusedWithTheNamesOfArrays) {
  WritePlain("a.png", 1, 2, 3);
  inputs_ = {Input("image", {1, 2, 2, 3}), Input("size", {1, 2})};
  ExpectUnfit(folder_,
              {"pictures", "image float32[1,2,2,3], size float32[1,2]", "{'image': array, 'size': array}"});
  inputs_ = {Input("x", {1, 8, 8})};
  ExpectUnfit(folder_, {"x float32[1,8,8]", "no picture [1,H,W,3]"});
}

TEST_F(PicturesTest, PicturesForAnotherSignatureAreNoMistake) {
  WritePlain("a.png", 1, 2, 3);
  inputs_ = {Input("x", {1, 4})};
  options_.others_take_pictures = true;
  const auto samples = Open(folder_);
  ASSERT_NE(samples, nullptr) << Said();
  EXPECT_EQ(samples->count(), 0u);
}

TEST_F(PicturesTest, OneFileOfAnotherKindIsRefusedWithTheReason) {
  ExpectUnfit(Write("film.gif", AsBytes("GIF89a")), {"film.gif", "it is a GIF", "folder of pictures"});
}

TEST_F(PicturesTest, AMissingPathIsAMissingFile) {
  EXPECT_EQ(Open(Path("nowhere")), nullptr);
  ASSERT_EQ(findings_.findings().size(), 1u);
  EXPECT_EQ(findings_.findings()[0].code, Code::kFileMissing);
}

class ArraysTest : public SampleFiles {
 protected:
  ArraysTest() { inputs_ = {Input("x", {1, 3})}; }
  static Tensor Rows(int64_t count, int64_t width = 3, float first = 0) {
    std::vector<float> values;
    for (int64_t i = 0; i < count * width; ++i) values.push_back(first + static_cast<float>(i));
    return Tensor::Of<float>({count, width}, values);
  }
};

TEST_F(ArraysTest, RowsAreSamplesOneAfterTheOther) {
  const auto samples = Open(WriteNpz("data.npz", {{"x", Rows(4)}}));
  ASSERT_NE(samples, nullptr) << Said();
  ASSERT_EQ(samples->count(), 4u);
  EXPECT_EQ(samples->name(2), "data.npz[2]");
  EXPECT_TRUE(SameTensor(All(*samples)[2][0], Tensor::Of<float>({1, 3}, {6, 7, 8})));
  EXPECT_EQ(Said(), "");
}

TEST_F(ArraysTest, InputsAreFoundByEitherNameWithOrWithoutIndexAndBehindTheSignature) {
  options_.signature = "serve";
  for (const std::string name :
       {"x", "x:0", "tensor_of_x", "tensor_of_x:0", "serve/x", "serve/tensor_of_x:0"}) {
    const auto samples = Open(WriteNpz("data.npz", {{name, Rows(1)}}));
    ASSERT_NE(samples, nullptr) << name << Said();
    EXPECT_TRUE(SameTensor(All(*samples)[0][0], Rows(1)));
  }
}

TEST_F(ArraysTest, TensorsComeInTheOrderOfTheInputs) {
  inputs_.push_back(Input("ids", {1}, DType::kInt32));
  const auto samples =
      Open(WriteNpz("data.npz", {{"ids", Tensor::Of<int64_t>({2}, {5, 6})}, {"x", Rows(2)}}));
  ASSERT_NE(samples, nullptr) << Said();
  ASSERT_EQ(samples->count(), 2u);
  const auto all = All(*samples);
  EXPECT_TRUE(SameTensor(all[1][0], Tensor::Of<float>({1, 3}, {3, 4, 5})));
  EXPECT_TRUE(SameTensor(all[1][1], Tensor::Of<int32_t>({1}, {6})));
}

TEST_F(ArraysTest, AFolderHoldsAFilePerSampleOrSeveral) {
  WriteNpz("a.npz", {{"x", Rows(1)}});
  WriteNpz("b.npz", {{"x", Rows(2, 3, 100)}});
  const auto samples = Open(folder_);
  ASSERT_NE(samples, nullptr) << Said();
  ASSERT_EQ(samples->count(), 3u);
  EXPECT_EQ(samples->name(0), "a.npz");
  EXPECT_EQ(samples->name(2), "b.npz[1]");
  EXPECT_EQ(All(*samples)[2][0].data<float>()[0], 103);
}

TEST_F(ArraysTest, AnNpyIsForTheOnlyInputWhateverItsName) {
  // The only member of an archive is such a file.
  const auto archive = *npz::Write({{"any", Tensor::Of<uint8_t>({1, 3}, {1, 2, 3})}}, context_);
  const std::string text(AsText(archive));
  const size_t start = text.find("\x93NUMPY");
  inputs_ = {Input("x", {1, 3}, DType::kUInt8)};
  const auto samples = Open(Write("x.npy", AsBytes(text.substr(start, text.find("PK\x01\x02") - start))));
  ASSERT_NE(samples, nullptr) << Said();
  EXPECT_EQ(All(*samples)[0][0].data<uint8_t>()[2], 3);
}

TEST_F(ArraysTest, NumpysDoublesBecomeFloats) {
  const auto samples = Open(WriteNpz("data.npz", {{"x", Tensor::Of<double>({1, 3}, {1, 2, 0.5})}}));
  ASSERT_NE(samples, nullptr) << Said();
  EXPECT_TRUE(SameTensor(All(*samples)[0][0], Tensor::Of<float>({1, 3}, {1, 2, 0.5f})));
}

TEST_F(ArraysTest, TextsAreSamplesToo) {
  inputs_ = {Input("text", {1}, DType::kString)};
  const auto samples = Open(WriteNpz("data.npz", {{"text", Tensor::OfStrings({2}, {"one", "two"})}}));
  ASSERT_NE(samples, nullptr) << Said();
  EXPECT_EQ(All(*samples)[1][0].strings(), (std::vector<std::string_view>{"two"}));
}

TEST_F(ArraysTest, AnotherNameIsRefusedWithBoth) {
  ExpectUnfit(
      WriteNpz("data.npz", {{"pixels", Rows(2)}}),
      {"input 'x'", "pixels float32[2,3]", "x float32[1,3]", "numpy.savez('samples.npz', **{'x': array})"});
}

TEST_F(ArraysTest, AnotherShapeIsRefusedWithBoth) {
  ExpectUnfit(WriteNpz("data.npz", {{"x", Rows(2, 9)}}), {"'x'", "float32[2,9]", "float32[1,3]", "[N,3]"});
}

TEST_F(ArraysTest, AnotherDtypeIsRefusedWithTheConversion) {
  ExpectUnfit(WriteNpz("data.npz", {{"x", Tensor::Of<uint8_t>({1, 3}, {1, 2, 3})}}),
              {"'x'", "uint8", "float32", "array.astype('float32')"});
}

TEST_F(ArraysTest, PicturesWithOtherChannelsAreRefusedWithTheFix) {
  inputs_ = {Input("x", {1, 4, 4, 3})};
  const auto unfit = [&](Dims dims, const char* advice) {
    ExpectUnfit(WriteNpz("data.npz", {{"x", Tensor::Zeros(DType::kFloat32, dims)}}), {advice, "[N,4,4,3]"});
  };
  unfit({2, 3, 8, 8}, "transpose(0, 2, 3, 1)");
  unfit({2, 4, 4, 1}, "numpy.repeat(array, 3, axis=-1)");
  unfit({2, 4, 4, 4}, "array[..., :3]");
  inputs_ = {Input("x", {1, 3, 8, 8})};
  ExpectUnfit(WriteNpz("data.npz", {{"x", Tensor::Zeros(DType::kFloat32, {2, 8, 8, 3})}}),
              {"transpose(0, 3, 1, 2)", "[N,3,8,8]"});
}

TEST_F(ArraysTest, DifferentNumbersOfSamplesAreRefused) {
  inputs_.push_back(Input("y", {1, 3}));
  ExpectUnfit(WriteNpz("data.npz", {{"x", Rows(4)}, {"y", Rows(2)}}), {"4 for 'x'", "2 for 'y'"});
}

TEST_F(ArraysTest, NoSamplesAreRefused) {
  ExpectUnfit(WriteNpz("data.npz", {{"x", Tensor::Zeros(DType::kFloat32, {0, 3})}}), {"'x'", "empty"});
}

TEST_F(ArraysTest, AnEmptyArrayFitsAnInputThatIsEmpty) {
  inputs_ = {Input("x", {1, 3}), Input("state", {1, 0, 2})};
  const auto samples = Open(WriteNpz("data.npz", {{"x", Tensor::Zeros(DType::kFloat32, {2, 3})},
                                                  {"state", Tensor::Zeros(DType::kFloat32, {2, 0, 2})}}));
  ASSERT_NE(samples, nullptr) << Said();
  ASSERT_EQ(samples->count(), 2u);
  EXPECT_EQ(All(*samples)[1][1].dims(), (Dims{1, 0, 2}));
}

TEST_F(ArraysTest, NotFiniteNumbersAreNamedWithTheirPlace) {
  Tensor rows = Rows(3);
  rows.mutable_data<float>()[7] = NAN;
  const auto samples = Open(WriteNpz("data.npz", {{"x", rows}}));
  ASSERT_NE(samples, nullptr);
  EXPECT_TRUE(samples->Get(1, context_).ok());
  EXPECT_FALSE(samples->Get(2, context_).ok());
  ExpectSaid(Code::kSampleNotFinite, {"'data.npz[2]'", "NaN", "'x'", "[0,1]"});
  EXPECT_EQ(findings_.exit_status(), 3);
}

TEST_F(ArraysTest, IntegersThatDoNotFitAreTold) {
  inputs_ = {Input("ids", {1}, DType::kInt32)};
  const auto samples = Open(WriteNpz("data.npz", {{"ids", Tensor::Of<int64_t>({1}, {int64_t{1} << 40})}}));
  ASSERT_NE(samples, nullptr);
  EXPECT_FALSE(samples->Get(0, context_).ok());
  ExpectSaid(Code::kSamplesUnfit, {"'ids'", "int32"});
}

TEST_F(ArraysTest, OtherArraysAreSkippedAndNamed) {
  ASSERT_NE(Open(WriteNpz("data.npz", {{"x", Rows(2)}, {"labels", Rows(2)}})), nullptr);
  ExpectSaid(Code::kSampleSkipped, {"labels", "x float32[1,3]"});
}

TEST_F(ArraysTest, ArraysOfOtherSignaturesAreNoMistake) {
  options_.signature = "encode";
  options_.other_names = {"z", "decode/z"};
  EXPECT_EQ(Open(WriteNpz("data.npz", {{"x", Rows(2)}, {"decode/z", Rows(1)}}))->count(), 2u);
  EXPECT_EQ(Open(WriteNpz("data.npz", {{"z", Rows(2)}}))->count(), 0u);
  EXPECT_EQ(Said(), "");
  EXPECT_EQ(Open(WriteNpz("data.npz", {{"z", Rows(2)}, {"labels", Rows(2)}}))->count(), 0u);
}

TEST_F(ArraysTest, AFolderNamedAsTheSignatureHoldsItsSamples) {
  options_.signature = "encode";
  WriteNpz("encode/a.npz", {{"x", Rows(1)}});
  WriteNpz("decode/a.npz", {{"z", Rows(1)}});
  EXPECT_EQ(Open(folder_)->count(), 1u);
  EXPECT_EQ(Said(), "");
}

TEST_F(ArraysTest, UnreadableFilesAmongOthersAreNamedAndSkipped) {
  WriteNpz("a.npz", {{"x", Rows(1)}});
  Write("b.npz", AsBytes("PK\x03\x04"));
  const auto samples = Open(folder_);
  ASSERT_NE(samples, nullptr) << Said();
  EXPECT_EQ(samples->count(), 1u);
  ExpectSaid(Code::kSampleSkipped, {"1 unreadable file was skipped", "b.npz: "});
}

TEST_F(ArraysTest, UnreadableFilesAloneAreRefused) {
  Write("a.npz", AsBytes("PK\x03\x04"));
  Write("b.npz", AsBytes("x"));
  ExpectUnfit(folder_, {"none of the 2 files", "a.npz: ", "b.npz: "});
  EXPECT_EQ(Open(Path("a.npz")), nullptr);
  ExpectSaid(Code::kNotAnArray, {"a.npz"});
}

TEST_F(ArraysTest, AFileThatFitsNotAmongOthersIsRefused) {
  WriteNpz("a.npz", {{"x", Rows(1)}});
  WriteNpz("b.npz", {{"x", Rows(1, 9)}});
  ExpectUnfit(folder_, {"'b.npz' holds x float32[1,9]"});
}

TEST_F(ArraysTest, ThreadsReadAFolderTogether) {
  for (int i = 0; i < 40; ++i)
    WriteNpz(fmt::format("{:02}.npz", i), {{"x", Rows(2, 3, static_cast<float>(i))}});
  const auto samples = Open(folder_);
  ASSERT_NE(samples, nullptr);
  ASSERT_EQ(samples->count(), 80u);
  std::vector<std::thread> threads;
  std::vector<float> firsts(80);
  for (size_t worker = 0; worker < 4; ++worker) {
    threads.emplace_back([&, worker] {
      for (size_t i = worker; i < 80; i += 4) {
        const auto sample = samples->Get(i, context_);
        if (sample && sample->size() == 1) firsts[i] = (*sample)[0].data<float>()[0];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < 80; ++i) EXPECT_EQ(firsts[i], static_cast<float>(i / 2 + i % 2 * 3));
}

}  // namespace
}  // namespace litesmith::pipeline
