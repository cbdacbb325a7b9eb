#include "quantization/histogram.h"

#include <cmath>
#include <limits>
#include <numeric>

namespace litesmith::quantization {
namespace {

// Numbers below 2^-60 all fall into the bins around 0.
constexpr int kSmallestExponent = -60;

// The least e for which |value| < 2^e.
int ExponentOf(float value) {
  int exponent = kSmallestExponent;
  if (value != 0) std::frexp(value, &exponent);
  return std::max(exponent, kSmallestExponent);
}

uint32_t SaturatingAdd(uint32_t a, uint32_t b) {
  const uint64_t sum = uint64_t{a} + b;
  return static_cast<uint32_t>(std::min<uint64_t>(sum, std::numeric_limits<uint32_t>::max()));
}

}  // namespace

void Histogram::GrowTo(int exponent) {
  if (counts_.empty()) {
    counts_.assign(kBins, 0);
    exponent_ = exponent;
    return;
  }
  for (; exponent_ < exponent; ++exponent_) {
    // Zero lies between two bins, and stays there: pairs are merged outwards from it.
    std::vector<uint32_t> halved(kBins, 0);
    for (int i = 0; i < kBins; ++i) {
      uint32_t& into = halved[static_cast<size_t>((i + kBins / 2) / 2)];
      into = SaturatingAdd(into, counts_[static_cast<size_t>(i)]);
    }
    counts_ = std::move(halved);
  }
}

void Histogram::Add(std::span<const float> values, size_t first, size_t stride) {
  float most = 0;
  for (size_t i = first; i < values.size(); i += stride) {
    const float size = std::fabs(values[i]);
    if (size <= std::numeric_limits<float>::max()) most = std::max(most, size);
  }
  if (first >= values.size()) return;
  GrowTo(std::max(ExponentOf(most), counts_.empty() ? kSmallestExponent : exponent_));
  const double scale = 1.0 / bin_width();
  for (size_t i = first; i < values.size(); i += stride) {
    if (!(std::fabs(values[i]) <= std::numeric_limits<float>::max())) continue;
    const int bin = static_cast<int>(std::floor(values[i] * scale)) + kBins / 2;
    uint32_t& counted = counts_[static_cast<size_t>(std::clamp(bin, 0, kBins - 1))];
    counted = SaturatingAdd(counted, 1);
  }
}

void Histogram::Merge(const Histogram& other) {
  if (other.counts_.empty()) return;
  Histogram finer = other;
  if (counts_.empty()) exponent_ = other.exponent_;
  const int exponent = std::max(exponent_, other.exponent_);
  GrowTo(exponent);
  finer.GrowTo(exponent);
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] = SaturatingAdd(counts_[i], finer.counts_[i]);
}

uint64_t Histogram::count() const { return std::accumulate(counts_.begin(), counts_.end(), uint64_t{0}); }

double Histogram::bin_width() const { return std::ldexp(2.0 / kBins, exponent_); }

}  // namespace litesmith::quantization
