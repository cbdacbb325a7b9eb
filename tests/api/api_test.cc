// The C++ interface from a user's side: only its own headers and the demo model.
#include <gtest/gtest.h>
#include <litesmith/custom_op.h>
#include <litesmith/litesmith.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
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

// Twice its input, as a kernel of this program.
TfLiteStatus PrepareTwice(TfLiteContext* context, TfLiteNode* node) {
  return context->ResizeTensor(context, &context->tensors[node->outputs->data[0]],
                               TfLiteIntArrayCopy(context->tensors[node->inputs->data[0]].dims));
}

TfLiteStatus InvokeTwice(TfLiteContext* context, TfLiteNode* node) {
  const TfLiteTensor& in = context->tensors[node->inputs->data[0]];
  const TfLiteTensor& out = context->tensors[node->outputs->data[0]];
  for (size_t i = 0; i < in.bytes / sizeof(float); ++i) out.data.f[i] = 2 * in.data.f[i];
  return kTfLiteOk;
}

// y = MyTwice(x), two by three numbers, as a frozen graph.
class CustomOp : public testing::Test {
 protected:
  CustomOp() {
    twice_.prepare = PrepareTwice;
    twice_.invoke = InvokeTwice;
    std::ofstream(graph_)
        << "node { name: \"x\" op: \"Placeholder\" attr { key: \"dtype\" value { type: DT_FLOAT } } "
           "attr { key: \"shape\" value { shape { dim { size: 2 } dim { size: 3 } } } } }\n"
           "node { name: \"y\" op: \"MyTwice\" input: \"x\" attr { key: \"T\" value { type: DT_FLOAT } } }\n";
  }
  ~CustomOp() override { std::filesystem::remove(graph_); }

  const std::string graph_ = Temporary("custom.pbtxt");
  const Tensor x_ = Tensor::Of<float>({2, 3}, std::vector<float>{1, 2, 3, 4, 5, -6});
  TfLiteRegistration twice_{};
};

TEST_F(CustomOp, WithAKernelAtLoadConvertsAndTheModelKeepsTheKernel) {
  ConvertOptions options;
  options.custom_kernels.registrations["MyTwice"] = &twice_;
  const auto model = Model::Load(graph_, options);
  ASSERT_TRUE(model.ok()) << ToText(model.findings()[0]);
  ASSERT_EQ(model->signatures()[0].outputs.size(), 1u);
  EXPECT_EQ(model->signatures()[0].outputs[0].shape, (std::vector<int64_t>{2, 3}));  // as prepare says
  auto interpreter = Interpreter::Create(*model);
  ASSERT_TRUE(interpreter.ok()) << ToText(interpreter.findings()[0]);
  const auto outputs = interpreter->Run({{"x", x_}});
  ASSERT_TRUE(outputs.ok());
  EXPECT_EQ((*outputs)[0].tensor.data<float>()[5], -12.0f);

  // A kernel that is given later goes first.
  TfLiteRegistration failing = twice_;
  failing.invoke = [](TfLiteContext*, TfLiteNode*) { return kTfLiteError; };
  RunOptions run;
  run.custom_ops.registrations["MyTwice"] = &failing;
  auto other = Interpreter::Create(*model, run);
  ASSERT_TRUE(other.ok());
  EXPECT_FALSE(other->Run({{"x", x_}}).ok());
}

TEST_F(CustomOp, TakesItsShapeFromTheOptionsWhereNoKernelTellsIt) {
  ConvertOptions options;
  EXPECT_FALSE(Model::Load(graph_, options).ok());
  options.custom_ops = {"MyTwice"};
  options.custom_op_shapes["MyTwice"] = {{2, -1}};
  const auto model = Model::Load(graph_, options);
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(model->signatures()[0].outputs[0].shape, (std::vector<int64_t>{2, -1}));
  options.custom_op_shapes["Another"] = {{1}};
  const auto refused = Model::Load(graph_, options);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.findings()[0].headline.find("Another"), std::string::npos);
}

TEST(Api, ARuntimeThatNeverWasIsNoTarget) {
  ConvertOptions options;
  options.target_runtime = "1.99";
  EXPECT_FALSE(Model::Load(LITESMITH_DEMO_MODEL, options).ok());
}

