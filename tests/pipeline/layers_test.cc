// Where a custom op comes from stays with the file.
#include "pipeline/layers.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "import/tflite/import.h"
#include "pipeline/convert.h"
#include "verifying.h"

namespace litesmith::pipeline {
namespace {

class LayersTest : public testing::Test, protected Verifying {
 protected:
  // A module whose only node is this op, made by the layer "head" at train.py:41.
  std::shared_ptr<ir::Module> With(const std::string& op) {
    auto module = Parse("func @main(%x \"x\": f32[3] \"x\") -> (\"y\") {\n  %y = tfl." + op +
                        "(%x) : f32[3] \"head/out\"\n  return %y\n}\n");
    if (module == nullptr) return nullptr;
    ir::Origin origin;
    origin.node = "model/head/op";
    origin.layer = "head";
    origin.source = "train.py:41";
    module->functions()[0]->first()->origin = module->origins.Add(origin);
    return module;
  }
  static bool HasEntry(const ir::Module& module) {
    return std::any_of(module.metadata.begin(), module.metadata.end(),
                       [](const auto& entry) { return entry.first == kLayersEntry; });
  }
  // The module, written to a file and read again.
  std::unique_ptr<ir::Module> ThroughAFile(const ir::Module& module) {
    auto written = WriteModel(module, context);
    EXPECT_TRUE(written.ok()) << Said();
    if (!written) return nullptr;
    const auto bytes = std::make_shared<std::vector<std::byte>>(std::move(written->bytes));
    auto read = import_tflite::ImportTflite({bytes, *bytes}, context);
    EXPECT_TRUE(read.ok()) << Said();
    return read ? std::move(*read) : nullptr;
  }
};

TEST_F(LayersTest, AFileTellsTheLayerAndLineOfItsCustomOps) {
  const auto module = With("MyOp");
  ASSERT_NE(module, nullptr);
  RecordLayers(*module);
  const auto read = ThroughAFile(*module);
  ASSERT_NE(read, nullptr);
  RestoreLayers(*read);
  const ir::Origin& origin = read->origins.Leading(read->functions()[0]->first()->origin);
  EXPECT_EQ(origin.layer, "head");
  EXPECT_EQ(origin.source, "train.py:41");
  EXPECT_EQ(origin.node, "model/head/op");
}

TEST_F(LayersTest, OpsThatEveryRuntimeHasTakeNoSpace) {
  const auto module = With("ABS");
  ASSERT_NE(module, nullptr);
  RecordLayers(*module);
  EXPECT_FALSE(HasEntry(*module));
}

TEST_F(LayersTest, AnEntryThatIsNoneOfOursIsLeftAlone) {
  for (const std::string& text : {std::string("{"), std::string("[1]"), std::string(R"({"head/out": 3})"),
                                  std::string(R"({"head/out": {"layer": 5}})"), std::string("\xff\x00", 2)}) {
    const auto module = With("MyOp");
    ASSERT_NE(module, nullptr);
    module->functions()[0]->first()->origin = ir::kNoOrigin;
    module->metadata.emplace_back(
        kLayersEntry, Tensor::Of<uint8_t>({static_cast<int64_t>(text.size())},
                                          {reinterpret_cast<const uint8_t*>(text.data()), text.size()}));
    RestoreLayers(*module);
    EXPECT_EQ(module->origins.Leading(module->functions()[0]->first()->origin).layer, "");
  }
}

}  // namespace
}  // namespace litesmith::pipeline
