// Runs samples through a float model and observes its tensors.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/host.h"
#include "quantization/observations.h"
#include "quantization/patches.h"
#include "quantization/samples.h"
#include "runtime/interpreter.h"

namespace litesmith::quantization {

struct CalibrationOptions {
  int threads = 1;
  runtime::CustomKernels custom_kernels;
  // Samples from `first` in steps of `step`; the others are held back.
  size_t first = 0, step = 1;
  // Told after each sample how many are done, from any thread but one at a time.
  std::function<void(size_t done, size_t total)> progress;
};

// Runs a sample on each of `threads` threads at a time and calls `each` behind it, on the thread of `worker`
// (0 up to threads - 1); `observer`, if any, sees that worker's tensors. Samples that the source passes over
// are left out. Memory does not grow with the number of samples. Fails when an inference does.
struct SampleRuns {
  std::function<void(int worker, size_t sample, const ir::Value& value, const TensorView& view)> observer;
  std::function<Result<void>(int worker, size_t sample, runtime::Interpreter& interpreter)> each;
};
Result<size_t> RunSamples(std::shared_ptr<const ir::Module> module, const std::string& signature,
                          const SampleSource& source, const CalibrationOptions& options,
                          const SampleRuns& runs, Context& context);

// Adds what the samples show to `observations`, and the inputs of ops with weights to `patches` if it is not
// null; whatever the number of threads the same. Gives the number of samples that ran.
Result<size_t> Calibrate(std::shared_ptr<const ir::Module> module, const std::string& signature,
                         const SampleSource& source, const CalibrationOptions& options,
                         Observations& observations, PatchCollection* patches, Context& context);

}  // namespace litesmith::quantization
