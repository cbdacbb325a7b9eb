// Models as text, samples in memory, and how far a quantized model is from its float model.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "ir/text.h"
#include "ir/verify.h"
#include "quantization/quantize.h"
#include "tfl/ops.h"

namespace litesmith::quantization {

inline const ir::OpDef* LookUpTfl(ir::Dialect, std::string_view name) { return tfl::FindOp(name); }

// Uniform in low..high, the same in every run.
inline Tensor RandomTensor(Dims dims, uint32_t seed, float low = -1, float high = 1) {
  std::minstd_rand random(seed + 1);
  Tensor tensor = Tensor::Zeros(DType::kFloat32, std::move(dims));
  for (float& value : tensor.mutable_data<float>())
    value = low + (high - low) * static_cast<float>(random() % 65536) / 65535.0f;
  return tensor;
}

class ArraySamples final : public SampleSource {
 public:
  explicit ArraySamples(std::vector<std::vector<Tensor>> samples) : samples_(std::move(samples)) {}
  // `count` samples of one input.
  static ArraySamples Random(const Dims& dims, size_t count, float low = -1, float high = 1) {
    std::vector<std::vector<Tensor>> samples;
    for (size_t i = 0; i < count; ++i)
      samples.push_back({RandomTensor(dims, static_cast<uint32_t>(i), low, high)});
    return ArraySamples(std::move(samples));
  }
  size_t count() const override { return samples_.size(); }
  std::string name(size_t index) const override { return "sample " + std::to_string(index); }
  Result<std::vector<Tensor>> Get(size_t index, Context&) const override { return samples_[index]; }

 private:
  std::vector<std::vector<Tensor>> samples_;
};

class QuantizationTest : public testing::Test {
 protected:
  std::shared_ptr<ir::Module> Parse(std::string_view text, const std::vector<Tensor>& tensors = {}) {
    auto module = ir::Parse(text, tensors, LookUpTfl, findings_);
    EXPECT_TRUE(module.ok()) << Said();
    return module ? std::shared_ptr<ir::Module>(*std::move(module)) : std::make_shared<ir::Module>();
  }

  // Its module is null where that fails.
  Quantized QuantizeWith(const std::shared_ptr<ir::Module>& module, const Options& options,
                         const SampleSource& source, bool made_up = false) {
    auto quantized = Quantize(module, options, {{"", &source, made_up}}, {}, {}, context_);
    if (!quantized) return {};
    EXPECT_EQ(ir::Verify(*quantized->module), std::nullopt) << ir::Print(*quantized->module).text;
    return *std::move(quantized);
  }

  std::vector<Tensor> Infer(const std::shared_ptr<const ir::Module>& module,
                            const std::vector<Tensor>& inputs) {
    std::vector<Tensor> results;
    auto interpreter = runtime::Interpreter::Create(module, "", {}, context_);
    EXPECT_TRUE(interpreter.ok()) << Said();
    if (!interpreter) return results;
    for (size_t i = 0; i < inputs.size(); ++i)
      EXPECT_TRUE((*interpreter)->SetInput(i, inputs[i]).ok()) << Said();
    EXPECT_TRUE((*interpreter)->Invoke().ok()) << Said();
    for (size_t i = 0; i < (*interpreter)->outputs().size(); ++i)
      results.push_back((*interpreter)->output(i));
    return results;
  }

  // Root of the squared differences over the squares, of the first result.
  double ErrorOn(const std::shared_ptr<const ir::Module>& original,
                 const std::shared_ptr<const ir::Module>& quantized, const std::vector<Tensor>& inputs) {
    const std::vector<Tensor> expected = Infer(original, inputs), actual = Infer(quantized, inputs);
    if (expected.empty() || actual.empty() || actual[0].dtype() != DType::kFloat32) return INFINITY;
    double off = 0, all = 0;
    for (size_t i = 0; i < expected[0].data<float>().size(); ++i) {
      const double a = expected[0].data<float>()[i], b = actual[0].data<float>()[i];
      off += (a - b) * (a - b);
      all += a * a;
    }
    return std::sqrt(off / all);
  }

  const Finding* Find(Code code) const {
    for (const Finding& finding : findings_.findings()) {
      if (finding.code == code) return &finding;
    }
    return nullptr;
  }
  std::string Said() const {
    std::string text;
    for (const Finding& finding : findings_.findings())
      text += CodeText(finding.code) + " " + finding.headline + ": " + finding.cause + "\n";
    return text;
  }

  std::unique_ptr<Host> host_ = MakeSystemHost();
  FindingList findings_;
  Context context_{*host_, findings_};
};

// Nodes of an op in the first function.
inline std::vector<const ir::Node*> NodesOf(const ir::Module& module, const ir::OpDef& op) {
  std::vector<const ir::Node*> nodes;
  for (const ir::Node& node : module.functions()[0]->nodes()) {
    if (node.Is(op)) nodes.push_back(&node);
  }
  return nodes;
}

inline const ir::Value* Named(const ir::Module& module, std::string_view name) {
  for (const auto& function : module.functions()) {
    for (const ir::Node& node : function->nodes()) {
      for (size_t i = 0; i < node.output_count(); ++i) {
        if (node.output(i)->name == name) return node.output(i);
      }
    }
  }
  return nullptr;
}

}  // namespace litesmith::quantization
