// A .tflite as a module of TFL ops.
#pragma once

#include <memory>

#include "base/host.h"
#include "base/result.h"
#include "ir/module.h"

namespace litesmith::import_tflite {

// One function a subgraph, in the file's order; constants are views into `file`, which the module keeps.
// - Value::name and source_tensor are the tensor's, Origin::subgraph and operator_index the operator's. An
// unknown
//   dimension is unknown; a tensor without shape is of unknown rank, in files older than that distinction a
//   scalar where it is an input or a constant.
// - Attributes are the fields of the op's options (formats/tflite/options.h), fields that index subgraphs are
//   FunctionRef, and "version" (int64) is the op's version.
// - Variable tensors are outputs of tfl::kStateTensor. The last "intermediate_count" (int64) operands of an
// op are its
//   intermediate tensors, of which the quantization alone counts: outputs of tfl::kStateTensor nodes that
//   have the attribute "intermediate". Sparse constants: tfl/sparse.h. An op that writes a variable tensor
//   itself has the attribute "_writes_variable".
// - Custom ops are nodes of Module::UnknownOp(kTfl, name) with "custom_options" (a uint8 tensor) if there are
// any; a
//   builtin op that no table knows is UnknownOp "BUILTIN_<code>" with "builtin_code".
// - Metadata is in Module::metadata, the label files behind the model (formats/tflite/archive.h) in
// Module::files. Reports what formats/tflite/read.h says, and warnings: kUnknownAttribute for options that
// are not the op's or newer than this program, kQuantizationInvalid for parameters in a form that is not
// read.
Result<std::unique_ptr<ir::Module>> ImportTflite(const FileBytes& file, Context& context);

}  // namespace litesmith::import_tflite
