#include <gtest/gtest.h>

#include <random>

#include "import/tf/checkpoint_writer.h"
#include "import/tf/import_fixture.h"

namespace litesmith::testing {
namespace {

const Attrs kT = {{"T", TypeValue(kFloat)}};
constexpr const char* kIndex = "m/variables/variables.index";
constexpr const char* kShard = "m/variables/variables.data-00000-of-00001";

Attrs VariableAttrs(const std::vector<int64_t>& dims) {
  return {{"dtype", TypeValue(kFloat)}, {"shape", ShapeValue(dims)}};
}

// In the style of TensorFlow 1: the restore op's assignments stand in the main graph.
std::string Tf1Graph(const std::vector<int64_t>& dims, const std::string& slice = "") {
  return Graph(
      {Placeholder("in", {-1, 4}), Node("w", "VarHandleOp", {}, VariableAttrs(dims)),
       Node("read", "ReadVariableOp", {"w"}, {{"dtype", TypeValue(kFloat)}}),
       Node("y", "AddV2", {"in", "read"}, kT), Placeholder("file", {}),
       Const("names", TextTensor({2}, {"other", "the/key"}), kString),
       Const("slices", TextTensor({2}, {"", slice}), kString),
       Node("restore", "RestoreV2", {"file", "names", "slices"}, {{"dtypes", TypesValue({kFloat, kFloat})}}),
       Node("same", "Identity", {"restore:1"}, kT), Node("assign", "AssignVariableOp", {"w", "same"}),
       Node("restore_all", "NoOp", {"^assign"})});
}

MemoryHost HostOf(const std::string& graph, const CheckpointWriter& checkpoint,
                  const std::string& restore_op) {
  const Signature signature{
      "serving_default", {{"x", "in:0", kFloat, {-1, 4}}}, {{"y", "y:0", kFloat, {-1, 4}}}};
  MemoryHost host;
  host.files["m/saved_model.pb"] = SavedModel({MetaGraph(graph, {signature}, {"serve"}, restore_op)});
  host.files[kIndex] = checkpoint.Index();
  host.files[kShard] = checkpoint.shard();
  return host;
}

const Tensor* ValueOf(const Outcome& run) {
  return FindNode(*run.function("serving_default"), "w")->attributes.FindAs<Tensor>("initial_value");
}

TEST(Variables, FindTheirValueThroughTheRestoreOp) {
  CheckpointWriter checkpoint;
  checkpoint.AddFloats("the/key", {4}, {1, 2, 3, 4});
  checkpoint.AddFloats("w", {4}, {9, 9, 9, 9});
  MemoryHost host = HostOf(Tf1Graph({4}), checkpoint, "restore_all");
  const Outcome run = Import(host, "m");
  ASSERT_TRUE(run.ok()) << run.cause();
  ASSERT_NE(ValueOf(run), nullptr);
  EXPECT_EQ(ValueOf(run)->data<float>()[1], 2);
  EXPECT_EQ(FindNode(*run.function("serving_default"), "w")->attributes.Text("shared_name"), "w");
}

TEST(Variables, FindTheirValueThroughTheRestoreFunction) {
  const Function restore{
      "restore",
      {{"prefix", kString}, {"handle", kResource}},
      {},
      {Const("names", TextTensor({1}, {"the/key"}), kString), Const("slices", TextTensor({1}, {""}), kString),
       Node("r", "RestoreV2", {"prefix", "names:output:0", "slices:output:0"},
            {{"dtypes", TypesValue({kFloat})}}),
       Node("i", "Identity", {"r:tensors:0"}, kT), Node("a", "AssignVariableOp", {"handle", "i:output:0"})},
      {},
      {},
      {}};
  const std::string graph =
      Graph({Placeholder("in", {-1, 4}), Node("w", "VarHandleOp", {}, VariableAttrs({4})),
             Node("read", "ReadVariableOp", {"w"}, {{"dtype", TypeValue(kFloat)}}),
             Node("y", "AddV2", {"in", "read"}, kT), Placeholder("file", {}),
             Node("load", "StatefulPartitionedCall", {"file", "w"}, {{"f", FunctionValue("restore")}})},
            {restore});
  CheckpointWriter checkpoint;
  checkpoint.AddFloats("the/key", {4}, {1, 2, 3, 4});
  MemoryHost host = HostOf(graph, checkpoint, "load");
  const Outcome run = Import(host, "m");
  ASSERT_TRUE(run.ok()) << run.cause();
  ASSERT_NE(ValueOf(run), nullptr);
  EXPECT_EQ(ValueOf(run)->data<float>()[3], 4);
}

TEST(Variables, TakeTheirPartOfAPartitionedValue) {
  CheckpointWriter checkpoint;
  checkpoint.AddFloats("the/key", {3, 2}, {1, 2, 3, 4, 5, 6});
  MemoryHost host = HostOf(Tf1Graph({2, 2}, "3 2 1,2:0,2"), checkpoint, "restore_all");
  const Outcome run = Import(host, "m");
  ASSERT_TRUE(run.ok()) << run.cause();
  EXPECT_EQ(ValueOf(run)->data<float>()[0], 3);
  EXPECT_EQ(ValueOf(run)->data<float>()[3], 6);
}

TEST(Variables, GoByTheirOwnNameWhereNothingRestoresThem) {
  CheckpointWriter checkpoint;
  checkpoint.AddFloats("w", {4}, {9, 8, 7, 6});
  MemoryHost host = HostOf(Tf1Graph({4}), checkpoint, "");
  const Outcome run = Import(host, "m");
  ASSERT_TRUE(run.ok()) << run.cause();
  EXPECT_EQ(ValueOf(run)->data<float>()[0], 9);
}

TEST(Variables, TellWhatIsWrongWithTheirFiles) {
  CheckpointWriter checkpoint;
  checkpoint.AddFloats("the/key", {4}, {1, 2, 3, 4});
  const MemoryHost good = HostOf(Tf1Graph({4}), checkpoint, "restore_all");
  MemoryHost host = good;
  host.files.erase(kIndex);
  EXPECT_EQ(Import(host, "m").code(), Code::kVariablesMissing);
  host = good;
  host.files.erase(kShard);
  EXPECT_EQ(Import(host, "m").code(), Code::kVariablesMissing);
  for (const auto* path : {&kIndex, &kShard}) {
    host = good;
    host.forbidden.insert(*path);
    EXPECT_EQ(Import(host, "m").code(), Code::kFileUnreadable);
  }
  host = good;
  host.files[kShard].resize(10);
  EXPECT_EQ(Import(host, "m").code(), Code::kFileTruncated);
  host = good;
  host.files[kShard][5] ^= 1;
  const Outcome flipped = Import(host, "m");
  EXPECT_EQ(flipped.code(), Code::kChecksumMismatch);
  EXPECT_NE(flipped.cause().find("the/key"), std::string::npos);
  host = good;
  host.files[kIndex][20] ^= 1;
  EXPECT_EQ(Import(host, "m").code(), Code::kChecksumMismatch);
  host = HostOf(Tf1Graph({5}), checkpoint, "restore_all");
  EXPECT_EQ(Import(host, "m").code(), Code::kShapeMismatch);
}

TEST(Variables, ModelsEndWithAResultOrAFindingWhateverIsDamaged) {
  CheckpointWriter checkpoint;
  checkpoint.AddFloats("the/key", {3, 2}, {1, 2, 3, 4, 5, 6});
  const MemoryHost good = HostOf(Tf1Graph({2, 2}, "3 2 1,2:0,2"), checkpoint, "restore_all");
  std::mt19937 random(3);
  for (int round = 0; round < 3000; ++round) {
    MemoryHost host = good;
    for (auto& [path, content] : host.files) {
      if (random() % 2 == 0) continue;
      for (unsigned flips = 1 + random() % 4; flips > 0; --flips) {
        content[random() % content.size()] = static_cast<char>(random() % 3 == 0 ? 0xff : random());
      }
      if (random() % 8 == 0) content.resize(random() % content.size());
    }
    const Outcome run = Import(host, "m");
    EXPECT_NE(run.ok(), !run.findings.empty()) << run.cause();
  }
}

}  // namespace
}  // namespace litesmith::testing
