// Post-training quantization of a module of TFL ops: observes, chooses ranges, rewrites, measures.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/host.h"
#include "ir/module.h"
#include "quantization/damage.h"
#include "quantization/options.h"
#include "quantization/repair.h"
#include "quantization/samples.h"
#include "runtime/interpreter.h"

namespace litesmith::quantization {

struct SignatureSamples {
  std::string signature;  // as Interpreter::Create takes it
  const SampleSource* source;
  bool made_up = false;  // not the user's
};

// What is going on: "calibrating", 12 of 100.
using Progress = std::function<void(std::string_view stage, size_t done, size_t total)>;

struct Hooks {
  Progress progress;
  // Called when every sample has been seen once; may fail.
  std::function<Result<void>()> observed;
};

struct FloatOp {
  std::string op, name, why;
};

struct Quantized {
  std::shared_ptr<ir::Module> module;
  size_t tensors = 0;              // in fewer bits than before
  std::vector<FloatOp> float_ops;  // for want of an integer form, by wish, or as a repair
  // Of the multiply-adds that are known: of integers with integers, and of integers with activations that are
  // quantized while the model runs.
  double integer_share = 0, hybrid_share = 0;
  std::optional<Damage> damage;          // where there were samples
  std::vector<Sensitivity> sensitivity;  // worst first, where it was asked for or needed
};

// Quantizes as `options` say; the module given is not changed. `samples`: those of the signatures that are to
// be calibrated by them, for integer modes. Reports kAlreadyQuantized, kSamplesMissing,
// kQuantizationNotAsAsked, kSampleNotFinite; warns and notes kQuantizationOptions (a pattern of keep_float
// that matches nothing), kKeptInFloat, kPartNeverReached, kOneScaleForDifferentRanges, kQuantizationDamage,
// kQuantizationRepaired.
Result<Quantized> Quantize(const std::shared_ptr<const ir::Module>& module, const Options& options,
                           const std::vector<SignatureSamples>& samples,
                           const runtime::CustomKernels& custom_kernels, const Hooks& hooks,
                           Context& context);

}  // namespace litesmith::quantization
