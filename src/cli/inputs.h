// Inputs of an interpreter: from a file of arrays, or made up.
#pragma once

#include <vector>

#include "base/host.h"
#include "formats/npz/npz.h"
#include "runtime/interpreter.h"

namespace litesmith::cli {

// Gives each input the array of its name (the signature's or the tensor's, with or without ":0"; one array
// without a name is the only input). Reports kInputUnknown and kInputMissing, and what SetInput reports, for
// all inputs before it fails.
Result<void> SetInputs(runtime::Interpreter& interpreter, const std::vector<npz::Entry>& given,
                       Context& context);

// The same numbers each time: floats uniform in 0..1, quantized tensors of 8 and 16 bits over their whole
// range, everything else 0 (strings are empty). An unknown dimension is 1; an input of unknown rank stays
// unset.
Result<void> MakeUpInputs(runtime::Interpreter& interpreter);

}  // namespace litesmith::cli
