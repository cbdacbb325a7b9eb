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

// Gives every input its tensor. Reports kInputUnknown and kInputMissing, and what SetInput reports, for all
// inputs before it fails.
Result<void> SetInputs(runtime::Interpreter& interpreter, const std::vector<NamedTensor>& given,
                       Context& context);

}  // namespace litesmith::pipeline
