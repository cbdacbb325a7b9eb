// One TF op, or a few, computed twice: by evaluate with TensorFlow's semantics, and lowered and run with the
// reference kernels. The two share no code that maps attributes.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "evaluate/evaluate.h"
#include "ir/text.h"
#include "lowering/lowering.h"
#include "passes/infer_shapes.h"
#include "runtime/interpreter.h"

namespace litesmith::lowering {

struct OneOp {
  std::string name;           // of the test: letters and digits
  std::string function;       // "(%x: f32[2,3]) { ... return %y }"
  double low = -2, high = 2;  // what the parameters' elements lie between
  double tolerance = 1e-5;    // relative to 1 or the expected value
};

inline void PrintTo(const OneOp& op, std::ostream* out) { *out << op.function; }

// Elements that follow no pattern, between low and high; whole numbers for integers.
inline Tensor MadeUp(const ir::Type& type, double low, double high, uint64_t seed) {
  Tensor tensor = Tensor::Zeros(type.dtype, type.shape.known_dims());
  uint64_t state = seed * 0x9e3779b97f4a7c15u + 12345;
  const auto next = [&] {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return low + (high - low) * static_cast<double>(state >> 40) / static_cast<double>(1 << 24);
  };
  const auto fill = [&]<class T>(T) {
    for (T& element : tensor.mutable_data<T>()) {
      const double value = next();
      element = static_cast<T>(std::is_floating_point_v<T> ? value : std::round(value));
    }
  };
  switch (type.dtype) {
    case DType::kFloat32:
      fill(float{});
      break;
    case DType::kInt32:
      fill(int32_t{});
      break;
    case DType::kInt64:
      fill(int64_t{});
      break;
    case DType::kUInt8:
      fill(uint8_t{});
      break;
    case DType::kBool:
      for (bool& element : tensor.mutable_data<bool>()) element = next() > (low + high) / 2;
      break;
    default:
      ADD_FAILURE() << "no made-up values of " << NameOf(type.dtype);
  }
  return tensor;
}

class LoweringTest : public testing::Test {
 protected:
  void Load(const std::string& function) {
    auto module = ir::Parse(
        "func @main" + function, {},
        [](ir::Dialect dialect, std::string_view name) -> const ir::OpDef* {
          return dialect == ir::Dialect::kTf ? static_cast<const ir::OpDef*>(tf::FindOp(name))
                                             : tfl::FindOp(name);
        },
        findings_);
    ASSERT_TRUE(module) << Causes();
    module_ = *std::move(module);
    ASSERT_TRUE(passes::InferShapes(*module_, context_)) << Causes();
  }
  ir::Function& main() { return *module_->functions()[0]; }

  std::vector<Tensor> MakeInputs(double low, double high) {
    std::vector<Tensor> inputs;
    for (size_t i = 0; i < main().parameter_count(); ++i)
      inputs.push_back(MadeUp(main().parameter(i)->type, low, high, i + 1));
    return inputs;
  }

  // The results as TensorFlow computes them.
  std::vector<Tensor> Evaluated(const std::vector<Tensor>& inputs) {
    std::unordered_map<const ir::Value*, Tensor> values;
    for (size_t i = 0; i < inputs.size(); ++i) values[main().parameter(i)] = inputs[i];
    for (const ir::Node& node : main().nodes()) {
      if (node.Is(ir::kReturn)) break;
      if (node.Is(ir::kConstant)) {
        values[node.output()] = *node.output()->constant();
        continue;
      }
      std::vector<Tensor> operands;
      for (const ir::Value* operand : node.operands()) operands.push_back(values.at(operand));
      auto outputs = evaluate::Evaluate(node, operands, context_);
      if (!outputs) {
        ADD_FAILURE() << Causes();
        return {};
      }
      for (size_t i = 0; i < node.output_count(); ++i) values[node.output(i)] = (*outputs)[i];
    }
    std::vector<Tensor> results;
    for (size_t i = 0; i < main().result_count(); ++i) results.push_back(values.at(main().result(i)));
    return results;
  }

  // The same after the lowering.
  std::vector<Tensor> Lowered(const std::vector<Tensor>& inputs) {
    if (!LowerModule(*module_, {}, context_)) {
      ADD_FAILURE() << Causes();
      return {};
    }
    for (const ir::Node& node : main().nodes())
      EXPECT_NE(node.op().dialect, ir::Dialect::kTf) << node.op_name();
    runtime::Options options;
    options.reference_kernels = true;
    auto interpreter = runtime::Interpreter::Create(module_, "", options, context_);
    bool good = interpreter.ok();
    for (size_t i = 0; good && i < inputs.size(); ++i) good = (*interpreter)->SetInput(i, inputs[i]).ok();
    if (!good || !(*interpreter)->Invoke()) {
      ADD_FAILURE() << Causes() << ir::Print(*module_).text;
      return {};
    }
    std::vector<Tensor> results;
    for (size_t i = 0; i < main().result_count(); ++i) results.push_back((*interpreter)->output(i));
    return results;
  }

  // The code of the only finding that lowering gives, or "" if there is another number of them.
  std::string Refusal() {
    EXPECT_FALSE(LowerModule(*module_, {}, context_).ok());
    return findings_.findings().size() == 1 ? CodeText(findings_.findings()[0].code) : Causes();
  }

  std::string Causes() const {
    std::string text;
    for (const Finding& finding : findings_.findings())
      text += CodeText(finding.code) + " " + finding.headline + ": " + finding.cause + "\n";
    return text;
  }

  std::unique_ptr<Host> host_ = MakeSystemHost();
  FindingList findings_;
  Context context_{*host_, findings_};
  std::shared_ptr<ir::Module> module_;
};

class LowersAs : public LoweringTest, public testing::WithParamInterface<OneOp> {
 protected:
  void ExpectSameResults() {
    const OneOp& op = GetParam();
    ASSERT_NO_FATAL_FAILURE(Load(op.function));
    const std::vector<Tensor> inputs = MakeInputs(op.low, op.high);
    const std::vector<Tensor> expected = Evaluated(inputs), got = Lowered(inputs);
    ASSERT_EQ(expected.size(), got.size());
    for (size_t i = 0; i < got.size(); ++i) {
      EXPECT_EQ(NameOf(expected[i].dtype()), NameOf(got[i].dtype())) << "result " << i;
      ASSERT_EQ(expected[i].dims(), got[i].dims()) << "result " << i;
      const auto want = expected[i].ToDouble(), have = got[i].ToDouble();
      ASSERT_TRUE(want && have);
      for (size_t at = 0; at < want->size(); ++at) {
        const double a = (*want)[at], b = (*have)[at];
        if (std::isnan(a) && std::isnan(b)) continue;
        ASSERT_LE(std::abs(a - b), op.tolerance * std::max(1.0, std::abs(a)))
            << "result " << i << " element " << at << ": " << b << ", expected " << a;
      }
    }
  }
};

inline std::string NameOfOp(const testing::TestParamInfo<OneOp>& info) { return info.param.name; }

}  // namespace litesmith::lowering
