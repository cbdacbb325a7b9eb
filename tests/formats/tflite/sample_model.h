// A small model for tests: conv and add over [?,4,4,2], with constants, quantization, strings, a custom op,
// two signatures and metadata.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/finding.h"
#include "base/host.h"
#include "formats/tflite/read.h"
#include "formats/tflite/write.h"
#include "tensor/strings.h"

namespace litesmith::tflite::testing {

// Host and sink for a test.
struct Bench {
  std::unique_ptr<Host> host = MakeSystemHost();
  FindingList findings;
  Context context{*host, findings};

  Result<Model> Read(const std::vector<std::byte>& bytes) {
    auto copy = std::make_shared<std::vector<std::byte>>(bytes);
    const Bytes view(*copy);
    return ReadModel({std::move(copy), view}, context);
  }
  // The code of the first finding; 0 if there is none.
  int code() const { return findings.findings().empty() ? 0 : static_cast<int>(findings.findings()[0].code); }
  std::string headline() const { return findings.findings().empty() ? "" : findings.findings()[0].headline; }
};

struct Sample {
  Model model;
  std::vector<float> filter = std::vector<float>(2 * 3 * 3 * 2, 0.25f), bias = {1, 2};
  std::vector<std::byte> strings = PackStrings({"AB", ""});
  std::string custom = "options";
  std::string metadata = "some metadata";
};

inline TensorInfo Info(std::string name, DType dtype, std::vector<int32_t> shape, uint32_t buffer = 0) {
  TensorInfo info;
  info.name = std::move(name);
  info.dtype = dtype;
  info.shape = std::move(shape);
  info.has_rank = true;
  info.buffer = buffer;
  return info;
}

inline std::unique_ptr<Sample> MakeSample() {
  auto sample = std::make_unique<Sample>();
  Model& model = sample->model;
  model.description = "a sample";
  model.codes = {{3, {}, 1}, {kCustomCode, "Mine", 7}, {145, {}, 1}};
  model.buffers = {std::nullopt, std::as_bytes(std::span(sample->filter)),
                   std::as_bytes(std::span(sample->bias)), Bytes(sample->strings), AsBytes(sample->metadata)};
  Subgraph& graph = model.subgraphs.emplace_back();
  graph.name = "main";
  TensorInfo input = Info("x", DType::kFloat32, {1, 4, 4, 2});
  input.shape_signature = {-1, 4, 4, 2};
  TensorInfo output = Info("y", DType::kInt8, {1, 4, 4, 2});
  auto quantization = std::make_shared<Quantization>();
  quantization->scale = {0.5f, 0.25f};
  quantization->zero_point = {0, 0};
  quantization->dimension = 3;
  output.quantization = quantization;
  graph.tensors = {input,
                   Info("filter", DType::kFloat32, {2, 3, 3, 2}, 1),
                   Info("bias", DType::kFloat32, {2}, 2),
                   Info("conv", DType::kFloat32, {1, 4, 4, 2}),
                   Info("names", DType::kString, {2}, 3),
                   output};
  graph.inputs = {0};
  graph.outputs = {5, 4};
  Operator conv;
  conv.code = 0;
  conv.inputs = {0, 1, 2};
  conv.outputs = {3};
  conv.options = "Conv2DOptions";
  conv.attributes = {{"padding", int64_t{0}}, {"stride_w", int64_t{1}}, {"stride_h", int64_t{1}}};
  Operator mine;
  mine.code = 1;
  mine.inputs = {3, -1};
  mine.outputs = {5};
  mine.custom_options = AsBytes(sample->custom);
  graph.operators = {conv, mine};
  model.signatures = {{"serving_default", 0, {{"image", 0}}, {{"classes", 4}, {"scores", 5}}},
                      {"other", 0, {{"photo", 0}}, {{"only", 5}}}};
  model.metadata = {{"note", 4}};
  return sample;
}

}  // namespace litesmith::tflite::testing
