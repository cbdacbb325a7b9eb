#include <gtest/gtest.h>

#include "formats/savedmodel/debug_info.h"
#include "import/tf/import_fixture.h"
#include "import/tf/layers.h"

namespace litesmith::testing {
namespace {

using savedmodel::ObjectGraph;

ObjectGraph Objects() {
  ObjectGraph graph;
  graph.objects.resize(6);
  graph.objects[0].children = {{1, "layer-0"}, {1, "encoder"}, {4, "layer_with_weights-0"}};
  graph.objects[1].children = {{2, "conv"}};
  graph.objects[2].children = {{3, "kernel"}};
  graph.objects[3].variable = "block1/conv/kernel";
  graph.objects[4].children = {{5, "bias"}};
  graph.objects[5].variable = "head/bias";
  return graph;
}

TEST(Layers, AreTheObjectsWhoseVariablesShareTheScope) {
  import_tf::Layers layers{Objects()};
  EXPECT_EQ(layers.LayerOf("model/block1/conv/Conv2D"), "encoder.conv");
  EXPECT_EQ(layers.LayerOf("block1/conv/BiasAdd/ReadVariableOp"), "encoder.conv");
  EXPECT_EQ(layers.LayerOf("model/block1/conv2/Conv2D"), "");
  EXPECT_EQ(layers.LayerOf("conv"), "");
  // An object that has no attribute name of the model's own goes by its scope.
  EXPECT_EQ(layers.LayerOf("model/head/BiasAdd"), "head");
  EXPECT_EQ(import_tf::Layers().LayerOf("block1/conv/Conv2D"), "");
}

TEST(DebugInfo, NamesTheInnermostLineThatTheUserWrote) {
  std::string bytes, trace, id;
  PutBytesField(bytes, 1, "/usr/lib/python3/site-packages/keras/layer.py");
  PutBytesField(bytes, 1, "/home/me/train.py");
  const auto frame = [&](uint64_t key, uint64_t file, uint64_t line) {
    std::string place, entry;
    PutVarintField(place, 1, file);
    PutVarintField(place, 2, line);
    PutFixedField(entry, 1, key);
    PutBytesField(entry, 2, place);
    PutBytesField(bytes, 4, entry);
  };
  frame(7, 0, 900);
  frame(8, 1, 41);
  frame(9, 1, 99);
  for (const uint64_t frame_id : {9, 8, 7}) PutFixedField(trace, 2, frame_id);
  std::string entry;
  PutFixedField(entry, 1, uint64_t{5});
  PutBytesField(entry, 2, trace);
  PutBytesField(bytes, 6, entry);
  PutBytesField(id, 1, "conv@f");
  PutFixedField(id, 2, uint64_t{5});
  PutBytesField(bytes, 5, id);
  MemoryHost host;
  host.files["m/debug/saved_model_debug_info.pb"] = bytes;
  FindingList findings;
  Context context{host, findings};
  const auto info = savedmodel::DebugInfo::Read(context, "m");
  ASSERT_NE(info, nullptr);
  EXPECT_EQ(info->SourceOf("conv", "f"), "train.py:41");
  EXPECT_EQ(info->SourceOf("conv", ""), "");
  EXPECT_EQ(savedmodel::DebugInfo::Read(context, "elsewhere"), nullptr);
}

}  // namespace
}  // namespace litesmith::testing
