#include "quantization/observations.h"

#include <cmath>
#include <limits>
#include <numeric>

namespace litesmith::quantization {
namespace {

constexpr double kUnit = 1152921504606846976.0;  // 2^60 to one

// Pixels that the mean of a channel is taken from, at most twice as many.
constexpr size_t kMeanPixels = 2048;

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

// Which elements are counted: a stride without a common factor with the number of channels visits all of
// them.
size_t StrideFor(size_t elements, size_t channels) {
  size_t stride = std::max<size_t>(1, elements / Observed::kCounted);
  while (std::gcd(stride, channels) != 1) ++stride;
  return stride;
}

void AddChannelMeans(std::span<const float> values, std::vector<ExactSum>& sums) {
  const size_t channels = sums.size(), pixels = values.size() / channels;
  const size_t step = std::max<size_t>(1, pixels / kMeanPixels);
  std::vector<double> totals(channels, 0.0);
  size_t counted = 0;
  for (size_t pixel = 0; pixel < pixels; pixel += step, ++counted) {
    const float* row = values.data() + pixel * channels;
    for (size_t c = 0; c < channels; ++c) totals[c] += static_cast<double>(row[c]);
  }
  for (size_t c = 0; c < channels && counted > 0; ++c) sums[c].Add(totals[c] / static_cast<double>(counted));
}

}  // namespace

void ExactSum::Add(double value) {
  if (std::fabs(value) < 1e15) sum_ += static_cast<decltype(sum_)>(value * kUnit);
}

double ExactSum::value() const { return static_cast<double>(sum_) / kUnit; }

std::vector<double> Observed::channel_means() const {
  std::vector<double> means;
  for (const ExactSum& sum : channels) means.push_back(sum.value() / static_cast<double>(samples));
  return means;
}

void Observations::Add(const ir::Value& value, const TensorView& view, size_t sample) {
  if (view.dtype != DType::kFloat32 || view.data == nullptr || view.elements() == 0) return;
  Entry& entry = entries_[&value];
  Observed& observed = entry.observed;
  const auto values = view.as<float>();
  float low = 0, high = 0;
  if (!FiniteRange(values, low, high)) {
    SlowRange(values, low, high);
    observed.not_finite_sample = std::min(observed.not_finite_sample, sample);
    if (low > high) return;
  }
  observed.min = observed.samples == 0 ? low : std::min(observed.min, low);
  observed.max = observed.samples == 0 ? high : std::max(observed.max, high);
  const size_t channels = view.rank() > 0 ? static_cast<size_t>(view.dim(-1)) : 1;
  const size_t stride = StrideFor(values.size(), channels);
  observed.histogram.Add(values, sample % stride, stride);
  if (entry.wants_channels && (observed.channels.empty() || observed.channels.size() == channels)) {
    observed.channels.resize(channels);
    AddChannelMeans(values, observed.channels);
  }
  ++observed.samples;
}

Observations Observations::Wishes() const {
  Observations wishes;
  for (const auto& [value, entry] : entries_) {
    if (entry.wants_channels) wishes.WantChannels(*value);
  }
  return wishes;
}

void Observations::Merge(const Observations& other) {
  for (const auto& [value, from] : other.entries_) {
    Entry& entry = entries_[value];
    Observed& into = entry.observed;
    const Observed& more = from.observed;
    into.not_finite_sample = std::min(into.not_finite_sample, more.not_finite_sample);
    if (more.samples == 0) continue;
    into.min = into.samples == 0 ? more.min : std::min(into.min, more.min);
    into.max = into.samples == 0 ? more.max : std::max(into.max, more.max);
    into.histogram.Merge(more.histogram);
    if (into.channels.empty()) {
      into.channels = more.channels;
    } else if (into.channels.size() == more.channels.size()) {
      for (size_t c = 0; c < into.channels.size(); ++c) into.channels[c].Add(more.channels[c]);
    }
    into.samples += more.samples;
  }
}

const Observed* Observations::Find(const ir::Value& value) const {
  const auto found = entries_.find(&value);
  if (found == entries_.end()) return nullptr;
  const Observed& observed = found->second.observed;
  return observed.samples > 0 || observed.not_finite_sample != Observed::kNever ? &observed : nullptr;
}

}  // namespace litesmith::quantization
