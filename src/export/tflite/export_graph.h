// Inside this folder: one function as a subgraph.
#pragma once

#include <map>
#include <tuple>
#include <unordered_map>

#include "base/host.h"
#include "export/tflite/buffers.h"
#include "formats/tflite/model.h"
#include "ir/module.h"

namespace litesmith::export_tflite {

// What all subgraphs of a file share.
struct ExportState {
  tflite::Model& model;
  BufferPool& buffers;
  std::unordered_map<std::string, int64_t> subgraph_of;  // function name -> index
  std::map<std::tuple<int32_t, std::string, int32_t>, uint32_t> codes;
  std::string min_runtime_version;
  Context& context;
};

// The tensor's index of each parameter and result.
struct ExportedGraph {
  std::vector<int32_t> parameters, results;
};

// Appends the function's subgraph to the model.
Result<ExportedGraph> ExportGraph(const ir::Function& function, ExportState& state);

// The node's op as an operator without tensors: its code, which is shared, and its options.
Result<tflite::Operator> ExportOp(const ir::Node& node, ExportState& state);

}  // namespace litesmith::export_tflite
