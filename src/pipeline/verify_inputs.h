// The same inputs for a source graph and for the file that it became.
#pragma once

#include <vector>

#include "base/host.h"
#include "ir/signature.h"
#include "pipeline/named_inputs.h"
#include "runtime/interpreter.h"

namespace litesmith::pipeline {

struct InputsOfBoth {
  std::vector<Tensor> source;  // one for each parameter of the source
  std::vector<Tensor> file;    // one for each input of the file; invalid: left as it is
};

// Takes what is given by name (names are the source's); makes up the rest, the same numbers each time:
// - Floats are uniform in 0..1, in the range of the file's input where that is quantized; one in eight is 0,
//   0.5 or 1 of the range, where rounding decides. uint8 and int8 are over their whole range, other integers
//   in 0..7 or below the size of a table that they index, bools and strings (a few words) by chance.
// - An unknown dimension takes the file's; where that is unknown too: 1 for the first, 64 for the sides of a
//   picture (rank 4), else 4.
// - A detector's file takes the network's own input: the source then gets a picture of just that size, which
//   its own scaling leaves as it is, and the file the same normalized as the metadata says.
// Reports kInputUnknown, kInputShape and kInputDtype for given ones that do not fit, and kInputMissing for an
// input of the file that the source lacks.
Result<InputsOfBoth> MakeInputs(const ir::Module& file, const std::vector<ir::SignatureEntry>& source_inputs,
                                const runtime::Interpreter& interpreter,
                                const std::vector<NamedTensor>& given, Context& context);

}  // namespace litesmith::pipeline
