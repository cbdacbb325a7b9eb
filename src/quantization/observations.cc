#include "quantization/observations.h"

#include <cmath>
#include <limits>

namespace litesmith::quantization {
namespace {

// Min and max without what is not finite; false if there was such. Eight running ones, so that compilers use
// vectors.
bool FiniteRange(std::span<const float> values, float& low, float& high) {
  constexpr size_t kLanes = 8;
  float lows[kLanes], highs[kLanes], zeros[kLanes] = {};
  std::fill_n(lows, kLanes, std::numeric_limits<float>::infinity());
  std::fill_n(highs, kLanes, -std::numeric_limits<float>::infinity());
  const auto take = [&](size_t lane, float value) {
    lows[lane] = value < lows[lane] ? value : lows[lane];
    highs[lane] = value > highs[lane] ? value : highs[lane];
    zeros[lane] += value * 0.0f;  // NaN once a value was not finite
  };
  size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) take(lane, values[i + lane]);
  }
  for (; i < values.size(); ++i) take(0, values[i]);
  float sum = 0;
  for (size_t lane = 0; lane < kLanes; ++lane) sum += zeros[lane];
  low = *std::min_element(lows, lows + kLanes);
  high = *std::max_element(highs, highs + kLanes);
  return sum == 0;
}

// The range of those that are finite.
void SlowRange(std::span<const float> values, float& low, float& high) {
  low = std::numeric_limits<float>::infinity();
  high = -low;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
}

}  // namespace

void Observations::Add(const ir::Value& value, const TensorView& view, size_t sample) {
  if (view.dtype != DType::kFloat32 || view.data == nullptr || view.elements() == 0) return;
  Observed& observed = entries_[&value];
  const auto values = view.as<float>();
  float low = 0, high = 0;
  if (!FiniteRange(values, low, high)) {
    SlowRange(values, low, high);
    observed.not_finite_sample = std::min(observed.not_finite_sample, sample);
    if (low > high) return;
  }
  observed.min = observed.samples == 0 ? low : std::min(observed.min, low);
  observed.max = observed.samples == 0 ? high : std::max(observed.max, high);
  float &lowest = observed.lows[sample % Observed::kBlocks],
        &highest = observed.highs[sample % Observed::kBlocks];
  lowest = std::min(lowest, low);
  highest = std::max(highest, high);
  ++observed.samples;
}

void Observations::Merge(const Observations& other) {
  for (const auto& [value, more] : other.entries_) {
    Observed& into = entries_[value];
    into.not_finite_sample = std::min(into.not_finite_sample, more.not_finite_sample);
    if (more.samples == 0) continue;
    into.min = into.samples == 0 ? more.min : std::min(into.min, more.min);
    into.max = into.samples == 0 ? more.max : std::max(into.max, more.max);
    for (size_t i = 0; i < Observed::kBlocks; ++i) {
      into.lows[i] = std::min(into.lows[i], more.lows[i]);
      into.highs[i] = std::max(into.highs[i], more.highs[i]);
    }
    into.samples += more.samples;
  }
}

const Observed* Observations::Find(const ir::Value& value) const {
  const auto found = entries_.find(&value);
  if (found == entries_.end()) return nullptr;
  const Observed& observed = found->second;
  return observed.samples > 0 || observed.not_finite_sample != Observed::kNever ? &observed : nullptr;
}

}  // namespace litesmith::quantization
