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

// The functions of all signatures, each once, or the first function where there is no signature.
std::vector<Function*> EntryFunctions(const Module& module);

// Names a parameter that was added last in the function and in those of its signatures that have the
// parameter `like`: `name` or, if that is empty, the other's names.
void NameInputLike(Function& function, size_t index, size_t like, const std::string& name);
// Erases a parameter that has no uses, and its names.
void EraseInput(Function& function, size_t index);

}  // namespace litesmith::ir
