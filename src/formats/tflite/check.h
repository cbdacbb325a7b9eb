// Inside this folder: what FlatBuffers' verifier cannot know of a model.
#pragma once

#include "base/host.h"
#include "formats/tflite/model.h"

namespace litesmith::tflite {

Result<void> CheckModel(const Model& model, Context& context);

// Its parts. Shapes, data and quantization of one tensor (check_tensors.cc).
Result<void> CheckTensor(const Model& model, size_t subgraph, size_t tensor, Context& context);
// How many elements a sparse constant stores; empty if its description contradicts itself or the shape.
std::optional<int64_t> StoredElements(const Sparsity& sparsity, const std::vector<int32_t>& shape);
// Which tensor is written where (check_graph.cc), and who calls whom.
Result<void> CheckGraph(const Model& model, size_t subgraph, Context& context);
Result<void> CheckCalls(const Model& model, Context& context);

}  // namespace litesmith::tflite
