// What a quantized model computes otherwise than its float model, on the same inputs.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/host.h"
#include "ir/copy.h"
#include "quantization/boxes.h"
#include "quantization/calibrate.h"

namespace litesmith::quantization {

struct OutputError {
  std::string name;
  double relative_rms = 0;  // root of (sum of squared differences / sum of squares)
};

struct LayerError {
  std::string name, op;
  double snr_db = 0;  // 10 log10 (sum of squares / sum of squared differences)
};

struct Damage {
  size_t samples = 0;
  std::vector<OutputError> outputs;   // float ones, or what a detector's post-processing reads
  std::vector<LayerError> layers;     // in order of execution
  std::optional<BoxAgreement> boxes;  // of a detector
  // What --max-accuracy-drop bounds: for a detector 1 - the average precision at an overlap of 0.9 (if it
  // finds anything), for other models the largest relative error of an output.
  double drop() const;
  // The mean relative error of the outputs: what candidates are compared by, for it changes with every bit.
  double error() const;
};

// Compares quantized forms of one model with it. What the model gives is kept for the next form.
class Comparison {
 public:
  // On all samples of `source`, in threads and with kernels as `running` says; all of these must outlive
  // this. `with_layers`: every tensor is compared, and nothing kept.
  Comparison(std::shared_ptr<const ir::Module> original, const std::string& signature,
             const SampleSource& source, bool with_layers, Context& context);
  ~Comparison();

  // `copy`: how the quantized module came from the original.
  Result<Damage> Measure(const ir::ModuleCopy& copy, const CalibrationOptions& running);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace litesmith::quantization
