// Calling one op in a test: makes a node with attributes and as many operands and outputs as given.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

#include "base/finding.h"
#include "evaluate/evaluate.h"

namespace litesmith::evaluate {

class Evaluating {
 public:
  explicit Evaluating(std::string name, Attributes attributes = {}, size_t outputs = 1)
      : name_(std::move(name)),
        op_{ir::Dialect::kTf, name_},
        attributes_(std::move(attributes)),
        outputs_(outputs) {}

  Result<Outputs> Run(std::vector<Tensor> inputs) {
    ir::Module module;
    ir::Builder builder(*module.AddFunction("main"));
    std::vector<ir::Value*> operands;
    for (const Tensor& input : inputs) operands.push_back(builder.Constant(input));
    const ir::Node* node = builder.Create(op_, operands, std::vector<ir::Type>(outputs_), attributes_);
    EXPECT_TRUE(CanEvaluate(*node)) << name_;
    Context context{*host_, findings_, limits};
    return Evaluate(*node, inputs, context);
  }
  // The first output; an invalid tensor, and a failed test, where the op refuses.
  Tensor One(std::vector<Tensor> inputs) {
    auto outputs = Run(std::move(inputs));
    if (!outputs) {
      ADD_FAILURE() << name_ << ": "
                    << (findings_.findings().empty() ? "" : findings_.findings().back().cause);
      return Tensor();
    }
    return (*outputs)[0];
  }
  // The op refuses with a finding of this code.
  void ExpectRefusal(std::vector<Tensor> inputs, Code code = Code::kShapeMismatch) {
    EXPECT_FALSE(Run(std::move(inputs)).ok()) << name_;
    ASSERT_EQ(findings_.findings().size(), 1u) << name_;
    EXPECT_EQ(CodeText(findings_.findings()[0].code), CodeText(code)) << findings_.findings()[0].cause;
  }

  Limits limits;

 private:
  std::string name_;
  ir::OpDef op_;
  Attributes attributes_;
  size_t outputs_;
  FindingList findings_;
  std::unique_ptr<Host> host_ = MakeSystemHost();
};

template <class T>
std::vector<T> ValuesOf(const Tensor& tensor) {
  if (tensor.dtype() != kDTypeOf<T>) {
    ADD_FAILURE() << "it is " << (tensor.valid() ? NameOf(tensor.dtype()) : "nothing");
    return {};
  }
  const auto data = tensor.data<T>();
  return {data.begin(), data.end()};
}

template <class T>
Tensor Row(std::vector<T> values) {
  return Tensor::Of<T>({static_cast<int64_t>(values.size())}, values);
}
inline Tensor Bools(std::initializer_list<bool> values) {
  return Tensor::Of<bool>({static_cast<int64_t>(values.size())}, values);
}
inline Tensor Floats32(std::vector<float> values) { return Row(std::move(values)); }
inline Tensor Ints32(std::vector<int32_t> values) { return Row(std::move(values)); }

// The shape and values of the output of an op.
template <class T>
void ExpectTensor(const Tensor& tensor, const Dims& dims, const std::vector<T>& values) {
  EXPECT_EQ(tensor.dims(), dims);
  EXPECT_EQ(ValuesOf<T>(tensor), values);
}
inline void ExpectNear(const Tensor& tensor, const Dims& dims, const std::vector<float>& values,
                       float tolerance = 1e-6f) {
  EXPECT_EQ(tensor.dims(), dims);
  const auto got = ValuesOf<float>(tensor);
  ASSERT_EQ(got.size(), values.size());
  for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], values[i], tolerance) << "element " << i;
}

}  // namespace litesmith::evaluate
