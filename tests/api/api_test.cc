// The C++ interface from a user's side: only its own headers and the demo model.
#include <gtest/gtest.h>
#include <litesmith/litesmith.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

namespace litesmith::api {
namespace {

const Model& Demo() {
  static const Model model = [] {
    ConvertOptions options;
    options.labels = {"apple", "mug", "fish", "clock", "umbrella"};
    auto loaded = Model::Load(LITESMITH_DEMO_MODEL, options);
    for (const Finding& finding : loaded.findings())
      EXPECT_NE(finding.severity, Severity::kError) << ToText(finding);
    return *loaded;
  }();
  return model;
}

Picture DemoPicture() {
  const auto picture = Picture::Load(LITESMITH_SOURCE_DIR "/models/demo/demo.jpg");
  EXPECT_TRUE(picture.ok());
  return *picture;
}

std::string Temporary(const std::string& name) { return testing::TempDir() + "litesmith_api_" + name; }

TEST(Api, AConvertedModelTellsItsSignature) {
  ASSERT_EQ(Demo().signatures().size(), 1u);
  const SignatureInfo& signature = Demo().signatures()[0];
  EXPECT_EQ(signature.key, "serving_default");
  ASSERT_EQ(signature.inputs.size(), 1u);
  EXPECT_EQ(signature.inputs[0].dtype, DType::kFloat32);
  EXPECT_EQ(signature.inputs[0].shape.size(), 4u);
  ASSERT_EQ(signature.outputs.size(), 4u);
  EXPECT_EQ(signature.outputs[0].name, "detection_boxes");
}

TEST(Api, AModelThatWasWrittenAndReadRunsAsBefore) {
  const auto file = Demo().Write();
  ASSERT_TRUE(file.ok());
  const auto again = Model::LoadTflite(*file);
  ASSERT_TRUE(again.ok());
  std::vector<Tensor> scores;
  for (const Model& model : {Demo(), *again}) {
    auto interpreter = Interpreter::Create(model);
    ASSERT_TRUE(interpreter.ok());
    const auto& shape = interpreter->inputs()[0].shape;
    std::vector<float> values(static_cast<size_t>(shape[1] * shape[2] * shape[3]));
    for (size_t i = 0; i < values.size(); ++i) values[i] = std::sin(static_cast<float>(i));
    const auto outputs = interpreter->Run({{interpreter->inputs()[0].name, Tensor::Of(shape, values)}});
    ASSERT_TRUE(outputs.ok());
    const auto found = std::find_if(outputs->begin(), outputs->end(),
                                    [](const NamedTensor& one) { return one.name == "detection_scores"; });
    ASSERT_NE(found, outputs->end());
    scores.push_back(found->tensor);
  }
  ASSERT_FALSE(scores[0].data<float>().empty());
  EXPECT_TRUE(std::ranges::equal(scores[0].bytes(), scores[1].bytes()));
}

TEST(Api, AnUnknownInputNameIsAFindingThatNamesTheInputsThereAre) {
  auto interpreter = Interpreter::Create(Demo());
  ASSERT_TRUE(interpreter.ok());
  const auto outputs = interpreter->Run({{"nothing", Tensor::Of<float>({1}, std::vector<float>{1})}});
  ASSERT_FALSE(outputs.ok());
  ASSERT_EQ(outputs.findings().size(), 2u);
  EXPECT_EQ(outputs.findings()[0].code, "LS1108");
  EXPECT_NE(outputs.findings()[0].cause.find(interpreter->inputs()[0].name), std::string::npos);
  EXPECT_EQ(outputs.findings()[1].code, "LS1107");
}

TEST(Api, WrongTensorsAndIndicesAreFindingsAndTheInterpreterGoesOn) {
  auto interpreter = Interpreter::Create(Demo());
  ASSERT_TRUE(interpreter.ok());
  EXPECT_FALSE(interpreter->Output(0).valid());  // before the first inference
  EXPECT_FALSE(interpreter->SetInput(7, Tensor::Of<float>({1}, std::vector<float>{1})).ok());
  EXPECT_FALSE(interpreter->SetInput(0, Tensor()).ok());
  EXPECT_FALSE(interpreter->SetInput(0, Tensor::Of<int64_t>({1}, std::vector<int64_t>{1})).ok());
  EXPECT_FALSE(interpreter->SetInput(0, Tensor::OfStrings({1}, {"text"})).ok());
  EXPECT_TRUE(interpreter->Invoke().ok());
  EXPECT_TRUE(interpreter->Output(0).valid());
  EXPECT_FALSE(interpreter->Output(99).valid());
}

TEST(Api, ADetectorFindsLabelsAndDrawsAndInterpretersOutliveTheirModel) {
  auto detector = Detector::Create(Model(Demo()));
  ASSERT_TRUE(detector.ok());
  Detector moved = *std::move(detector);
  const Picture picture = DemoPicture();
  const auto found = moved.Detect(picture, 0.5f);
  ASSERT_TRUE(found.ok());
  ASSERT_FALSE(found->empty());
  const auto best = moved.Detect(picture, 0.5f, 1);
  ASSERT_EQ(best->size(), 1u);
  EXPECT_EQ((*best)[0].score, (*found)[0].score);
  for (const Found& one : *found) {
    EXPECT_FALSE(one.label.empty());
    EXPECT_GE(one.left, 0);
    EXPECT_LE(one.right, static_cast<float>(picture.width()));
  }
  const Picture drawn = Drawn(picture, *found);
  EXPECT_FALSE(std::ranges::equal(drawn.pixels(), picture.pixels()));
  const std::string path = Temporary("boxes.png");
  ASSERT_TRUE(drawn.Save(path).ok());
  const auto read = Picture::Load(path);
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(std::ranges::equal(read->pixels(), drawn.pixels()));
  std::filesystem::remove(path);
}

TEST(Api, MissingAndForeignFilesAreFindingsWithPages) {
  const auto missing = Model::Load("/nowhere/model.tflite");
  ASSERT_FALSE(missing.ok());
  ASSERT_EQ(missing.findings().size(), 1u);
  EXPECT_EQ(missing.findings()[0].code, "LS1101");
  EXPECT_NE(Explain("LS1101").find("LS1101"), std::string::npos);
  EXPECT_EQ(Explain("LS9999"), "");
  EXPECT_NE(ToText(missing.findings()[0]).find("/nowhere/model.tflite"), std::string::npos);

  EXPECT_FALSE(Picture::Load(LITESMITH_SOURCE_DIR "/README.md").ok());
  EXPECT_FALSE(Model::LoadTflite({}).ok());
  EXPECT_FALSE(DemoPicture().Save("/nowhere/boxes.png").ok());
  EXPECT_FALSE(Demo().Save("/nowhere/model.tflite").ok());
}

TEST(Api, TensorsHoldExactlyWhatTheirShapeTakes) {
  EXPECT_FALSE(Tensor::Of<float>({2, 2}, std::vector<float>{1, 2, 3}).valid());
  EXPECT_FALSE(Tensor::Of<float>({-1}, std::vector<float>{1}).valid());
  const int64_t huge = std::numeric_limits<int64_t>::max();
  EXPECT_FALSE(Tensor::Of<float>({huge, huge}, std::vector<float>{1}).valid());
  EXPECT_FALSE(Tensor::OfStrings({2}, {"one"}).valid());
  const Tensor texts = Tensor::OfStrings({2}, {"one", ""});
  EXPECT_EQ(texts.strings(), (std::vector<std::string>{"one", ""}));
  const Tensor numbers = Tensor::Of<int32_t>({3}, std::vector<int32_t>{1, 2, 3});
  EXPECT_EQ(numbers.data<int32_t>()[2], 3);
  EXPECT_TRUE(numbers.data<float>().empty());
  EXPECT_EQ(NameOf(numbers.dtype()), "int32");
}

TEST(Api, PicturesAreMadeOfAsManyPixelsAsTheyHave) {
  const std::vector<uint8_t> pixels(2 * 3 * 3, 7);
  ASSERT_TRUE(Picture::FromPixels(2, 3, pixels).has_value());
  EXPECT_FALSE(Picture::FromPixels(3, 3, pixels).has_value());
  EXPECT_FALSE(Picture::FromPixels(0, 3, {}).has_value());
  const int64_t huge = std::numeric_limits<int64_t>::max();
  EXPECT_FALSE(Picture::FromPixels(huge, huge, pixels).has_value());
}

}  // namespace
}  // namespace litesmith::api
