// Inside this folder: one subgraph.
#pragma once

#include "base/finding.h"
#include "base/host.h"
#include "formats/tflite/model.h"
#include "ir/module.h"

namespace litesmith::import_tflite {

// Fills the module's function of the same index, whose results are `results` (tensors).
Result<void> ImportGraph(const tflite::Model& model, size_t subgraph, const std::vector<int32_t>& results,
                         ir::Module& module, Context& context);

// Dtype, shape and quantization of a tensor. `scalar`: no dimensions stand for a scalar, not for an unknown
// rank.
Result<ir::Type> TypeOfTensor(const tflite::Model& model, size_t subgraph, const tflite::TensorInfo& tensor,
                              bool scalar, FindingSink& findings);

}  // namespace litesmith::import_tflite
