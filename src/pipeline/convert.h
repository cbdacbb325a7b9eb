// From a model in any form to a module of TFL ops and the bytes of its .tflite: the ordered list of passes.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/host.h"
#include "detection/recognise.h"
#include "ir/module.h"
#include "pipeline/checks.h"
#include "pipeline/custom_shapes.h"
#include "pipeline/quantize.h"

namespace litesmith::pipeline {

class RootCauses;

struct ConvertOptions {
  std::vector<std::string> tags, signatures;
  std::vector<std::string> input_tensors, output_tensors;    // frozen graphs
  std::map<std::string, std::vector<int64_t>> input_shapes;  // -1 for unknown
  bool keep_preamble = false;                                // parsing of examples, decoding of pictures
  detection::Mode detection = detection::Mode::kAuto;
  bool allow_custom_ops = false;
  std::vector<std::string> custom_ops;
  CustomOpShapes custom_op_shapes;
  runtime::CustomKernels custom_kernels;  // their ops become custom ops too, with the shapes that they say
  std::string target_runtime;             // "2.9", or empty
  std::vector<std::string> labels;        // for the metadata; class 0 first
  QuantizeOptions quantize;
  std::string dump_after;  // a pass's name; its result is printed to `dump`
  std::string* dump = nullptr;
  // Called with a model of TensorFlow's ops as it was imported, before any pass changes it.
  std::function<void(const ir::Module&)> after_import;
  // Set by Diagnose (pipeline/diagnose.h): what fails is passed over, so that what else is wrong is found.
  RootCauses* root_causes = nullptr;
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
  std::map<std::string, double> seconds;             // "import", "passes", "lowering", "quantize", "write"
  InputsAndOutputs interface;                        // of the source
  std::optional<quantization::Quantized> quantized;  // its module is the one above
  bool incomplete = false;                           // something failed and was passed over, for a diagnosis
};

// A model as its source has it: a module of TensorFlow's ops with calls inlined, TF1's control flow raised,
// variables frozen and all values named, but nothing computed and nothing replaced. A .tflite comes back as
// it is, imported.
Result<Converted> LoadSource(const std::string& path, const ConvertOptions& options, Context& context);
// The conversion of that module, in place.
Result<void> ConvertSource(Converted& source, const ConvertOptions& options, Context& context);
// The quantization that the options ask for, of a converted model.
Result<void> QuantizeConverted(Converted& model, const ConvertOptions& options, Context& context);
// All three. Takes whatever `convert` takes.
Result<Converted> LoadModel(const std::string& path, const ConvertOptions& options, Context& context);

struct WrittenModel {
  std::vector<std::byte> bytes;
  size_t ops = 0;                   // of all subgraphs
  std::string min_runtime_version;  // "1.14.0"
};

// The .tflite of a module of TFL ops: written, verified and read again before it is given back.
Result<WrittenModel> WriteModel(const ir::Module& module, Context& context);

}  // namespace litesmith::pipeline
