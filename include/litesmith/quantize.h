// Models in fewer bits: smaller, and faster where the processor has instructions for them.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include <litesmith/model.h>

namespace litesmith::api {

// docs/quantization.md tells what each does.
enum class QuantizeMode : uint8_t { kDynamic, kFloat16, kInt8, kInt16x8, kWeight8, kWeight4 };

// Sample inputs of one signature that the program has or makes.
struct Samples {
  std::string signature;  // key; empty: serving_default, else the first, else the main graph
  size_t count = 0;
  // The inputs of sample `index` by the names of the signature, in any order, of the shapes that the model
  // takes; none: this sample is passed over. Called from one thread at a time, though not always the same,
  // several times for one index, and to give the same each time: only then the result is always the same.
  std::function<std::vector<NamedTensor>(size_t index)> get;
};

struct QuantizeOptions {
  QuantizeMode mode = QuantizeMode::kInt8;
  // What activations are calibrated by: samples of this program, for other signatures those of a folder of
  // pictures, an .npz or a folder of them. Without either, inputs are made up, and a finding says so.
  std::vector<Samples> samples;
  std::string data;
  // Of inputs and outputs that are floats; with kInt8 also kInt8 or kUInt8, with kInt16x8 kInt16.
  DType input_type = DType::kFloat32, output_type = DType::kFloat32;
  bool float_fallback = true;               // an op without an integer form stays in float
  std::vector<std::string> keep_float;      // regular expressions for names of tensors
  std::optional<double> max_accuracy_drop;  // 0.02: the fewest layers stay in float that it takes
  bool measure_sensitivity = false;         // of every layer
  int threads = 1;                          // the result does not depend on it
  CustomOps custom_ops;                     // kernels that neither the program nor the model has
  // What is going on: "calibrating", 12 of 100. From any thread, one at a time.
  std::function<void(std::string_view stage, size_t done, size_t total)> progress;
};

// What quantizing changed, measured on samples against the float model.
struct Damage {
  struct Output {
    std::string name;
    double relative_rms = 0;  // root of (sum of squared differences / sum of squares)
  };
  struct Layer {
    std::string op, name;
    double snr_db = 0;  // 10 log10 (sum of squares / sum of squared differences)
  };
  // Boxes of a detector. Average precision, the float model's boxes being the truth: 1 is perfect.
  struct Boxes {
    size_t boxes = 0, lost = 0, moved = 0, extra = 0;
    double ap50 = 1, ap75 = 1, ap90 = 1;
  };
  size_t samples = 0;
  double drop = 0;  // what max_accuracy_drop bounds: 1 - ap90, or the largest relative_rms
  std::vector<Output> outputs;
  std::vector<Layer> layers;  // in order of execution
  std::optional<Boxes> boxes;
};

struct Quantized {
  struct FloatOp {
    std::string op, name, why;
  };
  struct Sensitivity {
    std::string op, name;
    double error = 0;          // relative, at the outputs, if this layer alone is quantized
    double multiply_adds = 0;  // its part of all
    bool kept_float = false;
  };
  Model model;
  size_t tensors = 0;  // in fewer bits than before
  // Of the multiply-adds: of integers with integers, and of integer weights with activations that are
  // quantized while the model runs.
  double integer_share = 0, hybrid_share = 0;
  std::vector<FloatOp> float_ops;        // of an integer mode
  std::optional<Damage> damage;          // where there were samples
  std::vector<Sensitivity> sensitivity;  // worst first, where it was asked for or needed
};

}  // namespace litesmith::api
