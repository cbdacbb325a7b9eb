#include "export/tflite/export.h"

#include <gtest/gtest.h>

#include <set>

#include "export/tflite/round_trip.h"
#include "formats/tflite/read.h"

namespace litesmith {
namespace {

using testing::RoundTrip;

constexpr std::string_view kConvolution = R"(
signature "serving_default" @main
func @main(%x "image": f32[?,8,8,3] "image:0") -> ("scores", "boxes") {
  %w = const f32[4,1,1,3] random(1)
  %b = const f32[4] [1, 2, 3, 4]
  %c = tfl.CONV_2D(%x, %w, %b) {padding = 1, stride_h = 1, stride_w = 1} : f32[?,8,8,4] "conv"
  %d = tfl.CONV_2D(%x, %w, %b) {padding = 1, stride_h = 2, stride_w = 2} : f32[?,4,4,4] "conv"
  %s = tfl.SOFTMAX(%c) {beta = 1f} : f32[?,8,8,4]
  return %s, %d
})";

class ExportTest : public ::testing::Test, public RoundTrip {
 protected:
  tflite::Model Read(const std::vector<std::byte>& bytes) {
    auto copy = std::make_shared<std::vector<std::byte>>(bytes);
    const Bytes view(*copy);
    auto model = tflite::ReadModel({std::move(copy), view}, context);
    EXPECT_TRUE(model.ok()) << Said();
    return model.ok() ? *std::move(model) : tflite::Model{};
  }
};

TEST_F(ExportTest, SignatureIsSortedAndTheSubgraphKeepsItsOrder) {
  const auto model = Read(Export(*Parse(kConvolution)).bytes);
  ASSERT_EQ(model.signatures.size(), 1u);
  EXPECT_EQ(model.signatures[0].key, "serving_default");
  ASSERT_EQ(model.signatures[0].outputs.size(), 2u);
  EXPECT_EQ(model.signatures[0].outputs[0].first, "boxes");
  const auto& graph = model.subgraphs[0];
  EXPECT_EQ(graph.outputs[0], model.signatures[0].outputs[1].second);
  EXPECT_EQ(graph.tensors[static_cast<size_t>(graph.inputs[0])].name, "image:0");
}

TEST_F(ExportTest, NamesOfTensorsAreUnique) {
  const auto model = Read(Export(*Parse(kConvolution)).bytes);
  std::set<std::string> names;
  for (const auto& tensor : model.subgraphs[0].tensors)
    EXPECT_TRUE(names.insert(tensor.name).second) << tensor.name;
  EXPECT_TRUE(names.contains("conv"));
  EXPECT_TRUE(names.contains("conv_1"));
  EXPECT_TRUE(names.contains("scores")) << "a nameless result takes its name from the signature";
}

TEST_F(ExportTest, UnknownDimensionsStandInTheSignatureOnly) {
  const auto model = Read(Export(*Parse(kConvolution)).bytes);
  const auto& graph = model.subgraphs[0];
  const auto& input = graph.tensors[static_cast<size_t>(graph.inputs[0])];
  EXPECT_EQ(input.shape, (std::vector<int32_t>{1, 8, 8, 3}));
  EXPECT_EQ(input.shape_signature, (std::vector<int32_t>{-1, 8, 8, 3}));
  const auto& weights = graph.tensors[static_cast<size_t>(graph.operators[0].inputs[1])];
  EXPECT_TRUE(weights.shape_signature.empty());
  EXPECT_TRUE(weights.has_rank);
}

TEST_F(ExportTest, CodesAreSharedAndVersionsLow) {
  const auto exported = Export(*Parse(kConvolution));
  const auto model = Read(exported.bytes);
  EXPECT_EQ(model.codes.size(), 2u);
  EXPECT_EQ(model.codes[0].version, 1);
  EXPECT_EQ(exported.ops, 3u);
  EXPECT_EQ(exported.min_runtime_version, "1.5.0");
}

TEST_F(ExportTest, MinimumRuntimeIsThatOfTheNewestOp) {
  const auto exported = Export(*Parse(R"(
func @main(%x: f32[2,3]) {
  %r = tfl.RELU(%x) : f32[2,3]
  %g = tfl.GELU(%r) {approximate = false} : f32[2,3]
  return %g
})"));
  EXPECT_EQ(exported.min_runtime_version, "2.9.0");
  const auto model = Read(exported.bytes);
  ASSERT_EQ(model.metadata.size(), 1u);
  EXPECT_EQ(model.metadata[0].first, "min_runtime_version");
  const Bytes text = *model.buffers[model.metadata[0].second];
  EXPECT_EQ(AsText(text), std::string_view("2.9.0\0\0\0\0\0\0\0\0\0\0\0", 16));
}

TEST_F(ExportTest, EqualConstantsShareABuffer) {
  const auto model = Read(Export(*Parse(R"(
func @main(%x: f32[3]) {
  %a = const f32[3] [1, 2, 3]
  %b = const f32[3] [1, 2, 3]
  %c = const f32[3] [1, 2, 4]
  %1 = tfl.ADD(%x, %a) : f32[3]
  %2 = tfl.MUL(%1, %b) : f32[3]
  %3 = tfl.SUB(%2, %c) : f32[3]
  return %3
})"))
                              .bytes);
  const auto& graph = model.subgraphs[0];
  const auto buffer = [&](size_t op) {
    return graph.tensors[static_cast<size_t>(graph.operators[op].inputs[1])].buffer;
  };
  EXPECT_EQ(buffer(0), buffer(1));
  EXPECT_NE(buffer(0), buffer(2));
  EXPECT_NE(graph.operators[0].inputs[1], graph.operators[1].inputs[1]);
}

TEST_F(ExportTest, BodiesFollowSignaturesAndUnreachedFunctionsStayOut) {
  const auto model = Read(Export(*Parse(R"(
signature "second" @other
func @body(%i: i32[]) {
  %1 = const i32[] [1]
  %n = tfl.ADD(%i, %1) : i32[]
  return %n
}
func @cond(%i: i32[]) {
  %l = const i32[] [5]
  %c = tfl.LESS(%i, %l) : bool[]
  return %c
}
func @unreached(%i: i32[]) {
  return %i
}
func @other(%i "i": i32[]) -> ("o") {
  %o = tfl.WHILE(%i) {body_subgraph_index = @body, cond_subgraph_index = @cond} : i32[]
  return %o
})"))
                              .bytes);
  ASSERT_EQ(model.subgraphs.size(), 3u);
  EXPECT_EQ(model.subgraphs[0].name, "other");
  EXPECT_EQ(model.subgraphs[1].name, "body");
  EXPECT_EQ(model.subgraphs[0].operators[0].attributes.Int("cond_subgraph_index"), 2);
}

TEST_F(ExportTest, SameModuleGivesSameBytes) {
  const auto module = Parse(kConvolution);
  const auto first = Export(*module).bytes;
  EXPECT_EQ(first, Export(*module).bytes);
  EXPECT_EQ(first, Export(*Parse(kConvolution)).bytes);
}

TEST_F(ExportTest, DimensionOf32BitsIsAFinding) {
  const auto module = Parse(R"(
func @main(%x: i8[3000000000]) {
  %r = tfl.RELU(%x) : i8[3000000000]
  return %r
})");
  EXPECT_FALSE(export_tflite::ExportTflite(*module, {}, context).ok());
  ASSERT_FALSE(findings.findings().empty());
  EXPECT_EQ(findings.findings()[0].code, Code::kTensorTooLarge);
}

TEST_F(ExportTest, ANumberOrAVersionThatNoFileCanHoldIsAFinding) {
  for (const auto& [attributes, code] :
       {std::pair("padding = 0, stride_h = 4294967297, stride_w = 1, filter_height = 1, filter_width = 1",
                  Code::kLimitExceeded),
        std::pair(
            "padding = 0, stride_h = 1, stride_w = 1, filter_height = 1, filter_width = 1, version = 99",
            Code::kOpVersionTooNew)}) {
    const auto module = Parse(fmt::format(R"(
func @main(%x: f32[1,8,8,3]) {{
  %r = tfl.MAX_POOL_2D(%x) {{{}}} : f32[1,8,8,3]
  return %r
}})",
                                          attributes));
    (void)findings.Take();
    EXPECT_FALSE(export_tflite::ExportTflite(*module, {}, context).ok()) << attributes;
    ASSERT_EQ(findings.findings().size(), 1u) << attributes;
    EXPECT_EQ(findings.findings()[0].code, code);
  }
}

using ExportDeathTest = ExportTest;

TEST_F(ExportDeathTest, MisspeltOptionIsABugAndNotLost) {
  const auto module = Parse(R"(
func @main(%x: f32[3]) {
  %r = tfl.SOFTMAX(%x) {betta = 1f} : f32[3]
  return %r
})");
  EXPECT_DEATH((void)export_tflite::ExportTflite(*module, {}, context).ok(), "betta");
}

}  // namespace
}  // namespace litesmith
