// Models: loaded from whatever Litesmith converts, or from .tflite files, and written as .tflite.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <litesmith/custom_ops.h>
#include <litesmith/finding.h>
#include <litesmith/tensor.h>

namespace litesmith::api {

// What becomes of a detector's post-processing: one op where that computes the same, TensorFlow's own ops,
// nothing (the network's raw outputs), or whatever the graph says, without recognition.
enum class Detection : uint8_t { kAuto, kExact, kRaw, kKeep };

struct ConvertOptions {
  std::vector<std::string> tags;        // of the graph to take; none: "serve", else the only one
  std::vector<std::string> signatures;  // none: all
  std::vector<std::string> input_tensors, output_tensors;    // of frozen graphs; none: placeholders and sinks
  std::map<std::string, std::vector<int64_t>> input_shapes;  // by input; -1 for an unknown dimension
  Detection detection = Detection::kAuto;
  bool keep_preamble = false;           // what parses examples or decodes pictures before the network
  bool allow_custom_ops = false;        // ops that nobody knows become custom ops
  std::vector<std::string> custom_ops;  // so do these
  // So do ops with a kernel here, which also tells the shapes of their results. The model keeps the kernels
  // for whatever runs it.
  CustomOps custom_kernels;
  // By the name of an op that nobody knows: a shape for each result; -1 for an unknown dimension.
  std::map<std::string, std::vector<std::vector<int64_t>>> custom_op_shapes;
  std::string target_runtime;       // "2.9": the oldest TensorFlow Lite that must run the file; empty: any
  std::vector<std::string> labels;  // for the metadata, class 0 first
};

// An input or output of a signature.
struct TensorInfo {
  std::string name;    // the signature's
  std::string tensor;  // the tensor's own
  DType dtype = DType::kInvalid;
  std::vector<int64_t> shape;  // -1 where open
  bool ranked = true;          // false: the number of dimensions is open, too
};

struct SignatureInfo {
  std::string key;  // "serving_default"; empty for the main graph of a model without signatures
  std::vector<TensorInfo> inputs, outputs;
};

struct QuantizeOptions;  // litesmith/quantize.h
struct Quantized;

// A model that can be run and written. Copies are the same model; it does not change, so that several threads
// may use it at once.
class Model {
 public:
  // Loads `path`: a SavedModel folder, a frozen graph (.pb, .pbtxt), a TensorFlow.js graph model
  // (model.json), which are converted, or a .tflite, which is taken as it is (of `options` only
  // custom_kernels and target_runtime have an effect then).
  // The file stays mapped while the model lives.
  static Outcome<Model> Load(const std::string& path, const ConvertOptions& options = {});
  // A .tflite in memory, which is copied.
  static Outcome<Model> LoadTflite(std::span<const std::byte> file);

  // The .tflite. Equal models give equal bytes.
  Outcome<std::vector<std::byte>> Write() const;
  // Writes it beside `path` and renames: `path` holds the whole file or what it held before.
  Outcome<void> Save(const std::string& path) const;

  const std::vector<SignatureInfo>& signatures() const;

  // Another model: this one, a float model, in fewer bits, and what that changes.
  Outcome<Quantized> Quantize(const QuantizeOptions& options) const;

  struct Data;  // Litesmith's own
  explicit Model(std::shared_ptr<const Data> data);
  const Data& data() const { return *data_; }

 private:
  std::shared_ptr<const Data> data_;
};

}  // namespace litesmith::api
