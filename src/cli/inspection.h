// What `inspect` finds out about a module of TFL ops.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cli/session.h"
#include "ir/module.h"

namespace litesmith::cli {

struct InspectedTensor {
  const ir::Value* value = nullptr;
  bool constant = false;
  std::optional<size_t> bytes;  // of its data; empty if its shape is unknown or it holds strings
  std::string dynamic_because;  // "NON_MAX_SUPPRESSION_V4 (op 12)": what makes its shape unknown; else empty
};

struct InspectedOp {
  const ir::Node* node = nullptr;
  int64_t version = 1;
  std::string
      kernel;  // "none", "reference", "fast" (there are fast variants), "runtime" (control flow, state)
  std::vector<int> inputs, outputs;  // of InspectedFunction::tensors; -1: absent
  std::optional<int64_t> multiply_adds;
};

struct InspectedFunction {
  const ir::Function* function = nullptr;
  std::vector<InspectedTensor> tensors;
  std::unordered_map<const ir::Value*, int> places;  // in `tensors`
  std::vector<int> inputs, outputs;                  // of the subgraph, in `tensors`
  std::vector<InspectedOp> ops;                      // in order of execution
};

struct Inspection {
  std::vector<InspectedFunction> functions;
  size_t constant_bytes = 0;  // a buffer that several constants share counts once
  // Of these, those of integers with integers, and of integers with floats that are quantized as the op runs.
  int64_t integer_multiply_adds = 0, hybrid_multiply_adds = 0;
  std::optional<int64_t> multiply_adds;  // of all subgraphs, each once; empty if one of an op is not known
  std::string min_runtime_version;       // "1.14.0"; empty if the tables do not say
};

Inspection InspectModule(const ir::Module& module);

// What an output of a signature is to a detector ("boxes", "classes", "scores", "count"), else empty.
std::string_view RoleOf(const ir::Value* output, std::string_view name);

// Metadata of the model: {"entries": [{name, bytes}], "inputs", "outputs", "labels", "preprocessing"}, what
// is not there left out.
Json MetadataJson(const ir::Module& module);

// "scale 0.5, zero point 3", "16 scales along dimension 0"; empty for none.
std::string QuantizationText(const Quantization* quantization);

}  // namespace litesmith::cli