// Made-up pictures for the demo model, each of another frequency.
Samples DemoSamples(size_t count) {
  const TensorInfo input = Demo().signatures()[0].inputs[0];
  return {"", count, [input](size_t index) -> std::vector<NamedTensor> {
            std::vector<float> values(static_cast<size_t>(input.shape[1] * input.shape[2] * input.shape[3]));
            for (size_t i = 0; i < values.size(); ++i)
              values[i] = std::sin(static_cast<float>(i) * (0.001f + 0.01f * static_cast<float>(index)));
            return {{input.name, Tensor::Of(input.shape, values)}};
          }};
}

TEST(Api, QuantizingGivesASmallerModelThatRunsAndWhatItCosts) {
  QuantizeOptions options;
  options.samples = {DemoSamples(3)};
  size_t seen = 0;
  options.progress = [&](std::string_view stage, size_t done, size_t) {
    if (stage == "calibrating") seen = std::max(seen, done);
  };
  const auto quantized = Demo().Quantize(options);
  ASSERT_TRUE(quantized.ok()) << ToText(quantized.findings()[0]);
  EXPECT_EQ(seen, 3u);
  EXPECT_GT(quantized->tensors, 0u);
  EXPECT_GT(quantized->integer_share, 0.5);
  ASSERT_TRUE(quantized->damage.has_value());
  EXPECT_GT(quantized->damage->samples, 0u);
  EXPECT_FALSE(quantized->damage->layers.empty());
  EXPECT_LT(quantized->model.Write()->size(), Demo().Write()->size() * 2 / 3);
  auto interpreter = Interpreter::Create(quantized->model);
  ASSERT_TRUE(interpreter.ok());
  EXPECT_TRUE(interpreter->Run(options.samples[0].get(0)).ok());
  EXPECT_FALSE(quantized->model.Quantize(options).ok());  // once is enough
}

TEST(Api, QuantizingTakesPicturesOfAFolderAndTheTypesThatAreAsked) {
  QuantizeOptions options;
  options.data = LITESMITH_SOURCE_DIR "/models/demo/demo.jpg";
  options.input_type = DType::kUInt8;
  const auto quantized = Demo().Quantize(options);
  ASSERT_TRUE(quantized.ok()) << ToText(quantized.findings()[0]);
  EXPECT_EQ(quantized->model.signatures()[0].inputs[0].dtype, DType::kUInt8);
  options.mode = QuantizeMode::kInt16x8;
  EXPECT_FALSE(Demo().Quantize(options).ok());  // such a model takes no bytes
}

TEST(Api, SamplesThatDoNotFitAreFindings) {
  const Samples good = DemoSamples(2);
  const auto codes = [&](const std::function<void(Samples&)>& change) {
    QuantizeOptions options;
    options.samples = {good};
    change(options.samples[0]);
    const auto quantized = Demo().Quantize(options);
    return quantized.ok() ? "" : quantized.findings()[0].code;
  };
  const std::string unfit = "LS0412";
  EXPECT_EQ(codes([](Samples& samples) { samples.signature = "training"; }), "LS1203");
  EXPECT_EQ(codes([](Samples& samples) { samples.get = nullptr; }), unfit);
  EXPECT_EQ(codes([](Samples& samples) { samples.count = 0; }), unfit);
  EXPECT_EQ(
      codes([](Samples& samples) { samples.get = [](size_t) -> std::vector<NamedTensor> { return {}; }; }),
      unfit);
  EXPECT_EQ(codes([](Samples& samples) {
              samples.get = [](size_t) -> std::vector<NamedTensor> { throw std::runtime_error("gone"); };
            }),
            unfit);
  EXPECT_EQ(codes([&](Samples& samples) {
              samples.get = [&](size_t index) {
                auto tensors = good.get(index);
                tensors[0].name = "nothing";
                return tensors;
              };
            }),
            "LS1108");
  EXPECT_EQ(codes([&](Samples& samples) {
              samples.get = [&](size_t index) {
                auto tensors = good.get(index);
                tensors[0].tensor = Tensor::Of<float>({1, 2}, std::vector<float>{1, 2});
                return tensors;
              };
            }),
            unfit);
  EXPECT_EQ(codes([&](Samples& samples) {
              samples.get = [&](size_t index) {
                auto tensors = good.get(index);
                std::vector<float> values(tensors[0].tensor.data<float>().size(), std::nanf(""));
                tensors[0].tensor = Tensor::Of(tensors[0].tensor.shape(), values);
                return tensors;
              };
            }),
            "LS0407");
}

}  // namespace
}  // namespace litesmith::api
