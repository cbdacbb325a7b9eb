// Inputs of an interpreter by name.
#pragma once

#include <string>
#include <vector>

#include "base/host.h"
#include "runtime/interpreter.h"

namespace litesmith::pipeline {

struct NamedTensor {
  std::string name;  // the signature's or the tensor's, with or without ":0"; empty: the only input
  Tensor tensor;
};

// By input the tensor that is given for it, null where there is none.
struct ArrangedInputs {
  std::vector<const Tensor*> tensors;
  bool failed = false;  // something was reported
};
// Reports kInputUnknown and kInputMissing.
ArrangedInputs ArrangeInputs(const std::vector<runtime::TensorInfo>& inputs,
                             const std::vector<NamedTensor>& given, Context& context);

// Gives every input its tensor. Reports kInputUnknown and kInputMissing, and what SetInput reports, for all
// inputs before it fails.
Result<void> SetInputs(runtime::Interpreter& interpreter, const std::vector<NamedTensor>& given,
                       Context& context);

}  // namespace litesmith::pipeline
