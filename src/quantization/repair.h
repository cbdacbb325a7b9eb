// Chooses between quantized forms by what they cost, measured.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/host.h"
#include "quantization/damage.h"
#include "quantization/float_sets.h"
#include "quantization/forms.h"
#include "quantization/samples.h"

namespace litesmith::quantization {

// What quantizing one layer alone costs: its weights and its result rounded, all else in float.
struct Sensitivity {
  std::string op, name;
  double error = 0;          // as Damage::error
  double multiply_adds = 0;  // its part of all
  bool kept_float = false;   // in the end
};

struct Choice {
  Repaired repaired;
  Damage damage;
  std::vector<Sensitivity> sensitivity;  // worst first, where it was asked for or needed
};

class Repair {
 public:
  // How samples are run in a stage of that name; "" for one that is not told of.
  using Running = std::function<CalibrationOptions(std::string_view stage)>;
  using Progress = std::function<void(std::string_view stage, size_t done, size_t total)>;

  Repair(const Options& options, const Knowledge& knowledge, const Forms& forms, const std::string& signature,
         const SampleSource& samples, Running running, Progress progress, Context& context);

  // The ops whose activations must stay in float to meet options.max_accuracy_drop, of least work together;
  // with integer weights if that suffices.
  Result<Choice> Choose();

 private:
  // What is rounded on the way of one tensor, or of several that share their integers.
  struct Group {
    const Plan* plan;
    std::vector<const ir::Value*> values;
    NoiseSource noise;
  };

  Result<Damage> Measure(Comparison& comparison, const QuantizedForm& form, std::string_view stage);
  Result<void> MeasureNoise();
  std::vector<Group> GroupsOf(const ir::Function& function, const Plan& plan) const;
  std::vector<OpCost> Costs() const;
  double Expected(const Damage& damage) const;
  bool MeetsBound(const Damage& damage, double deviations) const;
  Result<bool> Try(const std::vector<const ir::Node*>& nodes, bool hybrid, double deviations);
  Result<void> Search();
  void FillSensitivity();

  const Options& options_;
  const Knowledge& knowledge_;
  const Forms& forms_;
  const std::string& signature_;
  const SampleSource& samples_;
  const Running running_;
  const Progress progress_;
  Context& context_;
  std::unique_ptr<SampleSource> chosen_, viewed_;
  std::unique_ptr<Comparison> comparison_;
  Choice choice_;
  std::vector<NoiseSource> noises_;
  double drops_ = 0, errors_ = 0;                         // summed over the forms that were measured
  std::unordered_map<const ir::Node*, double> noise_of_;  // of layers, by their weights and results
};

}  // namespace litesmith::quantization
