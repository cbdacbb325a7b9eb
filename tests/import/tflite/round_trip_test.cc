// A module that is exported and imported again is the same module, and its second file the same file.
#include <gtest/gtest.h>

#include "export/tflite/round_trip.h"
#include "formats/tflite/archive.h"
#include "tfl/sparse.h"

namespace litesmith {
namespace {

using testing::RoundTrip;

class ImportTest : public ::testing::Test, public RoundTrip {
 protected:
  // Exports and imports; checks that another export gives the same bytes.
  std::unique_ptr<ir::Module> Again(const ir::Module& module, export_tflite::ExportOptions options = {}) {
    const auto first = Export(module, options);
    auto again = Import(first.bytes);
    const auto second = Export(*again, options);
    EXPECT_EQ(first.bytes, second.bytes);
    EXPECT_EQ(ir::Print(*again).text, ir::Print(*Import(second.bytes)).text);
    return again;
  }
};

TEST_F(ImportTest, NodesTypesNamesAndOriginsComeBack) {
  const auto module = Again(*Parse(R"(
signature "serving_default" @main
func @main(%x "image": i8[?,4]<0.5:-3> "image:0", %y "scale": f32[*] "scale:0") -> ("scores") {
  %w = const f32[3,4] [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
  %d = tfl.DEQUANTIZE(%x) : f32[?,4] "floats"
  %f = tfl.FULLY_CONNECTED(%d, %w, _) {keep_num_dims = true} : f32[?,3] "dense"
  %m = tfl.Mine(%f, %y) {custom_options = tensor u8[3] [1, 2, 3]} : f32[*] "mine"
  return %m
})"));
  const ir::Function& main = *module->FindFunction("main");
  ASSERT_EQ(main.parameter_count(), 2u);
  EXPECT_EQ(main.parameter_names, (std::vector<std::string>{"image", "scale"}));
  EXPECT_EQ(main.result_names, std::vector<std::string>{"scores"});
  const ir::Value& x = *main.parameter(0);
  EXPECT_EQ(x.name, "image:0");
  EXPECT_EQ(ToText(x.type.shape), "[?,4]");
  ASSERT_NE(x.type.quantization, nullptr);
  EXPECT_EQ(x.type.quantization->zero_point_at(0), -3);
  EXPECT_FALSE(main.parameter(1)->type.shape.ranked());

  const ir::Node& mine = *main.result(0)->node();
  EXPECT_EQ(mine.op_name(), "Mine");
  EXPECT_TRUE(mine.op().Has(ir::kUnknownOp));
  EXPECT_EQ(mine.attributes.FindAs<Tensor>("custom_options")->elements(), 3);
  const ir::Node& dense = *mine.operand(0)->node();
  EXPECT_TRUE(dense.Is(tfl::FULLY_CONNECTED));
  ASSERT_EQ(dense.operand_count(), 3u);
  EXPECT_EQ(dense.operand(2), nullptr) << "the absent bias";
  EXPECT_TRUE(dense.attributes.Bool("keep_num_dims"));
  EXPECT_EQ(dense.attributes.Int("version"), 5);
  EXPECT_EQ(module->origins[dense.origin].operator_index, 1);
  EXPECT_EQ(module->origins[dense.origin].subgraph, 0);
  EXPECT_NE(dense.operand(1)->source_tensor, -1);
}

TEST_F(ImportTest, ConstantsAreViewsIntoTheFile) {
  const auto bytes = Export(*Parse(R"(
func @main(%x: f32[4]) {
  %w = const f32[4] random(1)
  %a = tfl.ADD(%x, %w) : f32[4]
  return %a
})"))
                         .bytes;
  auto file = std::make_shared<std::vector<std::byte>>(bytes);
  const auto module = import_tflite::ImportTflite({file, Bytes(*file)}, context);
  ASSERT_TRUE(module.ok());
  const Tensor& weights = *(*module)->FindFunction("main")->result(0)->node()->constant_operand(1);
  EXPECT_GE(weights.bytes().data(), file->data());
  EXPECT_LT(weights.bytes().data(), file->data() + file->size());
}

TEST_F(ImportTest, ControlFlowRefersToFunctions) {
  const auto module = Again(*Parse(R"(
func @main(%c: bool[], %x: f32[2]) {
  %r = tfl.IF(%c, %x) {else_subgraph_index = @no, then_subgraph_index = @yes} : f32[2]
  tfl.CALL_ONCE() {init_subgraph_index = @init}
  return %r
}
func @yes(%x: f32[2]) {
  return %x
}
func @no(%x: f32[2]) {
  %n = tfl.NEG(%x) : f32[2]
  return %n
}
func @init() {
  return
})"));
  const ir::Node& node = *module->FindFunction("main")->result(0)->node();
  EXPECT_EQ(node.attributes.Get<FunctionRef>("then_subgraph_index").name, "yes");
  EXPECT_EQ(node.attributes.Get<FunctionRef>("else_subgraph_index").name, "no");
  EXPECT_EQ(module->functions().size(), 4u);
}

TEST_F(ImportTest, StateTensorsAndIntermediatesComeBack) {
  auto module = std::make_unique<ir::Module>();
  ir::Function& main = *module->AddFunction("main");
  ir::Value* x = main.AddParameter({DType::kInt8, Shape::Of(Dims{1, 4}), nullptr}, "x");
  ir::Builder builder(main);
  ir::Node* state = builder.Create(tfl::kStateTensor, {}, {{DType::kInt8, Shape::Of(Dims{1, 4}), nullptr}});
  auto quantization = std::make_shared<Quantization>();
  quantization->scale = {0.25f};
  quantization->zero_point = {7};
  ir::Node* inner = builder.Create(tfl::kStateTensor, {}, {{DType::kInt16, Shape::Scalar(), quantization}},
                                   {{"intermediate", true}});
  ir::Node* lstm =
      builder.Create(tfl::LSTM, {x, state->output(), inner->output(), nullptr},
                     {{DType::kInt8, Shape::Of(Dims{1, 4}), nullptr}}, {{"intermediate_count", int64_t{2}}});
  ir::Value* results[] = {lstm->output()};
  main.SetResults(results);

  const auto again = Again(*module);
  const ir::Node& node = *again->FindFunction("main")->result(0)->node();
  EXPECT_EQ(node.attributes.Int("intermediate_count"), 2);
  ASSERT_EQ(node.operand_count(), 4u);
  EXPECT_TRUE(node.operand(1)->node()->Is(tfl::kStateTensor));
  EXPECT_FALSE(node.operand(1)->node()->attributes.Bool("intermediate"));
  EXPECT_TRUE(node.operand(2)->node()->attributes.Bool("intermediate"));
  EXPECT_EQ(node.operand(2)->type.quantization->zero_point_at(0), 7);
  EXPECT_EQ(node.operand(3), nullptr);
}

TEST_F(ImportTest, SignaturesMayShareAFunctionUnderOtherNames) {
  auto module = Parse(R"(
signature "first" @main
func @main(%x "a": f32[2], %y "b": f32[2]) -> ("sum", "difference") {
  %s = tfl.ADD(%x, %y) : f32[2]
  %d = tfl.SUB(%x, %y) : f32[2]
  return %s, %d
})");
  module->signatures.push_back({"second", "main", {"left", "right"}, {"", "delta"}});
  const auto again = Again(*module);
  ASSERT_EQ(again->signatures.size(), 2u);
  EXPECT_TRUE(again->signatures[0].input_names.empty());
  EXPECT_EQ(again->signatures[1].input_names, (std::vector<std::string>{"left", "right"}));
  EXPECT_EQ(again->signatures[1].output_names, (std::vector<std::string>{"", "delta"}));
}

TEST_F(ImportTest, OneTensorMayBeSeveralOutputs) {
  const auto module = Again(*Parse(R"(
signature "s" @main
func @main(%x "x": f32[2]) -> ("a", "b", "same") {
  %r = tfl.RELU(%x) : f32[2]
  return %r, %r, %x
})"));
  EXPECT_EQ(module->FindFunction("main")->result_names, (std::vector<std::string>{"a", "b", "same"}));
  EXPECT_EQ(module->FindFunction("main")->result(2), module->FindFunction("main")->parameter(0));
}

TEST_F(ImportTest, EmptyAndStringConstantsComeBack) {
  const auto module = Again(*Parse(R"(
func @main(%x: i32[2]) {
  %e = const i32[0] []
  %t = const str[2] ["AB", ""]
  %c = tfl.CONCATENATION(%x, %e) {axis = 0} : i32[2]
  return %c, %t, %e
})"));
  const ir::Function& main = *module->FindFunction("main");
  ASSERT_NE(main.result(1)->constant(), nullptr);
  EXPECT_EQ(main.result(1)->constant()->strings(), (std::vector<std::string_view>{"AB", ""}));
  ASSERT_NE(main.result(2)->constant(), nullptr);
  EXPECT_EQ(main.result(2)->constant()->elements(), 0);
}

TEST_F(ImportTest, SparseConstantsStaySparse) {
  auto module = std::make_unique<ir::Module>();
  ir::Function& main = *module->AddFunction("main");
  ir::Node* sparse =
      ir::Builder(main).Create(tfl::kSparseConstant, {}, {{DType::kFloat32, Shape::Of(Dims{2, 3}), nullptr}},
                               {{"values", Tensor::Of<float>({2}, {5, 6})},
                                {"traversal_order", std::vector<int64_t>{0, 1}},
                                {"block_map", std::vector<int64_t>{}},
                                {"dense_sizes", std::vector<int64_t>{2, -1}},
                                {"segments_1", std::vector<int64_t>{0, 1, 2}},
                                {"indices_1", std::vector<int64_t>{2, 0}}});
  ir::Value* results[] = {sparse->output()};
  main.SetResults(results);
  const auto again = Again(*module);
  const ir::Node& node = *again->FindFunction("main")->result(0)->node();
  ASSERT_TRUE(node.Is(tfl::kSparseConstant));
  EXPECT_TRUE(SameTensor(tfl::DenseTensor(node), Tensor::Of<float>({2, 3}, {0, 0, 5, 6, 0, 0})));
}

TEST_F(ImportTest, BlockwiseScalesComeBack) {
  auto module = std::make_unique<ir::Module>();
  ir::Function& main = *module->AddFunction("main");
  ir::Value* weights = ir::Builder(main).Constant(Tensor::Of<int8_t>({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8}), "w");
  auto quantization = std::make_shared<Quantization>();
  quantization->scale = {0.5f, 0.25f, 2, 1};
  quantization->block_size = 2;
  weights->type.quantization = quantization;
  ir::Value* results[] = {weights};
  main.SetResults(results);
  const auto again = Again(*module);
  const auto& read = again->FindFunction("main")->result(0)->type.quantization;
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(read->block_size, 2);
  EXPECT_EQ(read->scale, quantization->scale);
}

TEST_F(ImportTest, LargeLayoutGivesTheSameModule) {
  const auto module = Parse(R"(
func @main(%x: f32[4]) {
  %w = const f32[4] random(1)
  %a = tfl.ADD(%x, %w) : f32[4]
  %m = tfl.Mine(%a) {custom_options = tensor u8[3] [1, 2, 3]} : f32[4]
  return %m
})");
  const auto large = Again(*module, {0}), small = Again(*module);
  EXPECT_EQ(ir::Print(*large).text, ir::Print(*small).text);
}

TEST_F(ImportTest, LabelFilesBehindTheModelAreTaken) {
  auto bytes = Export(*Parse("func @main(%x: f32[1]) {\n  return %x\n}")).bytes;
  const auto archive = tflite::MakeArchive({{"labels.txt", AsBytes("hand\nface\n")}}, bytes.size());
  bytes.insert(bytes.end(), archive.begin(), archive.end());
  const auto module = Import(bytes);
  ASSERT_EQ(module->files.size(), 1u);
  EXPECT_EQ(module->files[0].first, "labels.txt");
  EXPECT_EQ(AsText(module->files[0].second.bytes()), "hand\nface\n");
}

TEST_F(ImportTest, MetadataAndDescriptionComeBack) {
  auto module = Parse("func @main(%x: f32[1]) {\n  return %x\n}");
  module->description = "mine";
  module->metadata.emplace_back("LITESMITH_PREPROCESSING", Tensor::Of<uint8_t>({2}, {'{', '}'}));
  const auto again = Again(*module);
  EXPECT_EQ(again->description, "mine");
  ASSERT_EQ(again->metadata.size(), 2u) << "and min_runtime_version";
  EXPECT_EQ(again->metadata[0].first, "LITESMITH_PREPROCESSING");
  EXPECT_EQ(AsText(again->metadata[0].second.bytes()), "{}");
}

}  // namespace
}  // namespace litesmith
