// Quantization as a step of a conversion: options that make sense, samples from files, findings.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/host.h"
#include "ir/module.h"
#include "pipeline/samples_given.h"
#include "quantization/quantize.h"
#include "runtime/interpreter.h"

namespace litesmith::pipeline {

struct QuantizeOptions {
  quantization::Options how;
  std::string data;                   // a folder of pictures, an .npz, a folder of them; empty: none
  std::vector<GivenSamples> samples;  // for their signatures instead of `data`
  std::string sensitivity_file;       // a .csv to write, or empty
  quantization::Progress progress;
  runtime::CustomKernels custom_kernels;
};

// Reports kQuantizationOptions for what contradicts itself, with the nearest command that makes sense.
Result<void> CheckQuantizeOptions(const QuantizeOptions& options, Context& context);

// Replaces `module` by its quantized form. Without samples, integer modes are calibrated by made-up inputs,
// which is told (kCalibratedWithoutData). Reports what quantization::Quantize and OpenSamples do.
Result<quantization::Quantized> QuantizeModel(std::shared_ptr<ir::Module>& module,
                                              const QuantizeOptions& options, Context& context);

}  // namespace litesmith::pipeline
