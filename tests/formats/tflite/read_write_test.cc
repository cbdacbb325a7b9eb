#include <gtest/gtest.h>

#include <functional>

#include "formats/tflite/sample_model.h"

namespace litesmith::tflite {
namespace {

using testing::Bench;
using testing::Info;
using testing::MakeSample;

std::vector<std::byte> Written(const Model& model, LayoutOptions options = {}) {
  Bench bench;
  auto bytes = WriteModel(model, options, bench.findings);
  EXPECT_TRUE(bytes.ok());
  return bytes.ok() ? *std::move(bytes) : std::vector<std::byte>();
}

void ExpectSample(const Model& model) {
  ASSERT_EQ(model.subgraphs.size(), 1u);
  const Subgraph& graph = model.subgraphs[0];
  EXPECT_EQ(model.description, "a sample");
  EXPECT_EQ(graph.name, "main");
  ASSERT_EQ(graph.tensors.size(), 6u);
  EXPECT_EQ(graph.tensors[0].shape_signature, (std::vector<int32_t>{-1, 4, 4, 2}));
  EXPECT_EQ(graph.tensors[3].shape_signature, std::vector<int32_t>());
  EXPECT_TRUE(graph.tensors[0].has_rank);
  ASSERT_NE(graph.tensors[5].quantization, nullptr);
  EXPECT_EQ(graph.tensors[5].quantization->scale, (std::vector<float>{0.5f, 0.25f}));
  EXPECT_EQ(graph.tensors[5].quantization->dimension, 3);
  EXPECT_EQ(graph.operators[1].inputs, (std::vector<int32_t>{3, -1}));
  EXPECT_EQ(AsText(*graph.operators[1].custom_options), "options");
  EXPECT_EQ(model.codes[1].custom, "Mine");
  EXPECT_EQ(model.codes[1].version, 7);
  EXPECT_EQ(model.codes[2].builtin, 145) << "a code that does not fit the old field";
  EXPECT_EQ(model.data(graph.tensors[1])->size(), 36u * 4);
  EXPECT_EQ(*UnpackStrings(*model.data(graph.tensors[4])), (std::vector<std::string_view>{"AB", ""}));
  ASSERT_EQ(model.signatures.size(), 2u);
  EXPECT_EQ(model.signatures[0].outputs[1], (std::pair<std::string, int32_t>{"scores", 5}));
  EXPECT_EQ(model.metadata[0].first, "note");
  EXPECT_EQ(AsText(*model.buffers[model.metadata[0].second]), "some metadata");
}

TEST(TfliteFile, WhatIsWrittenIsReadAgain) {
  const auto sample = MakeSample();
  const auto bytes = Written(sample->model);
  EXPECT_TRUE(LooksLikeTflite(bytes));
  Bench bench;
  const auto model = bench.Read(bytes);
  ASSERT_TRUE(model.ok()) << bench.headline();
  ExpectSample(*model);
}

TEST(TfliteFile, ConstantsAreAlignedTo16Bytes) {
  const auto sample = MakeSample();
  for (const LayoutOptions options : {LayoutOptions{}, LayoutOptions{0}}) {
    const auto bytes = Written(sample->model, options);
    Bench bench;
    const auto model = bench.Read(bytes);
    ASSERT_TRUE(model.ok()) << bench.headline();
    const std::byte* start = model->data(model->subgraphs[0].tensors[1])->data();
    for (const int tensor : {1, 2, 4}) {
      const auto data = model->data(model->subgraphs[0].tensors[static_cast<size_t>(tensor)]);
      EXPECT_EQ((data->data() - start) % 16, 0);
      EXPECT_EQ(reinterpret_cast<uintptr_t>(data->data()) % 16, 0u);
    }
  }
}

TEST(TfliteFile, SameModelGivesSameBytes) {
  EXPECT_EQ(Written(MakeSample()->model), Written(MakeSample()->model));
}

TEST(TfliteFile, ConstantsOfLargeFilesFollowTheFlatBuffer) {
  const auto sample = MakeSample();
  sample->model.subgraphs[0].tensors[2].buffer = 2;
  const auto bytes = Written(sample->model, {0});
  Bench bench;
  const auto model = bench.Read(bytes);
  ASSERT_TRUE(model.ok()) << bench.headline();
  // The layout itself is one more entry of the metadata.
  ASSERT_EQ(model->metadata.size(), 2u);
  EXPECT_EQ(model->metadata[1].first, "buffer_location");
  ExpectSample(*model);
  for (size_t i = bytes.size() - 16; i < bytes.size(); ++i) EXPECT_EQ(bytes[i], std::byte{0});
}

TEST(TfliteFile, CutLargeFileIsTruncated) {
  auto bytes = Written(MakeSample()->model, {0});
  bytes.resize(bytes.size() - 64);
  Bench bench;
  EXPECT_FALSE(bench.Read(bytes).ok());
  EXPECT_EQ(bench.code(), static_cast<int>(Code::kFileTruncated)) << bench.headline();
}

TEST(TfliteFile, EmptyConstantStaysAConstant) {
  const auto sample = MakeSample();
  sample->model.buffers.push_back(Bytes());
  sample->model.subgraphs[0].tensors.push_back(Info("none", DType::kInt32, {0}, 5));
  Bench bench;
  const auto model = bench.Read(Written(sample->model));
  ASSERT_TRUE(model.ok()) << bench.headline();
  EXPECT_TRUE(model->buffers[5].has_value());
}

TEST(TfliteFile, SparseAndBlockwiseTensorsComeBack) {
  const auto sample = MakeSample();
  auto sparsity = std::make_shared<Sparsity>();
  sparsity->traversal_order = {0, 1};
  sparsity->dimensions = {{false, 2, {}, {}}, {true, 0, {0, 1, 2}, {300, 1}}};
  TensorInfo sparse = Info("sparse", DType::kFloat32, {2, 400}, 2);
  sparse.sparsity = sparsity;
  TensorInfo blocks = Info("blocks", DType::kFloat32, {1, 4}, 0);
  blocks.blockwise = BlockwiseScales{2, -1, 2};
  auto& tensors = sample->model.subgraphs[0].tensors;
  tensors.push_back(sparse);
  tensors.push_back(blocks);
  Bench bench;
  const auto model = bench.Read(Written(sample->model));
  ASSERT_TRUE(model.ok()) << bench.headline();
  const TensorInfo& read = model->subgraphs[0].tensors[6];
  ASSERT_NE(read.sparsity, nullptr);
  EXPECT_EQ(read.sparsity->dimensions[1].indices, (std::vector<int32_t>{300, 1}));
  EXPECT_EQ(read.sparsity->dimensions[1].segments, (std::vector<int32_t>{0, 1, 2}));
  ASSERT_TRUE(model->subgraphs[0].tensors[7].blockwise.has_value());
  EXPECT_EQ(model->subgraphs[0].tensors[7].blockwise->scales, 2);
}

TEST(TfliteFile, DtypeOfNoTfliteIsAFinding) {
  const auto sample = MakeSample();
  sample->model.subgraphs[0].tensors[3].dtype = DType::kQInt8;
  Bench bench;
  EXPECT_FALSE(WriteModel(sample->model, {}, bench.findings).ok());
  EXPECT_EQ(bench.code(), static_cast<int>(Code::kDtypeUnsupported));
}

// A change of the sample, and the code and a part of the headline of what the reader says then.
struct Contradiction {
  const char* name;
  std::function<void(Model&)> make;
  Code code;
  const char* says;
};

Operator Call(int64_t subgraph) {
  Operator op;
  op.code = 2;
  op.options = "CallOnceOptions";
  op.attributes = {{"init_subgraph_index", subgraph}};
  return op;
}

std::vector<Contradiction> Contradictions() {
  const auto tensor = [](Model& model, size_t index) -> TensorInfo& {
    return model.subgraphs[0].tensors[index];
  };
  const auto op = [](Model& model, size_t index) -> Operator& { return model.subgraphs[0].operators[index]; };
  return {
      {"no subgraph", [](Model& model) { model = Model{}; }, Code::kFileDamaged, "no subgraph"},
      {"buffer", [=](Model& m) { tensor(m, 1).buffer = 99; }, Code::kFileDamaged, "buffer 99"},
      {"size", [=](Model& m) { tensor(m, 1).shape[0] = 3; }, Code::kFileDamaged, "holds 144 bytes"},
      {"strings", [=](Model& m) { tensor(m, 4).shape[0] = 3; }, Code::kFileDamaged, "holds 2 strings"},
      {"string offsets", [=](Model& m) { tensor(m, 4).buffer = 1; }, Code::kFileDamaged, "offsets"},
      {"overflow", [=](Model& m) { tensor(m, 3).shape.assign(8, 2'000'000'000); }, Code::kFileDamaged,
       "too large"},
      {"negative dimension", [=](Model& m) { tensor(m, 3).shape[0] = -2; }, Code::kFileDamaged, "-2"},
      {"signature rank", [=](Model& m) { tensor(m, 0).shape_signature = {1}; }, Code::kFileDamaged,
       "signature"},
      {"variable constant", [=](Model& m) { tensor(m, 1).is_variable = true; }, Code::kFileDamaged,
       "variable"},
      {"scales",
       [=](Model& m) {
         auto quantization = std::make_shared<Quantization>(*tensor(m, 5).quantization);
         quantization->scale = {1, 1, 1};
         quantization->zero_point = {0};
         tensor(m, 5).quantization = quantization;
       },
       Code::kQuantizationInvalid, "3 scales for the 2 slices"},
      {"dimension",
       [=](Model& m) {
         auto quantization = std::make_shared<Quantization>(*tensor(m, 5).quantization);
         quantization->dimension = 4;
         tensor(m, 5).quantization = quantization;
       },
       Code::kQuantizationInvalid, "dimension 4"},
      {"negative scale",
       [=](Model& m) {
         auto quantization = std::make_shared<Quantization>(*tensor(m, 5).quantization);
         quantization->scale = {1, -1};
         tensor(m, 5).quantization = quantization;
       },
       Code::kQuantizationInvalid, "negative"},
      {"blockwise",
       [=](Model& m) {
         tensor(m, 3).blockwise = BlockwiseScales{77, -1, 2};
       },
       Code::kQuantizationInvalid, "tensor 77"},
      {"sparse order",
       [=](Model& m) {
         auto sparsity = std::make_shared<Sparsity>();
         sparsity->traversal_order = {0, 0};
         sparsity->dimensions = {{false, 2, {}, {}}, {false, 2, {}, {}}};
         tensor(m, 2).sparsity = sparsity;
         tensor(m, 2).shape = {2, 2};
       },
       Code::kFileDamaged, "sparse"},
      {"op code", [=](Model& m) { op(m, 0).code = 5; }, Code::kGraphDamaged, "code 5"},
      {"op input", [=](Model& m) { op(m, 0).inputs[1] = 66; }, Code::kGraphDamaged, "input 66"},
      {"op input below -1", [=](Model& m) { op(m, 0).inputs[1] = -2; }, Code::kGraphDamaged, "input -2"},
      {"op output", [=](Model& m) { op(m, 0).outputs[0] = -1; }, Code::kGraphDamaged, "output -1"},
      {"intermediate", [=](Model& m) { op(m, 0).intermediates = {9}; }, Code::kGraphDamaged, "tensor 9"},
      {"order", [=](Model& m) { std::swap(op(m, 0), op(m, 1)); }, Code::kGraphDamaged,
       "before anything computes"},
      {"written twice", [=](Model& m) { op(m, 1).outputs = {3}; }, Code::kGraphDamaged, "written"},
      {"constant written", [=](Model& m) { op(m, 0).outputs = {1}; }, Code::kGraphDamaged, "writes"},
      {"graph input", [](Model& m) { m.subgraphs[0].inputs = {12}; }, Code::kGraphDamaged, "tensor 12"},
      {"same input twice",
       [](Model& m) {
         m.subgraphs[0].inputs = {0, 0};
       },
       Code::kGraphDamaged, "twice"},
      {"graph output", [](Model& m) { m.subgraphs[0].outputs = {-1}; }, Code::kGraphDamaged, "tensor -1"},
      {"output of nobody",
       [](Model& m) {
         m.subgraphs[0].tensors.push_back(Info("z", DType::kFloat32, {1}));
         m.subgraphs[0].outputs = {6};
       },
       Code::kGraphDamaged, "nothing computes"},
      {"metadata", [](Model& m) { m.metadata.emplace_back("bad", 1000); }, Code::kFileDamaged, "buffer 1000"},
      {"signature's subgraph", [](Model& m) { m.signatures[0].subgraph = 3; }, Code::kFileDamaged,
       "subgraph 3"},
      {"signature's tensor", [](Model& m) { m.signatures[0].inputs[0].second = 3; }, Code::kFileDamaged,
       "no input"},
      {"signature's name", [](Model& m) { m.signatures[1].key = "serving_default"; }, Code::kFileDamaged,
       "two"},
      {"called subgraph", [=](Model& m) { m.subgraphs[0].operators.push_back(Call(4)); }, Code::kFileDamaged,
       "calls subgraph 4"},
      {"circle", [=](Model& m) { m.subgraphs[0].operators.push_back(Call(0)); }, Code::kRecursion,
       "calls itself"},
      {"call depth",
       [=](Model& m) {
         for (int64_t i = 1; i <= 80; ++i) {
           m.subgraphs.back().operators.push_back(Call(i));
           m.subgraphs.emplace_back();
         }
       },
       Code::kLimitExceeded, "80 calls"},
  };
}

TEST(TfliteFile, ContradictionsAreFindings) {
  for (const Contradiction& contradiction : Contradictions()) {
    SCOPED_TRACE(contradiction.name);
    const auto sample = MakeSample();
    contradiction.make(sample->model);
    Bench bench;
    const auto bytes = WriteModel(sample->model, {}, bench.findings);
    ASSERT_TRUE(bytes.ok());
    EXPECT_FALSE(bench.Read(*bytes).ok());
    EXPECT_EQ(bench.code(), static_cast<int>(contradiction.code)) << bench.headline();
    EXPECT_NE(bench.headline().find(contradiction.says), std::string::npos) << bench.headline();
  }
}

}  // namespace
}  // namespace litesmith::tflite
