// The whole way on the project's own detector: the SavedModel as the Object Detection API exported it,
// converted, run, and compared with what TensorFlow found on the same picture (models/demo/expected.json).
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/finding.h"
#include "import/tflite/import.h"
#include "pipeline/convert.h"
#include "pipeline/detector.h"

namespace litesmith::pipeline {
namespace {

class Demo : public testing::Test {
 protected:
  std::string Path(const std::string& name) {
    return std::string(LITESMITH_SOURCE_DIR) + "/models/demo/" + name;
  }

  std::string Findings() {
    std::string text;
    for (const Finding& finding : findings_.findings())
      text += finding.headline + ": " + finding.cause + "\n";
    return text;
  }

  std::optional<Converted> Convert(detection::Mode mode) {
    ConvertOptions options;
    options.detection = mode;
    options.labels = {"apple", "mug", "fish", "clock", "umbrella"};
    auto converted = LoadModel(std::string(LITESMITH_DEMO_MODEL), options, context_);
    if (!converted) return std::nullopt;
    return *std::move(converted);
  }

  nlohmann::json Expected() {
    const auto file = host_->Map(Path("expected.json"));
    return nlohmann::json::parse(AsText(file.value.bytes));
  }

  // Each expected detection has a partner of its class with nearly its score and place.
  void ExpectDetections(std::shared_ptr<ir::Module> module) {
    auto detector = Detector::Create(std::move(module), {}, context_);
    ASSERT_TRUE(detector.ok()) << Findings();
    const auto file = host_->Map(Path("demo.jpg"));
    auto picture = ReadPicture(file.value.bytes, "demo.jpg", context_);
    ASSERT_TRUE(picture.ok()) << Findings();
    const auto found = (*detector)->Detect(*picture, 0.3f, 100);
    ASSERT_TRUE(found.ok()) << Findings();
    const auto expected = Expected();
    EXPECT_EQ(found->size(), expected["detections"].size());
    for (const auto& one : expected["detections"]) {
      bool matched = false;
      for (const Detected& other : *found) {
        const float edges[] = {other.ymin / 480, other.xmin / 640, other.ymax / 480, other.xmax / 640};
        double worst = 0;
        for (size_t i = 0; i < 4; ++i)
          worst = std::max(worst, std::abs(edges[i] - one["box"][i].get<double>()));
        matched |= other.label == one["label"] && worst < 1e-3 &&
                   std::abs(other.score - one["score"].get<double>()) < 2e-3;
      }
      EXPECT_TRUE(matched) << one.dump();
    }
  }

  std::unique_ptr<Host> host_ = MakeSystemHost();
  FindingList findings_;
  Context context_{*host_, findings_};
};

TEST_F(Demo, DetectionsAreTensorFlowsWithTheDetectionOp) {
  auto converted = Convert(detection::Mode::kAuto);
  ASSERT_TRUE(converted.has_value()) << Findings();
  ASSERT_FALSE(converted->recognised.empty());
  EXPECT_EQ(converted->recognised[0].numbers.at("classes"), 5);
  EXPECT_NEAR(converted->recognised[0].numbers.at("iou_threshold"), 0.6, 1e-6);
  ExpectDetections(converted->module);
}

TEST_F(Demo, DetectionsAreTensorFlowsWithBuiltinOpsOnly) {
  auto converted = Convert(detection::Mode::kExact);
  ASSERT_TRUE(converted.has_value()) << Findings();
  const ir::Function& function = *converted->module->functions()[0];
  EXPECT_EQ(function.result_count(), 8u);
  for (const ir::Node& node : function.nodes()) EXPECT_FALSE(node.op().Has(ir::kUnknownOp)) << node.op_name();
}

TEST_F(Demo, RawHeadsHaveTheirAnchors) {
  auto converted = Convert(detection::Mode::kRaw);
  ASSERT_TRUE(converted.has_value()) << Findings();
  const ir::Function& function = *converted->module->functions()[0];
  ASSERT_EQ(function.result_names, (std::vector<std::string>{"box_encodings", "class_scores", "anchors"}));
  EXPECT_EQ(function.result(0)->type.shape, (Shape{1, 8160, 4}));
  EXPECT_EQ(function.result(1)->type.shape, (Shape{1, 8160, 5}));
  ASSERT_NE(function.result(2)->constant(), nullptr);
  EXPECT_EQ(function.result(2)->constant()->dims(), (Dims{8160, 4}));
}

TEST_F(Demo, WritingTwiceGivesTheSameBytesAndTheFileReadsBack) {
  auto first = Convert(detection::Mode::kAuto), second = Convert(detection::Mode::kAuto);
  ASSERT_TRUE(first && second) << Findings();
  const auto a = WriteModel(*first->module, context_), b = WriteModel(*second->module, context_);
  ASSERT_TRUE(a.ok() && b.ok()) << Findings();
  EXPECT_EQ(a->bytes, b->bytes);
  const auto kept = std::make_shared<std::vector<std::byte>>(a->bytes);
  auto module = import_tflite::ImportTflite({kept, *kept}, context_);
  ASSERT_TRUE(module.ok()) << Findings();
  ExpectDetections(std::shared_ptr<ir::Module>(std::move(*module)));
}

}  // namespace
}  // namespace litesmith::pipeline
