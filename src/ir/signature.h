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

// Adds a parameter to a function and to those of its signatures that have the parameter `like`, under
// `input_name` or, if that is empty, under the other's names.
Value* AddInputLike(Function& function, size_t like, Type type, std::string tensor_name,
                    const std::string& input_name);
// Erases a parameter that has no uses, and its names.
void EraseInput(Function& function, size_t index);

}  // namespace litesmith::ir
