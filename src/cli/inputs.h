// Inputs of an interpreter: from a file of arrays, or made up.
#pragma once

#include <string>

#include "base/host.h"
#include "runtime/interpreter.h"

namespace litesmith::cli {

// Reads a file of arrays and gives each input the one of its name (pipeline/named_inputs.h).
Result<void> ReadInputs(const std::string& path, runtime::Interpreter& interpreter, Context& context);

// The same numbers each time: floats uniform in 0..1, quantized tensors of 8 and 16 bits over their whole
// range, everything else 0 (strings are empty). An unknown dimension is 1; an input of unknown rank stays
// unset.
Result<void> MakeUpInputs(runtime::Interpreter& interpreter);

}  // namespace litesmith::cli
