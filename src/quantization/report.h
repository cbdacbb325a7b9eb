// What a user is told of a quantization.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/host.h"
#include "quantization/damage.h"
#include "quantization/observations.h"
#include "quantization/options.h"
#include "quantization/plan.h"
#include "quantization/samples.h"

namespace litesmith::quantization {

// What a node is called: by its first result, as --keep-float looks for it.
std::string NameOfNode(const ir::Node& node);

// Fails with kAlreadyQuantized if a tensor of the module holds quantized integers.
Result<void> CheckIsFloat(const ir::Module& module, Context& context);

// Notes of ops that stay in float (kKeptInFloat); without float_fallback each is an error
// (kQuantizationNotAsAsked) and the result fails. Warns of joined tensors of very different ranges
// (kOneScaleForDifferentRanges).
Result<void> ReportPlan(const Plan& plan, const Options& options, Context& context);

// Warns of ops that gave NaN or infinity on one of `samples` (kSampleNotFinite).
void ReportNotFinite(const ir::Module& module, const Observations& observations, const SampleSource& samples,
                     Context& context);

// Warns of functions that no sample of any signature reached (kPartNeverReached).
void ReportUnreached(const ir::Module& module, const Observations& observations, Context& context);

// Warns that a model came out as it went in (kKeptInFloat).
void ReportNothingQuantized(const Options& options, Context& context);

// Notes outputs of `entries` (functions) that are float32 although integers were asked for (kKeptInFloat).
void ReportFloatOutputs(const ir::Module& module, const std::set<std::string>& entries, Context& context);

// Notes ranges that were trained (kTrainedRanges), and warns of made-up samples (kCalibratedWithoutData).
void ReportRangeSources(Mode mode, size_t trained, bool made_up, Context& context);

// What was done to lose less: so many of the model's layers have float activations, some of them with integer
// weights.
struct RepairedLayers {
  size_t kept = 0, hybrid = 0, layers = 0;
};

// Tells what quantization costs (kQuantizationDamage), and what repaired it (kQuantizationRepaired); a
// warning where --max-accuracy-drop is not met.
void ReportDamage(const Damage& damage, const Options& options, const RepairedLayers& repaired,
                  Context& context);

}  // namespace litesmith::quantization
