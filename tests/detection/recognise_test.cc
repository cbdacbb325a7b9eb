#include "detection/implements.h"
#include "detection/op_options.h"
#include "detection/preprocess.h"
#include "formats/tflite/flex_options.h"
#include "ir/verify.h"
#include "small_detector.h"

namespace litesmith::detection {
namespace {

const ir::Node* DetectionOp(const ir::Function& function) {
  for (const ir::Node& node : function.nodes()) {
    if (node.op_name() == kOpName) return &node;
  }
  return nullptr;
}

TEST_F(DetectionTest, AutoPutsTheOpAtTheEndAndTheNetworksInputAtTheStart) {
  Load(SmallDetector());
  const auto seen = Recognise(*module_, {}, context_);
  ASSERT_TRUE(seen);
  ASSERT_EQ(seen->size(), 2u);
  EXPECT_EQ((*seen)[0].what, "detection-postprocess");
  EXPECT_EQ((*seen)[0].numbers.at("classes"), 3);
  EXPECT_EQ((*seen)[0].numbers.at("score_threshold"), 0.1);
  EXPECT_EQ((*seen)[1].what, "detection-preprocess");
  ASSERT_EQ(main().parameter_count(), 1u);
  EXPECT_EQ(main().parameter_names[0], "picture");
  EXPECT_EQ(main().parameter(0)->type.dtype, DType::kFloat32);
  EXPECT_EQ(main().parameter(0)->type.shape, (Shape{1, 4, 4, 3}));
  const std::vector<std::string> names = {"detection_boxes", "detection_classes", "detection_scores",
                                          "num_detections"};
  EXPECT_EQ(main().result_names, names);
  ASSERT_NE(DetectionOp(main()), nullptr);
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(main().result(i), DetectionOp(main())->output(i));
  EXPECT_EQ(ir::Verify(*module_), std::nullopt);
}

TEST_F(DetectionTest, RawGivesHeadsWithoutBackground) {
  Load(SmallDetector());
  ASSERT_TRUE(Recognise(*module_, {Mode::kRaw, {}}, context_));
  const std::vector<std::string> names = {"box_encodings", "class_scores", "anchors"};
  EXPECT_EQ(main().result_names, names);
  EXPECT_EQ(main().result(0)->type.shape, (Shape{1, 12, 4}));
  EXPECT_EQ(main().result(1)->type.shape, (Shape{1, 12, 3}));
  EXPECT_EQ(main().result(2)->type.shape, (Shape{12, 4}));
  EXPECT_EQ(DetectionOp(main()), nullptr);
}

TEST_F(DetectionTest, ExactAndKeepLeaveTheGraphAlone) {
  for (const Mode mode : {Mode::kExact, Mode::kKeep}) {
    Load(SmallDetector());
    const std::string before = ir::Print(*module_).text;
    const auto seen = Recognise(*module_, {mode, {}}, context_);
    ASSERT_TRUE(seen);
    EXPECT_TRUE(seen->empty());
    EXPECT_EQ(ir::Print(*module_).text, before);
  }
}

TEST_F(DetectionTest, WhatTheOpCannotDoStaysAndTheReasonIsReported) {
  SmallDetector detector;
  detector.sigma = 0.5;
  Load(detector);
  const std::string before = ir::Print(*module_).text;
  ASSERT_TRUE(Recognise(*module_, {}, context_));
  EXPECT_EQ(ir::Print(*module_).text, before);
  EXPECT_TRUE(Reported(Code::kDetectorKept));
}

TEST_F(DetectionTest, EverySignatureThatIsADetectorBecomesOne) {
  SmallDetector soft;
  soft.sigma = 0.5;
  Load("signature \"first\" @soft\nsignature \"second\" @main\nsignature \"third\" @main\n" +
       soft.Function("soft") + SmallDetector().Function("main"));
  module_->signatures[1].input_names = {"photo"};
  module_->signatures[1].output_names = {"a", "b", "c", "d"};
  const auto seen = Recognise(*module_, {}, context_);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->size(), 2u);
  EXPECT_NE(DetectionOp(main()), nullptr);
  EXPECT_EQ(DetectionOp(*module_->FindFunction("soft")), nullptr);
  EXPECT_EQ(module_->signatures[1].input_names, std::vector<std::string>{"photo"});
  EXPECT_TRUE(module_->signatures[1].output_names.empty());
}

TEST_F(DetectionTest, NormalizationIsMeasuredAndChannelsAreFollowed) {
  for (const bool reversed : {false, true}) {
    SmallDetector detector;
    detector.reversed_channels = reversed;
    const auto found = Find(detector);
    ASSERT_TRUE(found);
    ir::Value* const heads[] = {found->decoder.encodings, found->scores.scores};
    const auto preprocess = FindPreprocess(main(), heads, Order(main()), context_);
    ASSERT_TRUE(preprocess);
    EXPECT_EQ(preprocess->height, 4);
    EXPECT_EQ(preprocess->reversed_channels, reversed);
    EXPECT_TRUE(preprocess->normalize_first);
    EXPECT_EQ(preprocess->resize, "bilinear");
    for (size_t c = 0; c < 3; ++c) {
      EXPECT_FLOAT_EQ(preprocess->mean[c], 127.5f);
      EXPECT_FLOAT_EQ(preprocess->std[c], 127.5f);
    }
  }
}

TEST_F(DetectionTest, PicturesThatAreStillEncodedAreLeftToTheCaller) {
  SmallDetector detector;
  std::string text = detector.Text();
  const std::string head = "(%image \"picture\": u8[1,?,?,3])";
  text.replace(text.find(head), head.size(), "(%file \"picture\": string[1])");
  text.insert(text.find('{') + 1, R"(
  %none = const i32[0] []
  %bytes = tf.Reshape(%file, %none) : string[]
  %decoded = tf.DecodeJpeg(%bytes) {channels = 3} : u8[?,?,3]
  %front = const i32[] [0]
  %image = tf.ExpandDims(%decoded, %front) : u8[1,?,?,3]
)");
  Load(text);
  ASSERT_TRUE(Recognise(*module_, {}, context_));
  ASSERT_NE(DetectionOp(main()), nullptr);
  ASSERT_EQ(main().parameter_count(), 1u);
  EXPECT_EQ(main().parameter_names[0], "picture");
  EXPECT_EQ(main().parameter(0)->type.shape, (Shape{1, 4, 4, 3}));
}

TEST_F(DetectionTest, AnOpenNumberOfPicturesIsFixedToOneWhereSuppressionsAre) {
  SmallDetector detector;
  detector.picture = "u8[?,?,?,3]";
  Load("signature \"a\" @main\nsignature \"b\" @other\n" + detector.Function("main") +
       "func @other(%x \"x\": f32[?,8,8,3]) -> (\"y\") {\n  return %x\n}\n");
  ASSERT_TRUE(FixBatch(*module_, {}, context_));
  EXPECT_EQ(main().parameter(0)->type.shape[0], Dim(1));
  EXPECT_FALSE(module_->FindFunction("other")->parameter(0)->type.shape[0].known());
  EXPECT_TRUE(Reported(Code::kShapeAssumed));
}

TEST_F(DetectionTest, KeepFixesNoBatch) {
  SmallDetector detector;
  detector.picture = "u8[?,?,?,3]";
  Load(detector);
  ASSERT_TRUE(FixBatch(*module_, {Mode::kKeep, {}}, context_));
  EXPECT_FALSE(main().parameter(0)->type.shape[0].known());
}

TEST(ParseImplements, OptionsOfTheDetourAreReadFromText) {
  const Attributes options = ParseImplements(
      "name: \"TFLite_Detection_PostProcess\" attr { key: \"max_detections\" value { i: 100 } } "
      "attr { key: \"y_scale\" value { f: 10.000000 } } attr { key: \"use_regular_nms\" value { b: true } }");
  EXPECT_EQ(options.Int("max_detections"), 100);
  EXPECT_EQ(options.Float("y_scale"), 10.0f);
  EXPECT_TRUE(options.Bool("use_regular_nms"));
}

TEST(ParseImplements, ATextThatEndsTooEarlyGivesWhatCameBefore) {
  const Attributes options = ParseImplements("attr { key: \"a\" value { i: 3 } } attr { key: \"b");
  EXPECT_EQ(options.Int("a"), 3);
  EXPECT_EQ(options.FindAs<int64_t>("b"), nullptr);
}

}  // namespace
}  // namespace litesmith::detection
