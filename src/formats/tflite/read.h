// Reads a .tflite: FlatBuffers' verifier, then every index, count and size that the format leaves unchecked.
#pragma once

#include "base/host.h"
#include "base/result.h"
#include "formats/tflite/model.h"

namespace litesmith::tflite {

// The identifier "TFL3" stands where it should.
bool LooksLikeTflite(Bytes bytes);

// The model's views refer to `file`, which it keeps. Files beyond 2 GB, whose constants follow the
// FlatBuffer, are read too. Reports kFileTruncated, kFileDamaged, kGraphDamaged, kQuantizationInvalid,
// kRecursion, kLimitExceeded, and kFileMissing for constants in other files. What a model that was read
// guarantees:
// - every index of a code, tensor, buffer, subgraph or signature exists, -1 stands only among inputs;
// - constants are as large as dtype and shape say, string constants and sparse ones are whole;
// - scales and zero points are as many as they have to be, scales are finite and not negative;
// - no tensor is written twice or read before it is written; subgraphs do not call each other in circles.
Result<Model> ReadModel(const FileBytes& file, Context& context);

}  // namespace litesmith::tflite
