// The inputs and outputs of a signature, by its own names.
#pragma once

#include <string>
#include <vector>

#include "ir/module.h"

namespace litesmith::ir {

struct SignatureEntry {
  std::string name;
  size_t index;        // among the function's parameters or results
  const Value* value;  // never null
};

// `signature` null: all of the function's, by the names it has itself, else by those of the tensors.
std::vector<SignatureEntry> InputsOf(const Function& function, const Signature* signature);
std::vector<SignatureEntry> OutputsOf(const Function& function, const Signature* signature);

}  // namespace litesmith::ir
