// From a model in any form to a module of TFL ops and the bytes of its .tflite: the ordered list of passes.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/host.h"
#include "detection/recognise.h"
#include "ir/module.h"

namespace litesmith::pipeline {

struct ConvertOptions {
  std::vector<std::string> tags, signatures;
  std::vector<std::string> input_tensors, output_tensors;    // frozen graphs
  std::map<std::string, std::vector<int64_t>> input_shapes;  // -1 for unknown
  detection::Mode detection = detection::Mode::kAuto;
  bool allow_custom_ops = false;
  std::vector<std::string> custom_ops;
  std::string target_runtime;       // "2.9", or empty
  std::vector<std::string> labels;  // for the metadata; class 0 first
  std::string dump_after;           // a pass's name; its result is printed to `dump`
  std::string* dump = nullptr;
};

struct ModelInfo {
  std::string kind;  // "saved_model", "frozen_graph", "tfjs", "tflite"
  std::string path;
  std::string tensorflow;  // version that wrote it, or empty
  size_t nodes = 0;        // of graph and functions reached; ops for a .tflite
};

struct Converted {
  ModelInfo info;
  std::shared_ptr<ir::Module> module;  // of TFL ops
  std::vector<detection::Recognised> recognised;
  std::map<std::string, double> seconds;  // "import", "passes", "lowering", "write"
};

// Takes whatever `convert` takes. A .tflite comes back as it is, imported.
Result<Converted> LoadModel(const std::string& path, const ConvertOptions& options, Context& context);

struct WrittenModel {
  std::vector<std::byte> bytes;
  size_t ops = 0;                   // of all subgraphs
  std::string min_runtime_version;  // "1.14.0"
};

// The .tflite of a module of TFL ops: written, verified and read again before it is given back.
Result<WrittenModel> WriteModel(const ir::Module& module, Context& context);

}  // namespace litesmith::pipeline
