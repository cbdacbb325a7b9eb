// Inside this folder: how findings about contradictory files are worded, and where a file is broken.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/finding.h"
#include "formats/tflite/model.h"

namespace litesmith::tflite {

// kFileDamaged and the like; `what` says which part is wrong and what was expected.
Failed ReportDamage(FindingSink& findings, std::string what, Code code = Code::kFileDamaged);
Failed ReportLimit(FindingSink& findings, std::string what);

// "tensor 5 'conv/w' of subgraph 0 'main'"
std::string NameOfTensor(const Model& model, size_t subgraph, int64_t tensor);
// "operator 3 (CONV_2D) of subgraph 0 'main'"
std::string NameOfOperator(const Model& model, size_t subgraph, size_t index);
std::string NameOfSubgraph(const Model& model, size_t subgraph);

struct Damage {
  bool truncated = false;  // something ends past the file's end
  std::string what;  // "subgraphs[0].tensors[4].shape, at byte 812: a vector of 9 elements ends at byte ..."
};
// The first place where the FlatBuffer breaks, found by walking it the way the schema says. For bytes that
// the verifier refused.
Damage LocateDamage(Bytes bytes);

}  // namespace litesmith::tflite
