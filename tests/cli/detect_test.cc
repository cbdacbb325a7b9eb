// detect on several pictures, some of which are none.
#include <array>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/finding.h"
#include "cli/running.h"
#include "ir/module.h"
#include "pipeline/convert.h"

namespace litesmith::cli {
namespace {

// A detector that finds class 0 in the upper half of every picture.
class DetectOnPictures : public testing::Test {
 protected:
  DetectOnPictures() {
    std::filesystem::create_directories(folder_);
    ir::Module module;
    ir::Function* main = module.AddFunction("main");
    main->parameter_names = {"image"};
    main->result_names = {"detection_boxes", "detection_classes", "detection_scores", "num_detections"};
    main->AddParameter({DType::kFloat32, {1, 2, 2, 3}}, "image");
    ir::Builder builder(*main);
    main->SetResults(std::array{
        builder.Constant(Tensor::Of<float>({1, 1, 4}, {0.0f, 0.0f, 0.5f, 1.0f}), "detection_boxes"),
        builder.Constant(Tensor::Of<float>({1, 1}, {1.0f}), "detection_classes"),
        builder.Constant(Tensor::Of<float>({1, 1}, {0.9f}), "detection_scores"),
        builder.Constant(Tensor::Of<float>({1}, {1.0f}), "num_detections")});
    module.signatures.push_back({"serving_default", "main", {}, {}});
    FindingList findings;
    const auto host = MakeSystemHost();
    Context context{*host, findings, {}, nullptr};
    const auto written = pipeline::WriteModel(module, context);
    EXPECT_TRUE(written.ok());
    if (!written) return;
    EXPECT_TRUE(WriteFile(context, model_, {written->bytes}).ok());
    std::ofstream(bad_) << "no picture";
  }
  ~DetectOnPictures() override { std::filesystem::remove_all(folder_); }

  const std::string folder_ =
      testing::TempDir() + "litesmith_" + testing::UnitTest::GetInstance()->current_test_info()->name();
  const std::string model_ = folder_ + "/model.tflite", bad_ = folder_ + "/bad.jpg";
  const std::string good_ = LITESMITH_SOURCE_DIR "/models/demo/demo.jpg";
};

TEST_F(DetectOnPictures, ABadOneIsNamedAndTheOthersHaveTheirResults) {
  const Ran ran = RunProgram({"detect", model_, good_, bad_, good_, "--json"});
  EXPECT_EQ(ran.status, 3);
  const auto document = nlohmann::json::parse(ran.out, nullptr, false);
  ASSERT_TRUE(document.is_array()) << ran.out << ran.err;
  ASSERT_EQ(document.size(), 3u);
  for (const size_t good : {0, 2}) {
    EXPECT_EQ(document[good]["image"], good_);
    EXPECT_EQ(document[good]["detections"].size(), 1u) << ran.out;
    EXPECT_FALSE(document[good].contains("findings"));
  }
  EXPECT_EQ(document[1]["image"], bad_);
  EXPECT_TRUE(document[1]["detections"].empty());
  ASSERT_EQ(document[1]["findings"].size(), 1u);
  EXPECT_NE(std::string(document[1]["findings"][0]["headline"]).find(bad_), std::string::npos);
  EXPECT_NE(ran.err.find(bad_), std::string::npos);
}

TEST_F(DetectOnPictures, WhereNoneCanBeReadThereIsAFailureAndNoList) {
  const Ran ran = RunProgram({"detect", model_, bad_, "--json"});
  EXPECT_EQ(ran.status, 3);
  const auto document = nlohmann::json::parse(ran.out, nullptr, false);
  ASSERT_TRUE(document.is_object()) << ran.out;
  EXPECT_EQ(document["status"], "failed");
  EXPECT_EQ(document["findings"].size(), 1u);
}

TEST_F(DetectOnPictures, DrawingsOfTheGoodOnesAreWritten) {
  const std::string drawings = folder_ + "/boxes";
  EXPECT_EQ(RunProgram({"detect", model_, bad_, good_, "-o", drawings}).status, 3);
  EXPECT_TRUE(std::filesystem::exists(drawings + "/demo.jpg"));
  EXPECT_FALSE(std::filesystem::exists(drawings + "/bad.jpg"));
}

}  // namespace
}  // namespace litesmith::cli
