#include "formats/savedmodel/locate.h"

#include <gtest/gtest.h>

#include "base/finding.h"
#include "formats/savedmodel/savedmodel.h"
#include "import/tf/memory_host.h"
#include "import/tf/model_writer.h"

namespace litesmith::savedmodel {
namespace {

using litesmith::testing::MemoryHost;
namespace writer = litesmith::testing;

struct Outcome {
  Result<Location> location = kFailed;
  std::vector<Finding> findings;

  Code code() const { return findings.empty() ? Code::kCodeUnknown : findings[0].code; }
  bool Says(std::string_view words) const {
    if (findings.empty()) return false;
    std::string all = findings[0].headline + findings[0].cause;
    for (const auto& fix : findings[0].fixes) all += fix.text;
    return all.find(words) != std::string::npos;
  }
};

Outcome Find(const std::map<std::string, std::string>& files, const std::string& path) {
  MemoryHost host;
  host.files = files;
  FindingList findings;
  Context context{host, findings};
  Outcome outcome;
  outcome.location = Locate(context, path);
  outcome.findings = findings.Take();
  return outcome;
}

std::string Model() {
  return writer::SavedModel({writer::MetaGraph(writer::Graph({writer::Placeholder("x", {1})}), {})});
}
std::string Frozen() {
  return writer::Graph({writer::Placeholder("x", {1}), writer::Node("y", "Relu", {"x"})});
}

TEST(Locate, FindsSavedModelsAndFrozenGraphs) {
  const Outcome folder = Find({{"m/saved_model.pb", Model()}}, "m/");
  ASSERT_TRUE(folder.location.ok());
  EXPECT_EQ(folder.location->form, Location::Form::kSavedModel);
  EXPECT_EQ(folder.location->folder, "m");
  const Outcome file = Find({{"m/saved_model.pb", Model()}}, "m/saved_model.pb");
  ASSERT_TRUE(file.location.ok());
  EXPECT_EQ(file.location->folder, "m");
  const Outcome text = Find({{"m/saved_model.pbtxt", "saved_model_schema_version: 1\nmeta_graphs {}"}}, "m");
  ASSERT_TRUE(text.location.ok());
  EXPECT_TRUE(text.location->text);
  const Outcome frozen = Find({{"g.pb", Frozen()}}, "g.pb");
  ASSERT_TRUE(frozen.location.ok());
  EXPECT_EQ(frozen.location->form, Location::Form::kGraphDef);
  EXPECT_TRUE(Find({{"g.pbtxt", "# graph\nnode { name: 'x' }"}}, "g.pbtxt").location->text);
}

TEST(Locate, FindsTfjsModelsByTheirContent) {
  const std::string padding(10'000, ' ');
  for (const char* key : {"modelTopology", "weightsManifest"}) {
    const Outcome model =
        Find({{"m/net.json", fmt::format("{{{}\"{}\": {{}}}}", padding, key)}}, "m/net.json");
    ASSERT_TRUE(model.location.ok());
    EXPECT_EQ(model.location->form, Location::Form::kTfjs);
    EXPECT_EQ(model.location->file, "m/net.json");
  }
}

TEST(Locate, NamesTheFolderThatWasMeant) {
  const std::map<std::string, std::string> files = {{"a/b/model/saved_model.pb", Model()},
                                                    {"a/b/model/variables/variables.index", "x"}};
  const Outcome above = Find(files, "a");
  EXPECT_EQ(above.code(), Code::kOtherFolder);
  EXPECT_TRUE(above.Says("a/b/model"));
  const Outcome below = Find(files, "a/b/model/variables");
  EXPECT_EQ(below.code(), Code::kOtherFolder);
  EXPECT_TRUE(below.Says("name the folder a/b/model"));
}

TEST(Locate, SaysWhatAFolderHoldsInstead) {
  EXPECT_TRUE(Find({{"m/ckpt-0.index", "x"}, {"m/checkpoint", "x"}}, "m").Says("checkpoint"));
  EXPECT_TRUE(Find({{"m/model.json", "{}"}}, "m").Says("model.json"));
  EXPECT_TRUE(Find({{"m/frozen_inference_graph.pb", "x"}}, "m").Says("frozen_inference_graph.pb"));
  EXPECT_TRUE(Find({{"m/net.h5", "x"}}, "m").Says("Keras"));
  EXPECT_TRUE(Find({{"m/readme.md", "x"}}, "m").Says("readme.md"));
  EXPECT_EQ(Find({}, "m").code(), Code::kFileMissing);
}

TEST(Locate, SaysWhatAFileIsInstead) {
  const auto of = [](const std::string& name, const std::string& content) {
    return Find({{name, content}}, name);
  };
  EXPECT_EQ(of("m/saved_model.pb", "").code(), Code::kFileTruncated);
  EXPECT_EQ(of("m/saved_model.pb", "version https://git-lfs.github.com/spec/v1\noid x\n").code(),
            Code::kLfsPointer);
  EXPECT_TRUE(of("m/saved_model.pb", Frozen()).Says("frozen graph"));
  EXPECT_TRUE(of("renamed.pb", Model()).Says("SavedModel"));
  EXPECT_TRUE(of("page.pb", "\n<!DOCTYPE html><html></html>").Says("HTML"));
  EXPECT_TRUE(of("model.h5", "\x89HDF\r\n\x1a\n....").Says("Keras"));
  EXPECT_TRUE(of("model.keras", "PK\x03\x04....").Says("Keras"));
  EXPECT_TRUE(of("model.zip", "PK\x03\x04....").Says("unzip"));
  EXPECT_TRUE(of("model.tar.gz", "\x1f\x8b....").Says("unpack"));
  EXPECT_TRUE(of("model.onnx", "\x08\x08\x12\x07pytorch").Says("ONNX"));
  EXPECT_TRUE(of("m/saved_model.pb", "{\"modelTopology\": {}}").Says("TensorFlow.js"));
  EXPECT_TRUE(of("labels.json", "{\"a\": 1}").Says("JSON"));
  EXPECT_TRUE(of("model.tflite", std::string("\x1c\0\0\0TFL3....", 12)).Says("TensorFlow Lite"));
  EXPECT_TRUE(of("model.pkl", "\x80\x04....").Says("pickle"));
  EXPECT_TRUE(of("photo.jpg", "\xff\xd8\xff\xe0....").Says("not a model"));
}

}  // namespace
}  // namespace litesmith::savedmodel
