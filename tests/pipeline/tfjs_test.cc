// A TF.js model with what its converter does to a network: fused ops, weights in 8 bits, names of its own.
#include <gtest/gtest.h>

#include "import/tf/memory_host.h"
#include "runtime/interpreter.h"
#include "verifying.h"

namespace litesmith::pipeline {
namespace {

constexpr std::string_view kModel = R"({"format": "graph-model",
"signature": {"inputs": {"in:0": {"name": "x:0", "dtype": "DT_FLOAT", "tensorShape": {"dim": [{"size": "1"}, {"size": "2"}]}}},
  "outputs": {"out": {"name": "y:0"}}},
"modelTopology": {"node": [
  {"name": "x", "op": "Placeholder", "attr": {"dtype": {"type": "DT_FLOAT"}}},
  {"name": "w", "op": "Const", "attr": {"dtype": {"type": "DT_FLOAT"}}},
  {"name": "b", "op": "Const", "attr": {"dtype": {"type": "DT_FLOAT"}}},
  {"name": "a", "op": "Const", "attr": {"dtype": {"type": "DT_FLOAT"}}},
  {"name": "y", "op": "_FusedMatMul", "input": ["x", "w", "b", "a"], "attr": {"T": {"type": "DT_FLOAT"},
    "fused_ops": {"list": {"s": ["Qmlhc0FkZA==", "UHJlbHU="]}}, "num_args": {"i": "2"}, "epsilon": {"f": 0},
    "transpose_a": {"b": false}, "transpose_b": {"b": false}}}]},
"weightsManifest": [{"paths": ["w.bin"], "weights": [
  {"name": "w", "shape": [2, 2], "dtype": "float32", "quantization": {"dtype": "uint8", "scale": 0.5, "min": -1}},
  {"name": "b", "shape": [2], "dtype": "float32", "quantization": {"dtype": "uint8", "scale": 2, "min": 1}},
  {"name": "a", "shape": [2], "dtype": "float32", "quantization": {"dtype": "uint8", "scale": 0, "min": 0.5}}]}]})";

class TfjsTest : public ::testing::Test {
 protected:
  TfjsTest() {
    host_.files["model.json"] = kModel;
    host_.files["w.bin"] = std::string("\0\2\4\6\0\1\0\0", 8);  // w = -1 0 1 2, b = 1 3, a = 0.5 0.5
  }
  std::string Said() const {
    std::string text;
    for (const Finding& finding : findings_.findings())
      text += finding.headline + ": " + finding.cause + "\n";
    return text;
  }

  litesmith::testing::MemoryHost host_;
  FindingList findings_;
  Context context_{host_, findings_};
};

TEST_F(TfjsTest, RunsAsTensorFlowJsComputesIt) {
  const auto converted = LoadModel("model.json", {}, context_);
  ASSERT_TRUE(converted.ok()) << Said();
  EXPECT_EQ(converted->info.kind, "tfjs");
  const auto interpreter = runtime::Interpreter::Create(converted->module, "", {}, context_);
  ASSERT_TRUE(interpreter.ok()) << Said();
  ASSERT_TRUE((*interpreter)->SetInput(0, Tensor::Of<float>({1, 2}, {1, -1})).ok()) << Said();
  ASSERT_TRUE((*interpreter)->Invoke().ok()) << Said();
  const Tensor result = (*interpreter)->output(0);
  EXPECT_EQ(result.data<float>()[0], -0.5f);  // (-1 - 1 + 1) * 0.5
  EXPECT_EQ(result.data<float>()[1], 1.0f);   // 0 - 2 + 3
}

TEST_F(TfjsTest, VerifyComparesEachStepOfAFusedOp) {
  const auto source = LoadSource("model.json", {}, context_);
  const auto file = LoadModel("model.json", {}, context_);
  ASSERT_TRUE(source.ok() && file.ok()) << Said();
  const auto verified = Verify(source->module, file->module, {}, context_);
  ASSERT_TRUE(verified.ok()) << Said();
  EXPECT_FALSE(verified->first_difference);
  ASSERT_FALSE(verified->tensors.empty());
  EXPECT_EQ(verified->tensors.back().source, "y:0");
  EXPECT_TRUE(verified->tensors.back().agrees);
}

}  // namespace
}  // namespace litesmith::pipeline
