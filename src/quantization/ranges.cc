#include "quantization/ranges.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace litesmith::quantization {
namespace {

// Sums over the bins up to each: number, and first and second moment of the numbers, taken at their middles.
class Moments {
 public:
  explicit Moments(const Histogram& histogram) : histogram_(histogram) {
    sums_.resize(Histogram::kBins + 1);
    for (int i = 0; i < Histogram::kBins; ++i) {
      const double count = histogram.counts()[static_cast<size_t>(i)];
      const double middle = histogram.bin_start(i) + histogram.bin_width() / 2;
      const auto& before = sums_[static_cast<size_t>(i)];
      sums_[static_cast<size_t>(i) + 1] = {before[0] + count, before[1] + count * middle,
                                           before[2] + count * middle * middle};
    }
  }

  double count() const { return sums_.back()[0]; }
  // Of the numbers below `low` and above `high`: the sum of their squared distances to it.
  double Clipped(double low, double high) const {
    const auto& below = sums_[IndexOf(low)];
    const auto& up_to = sums_[IndexOf(high)];
    const auto& all = sums_.back();
    const auto square = [](double n, double first, double second, double at) {
      return std::max(0.0, second - 2 * at * first + n * at * at);
    };
    return square(below[0], below[1], below[2], low) +
           square(all[0] - up_to[0], all[1] - up_to[1], all[2] - up_to[2], high);
  }
  double CountBetween(double low, double high) const {
    return sums_[IndexOf(high)][0] - sums_[IndexOf(low)][0];
  }

 private:
  size_t IndexOf(double value) const {
    const double bin = (value - histogram_.bin_start(0)) / histogram_.bin_width();
    return static_cast<size_t>(std::clamp(std::llround(bin), 0LL, static_cast<long long>(Histogram::kBins)));
  }

  const Histogram& histogram_;
  std::vector<std::array<double, 3>> sums_;
};

Range LeastError(const Observed& observed, Mode mode) {
  constexpr int kSteps = 64;
  const Moments moments(observed.histogram);
  const double steps = mode == Mode::kInt16x8 ? 65534 : 255;
  const double low = std::min(observed.min, 0.0f), high = std::max(observed.max, 0.0f);
  Range best{static_cast<float>(low), static_cast<float>(high)};
  double least = -1;
  // An end below a thousandth of the range is no tail: it stays.
  const double thin = (high - low) / 1000;
  for (int i = 0; i < (-low > thin ? kSteps : 1); ++i) {
    for (int j = 0; j < (high > thin ? kSteps : 1); ++j) {
      const double from = low * (1 - static_cast<double>(i) / kSteps);
      const double to = high * (1 - static_cast<double>(j) / kSteps);
      const double step = (to - from) / steps;
      const double error = moments.Clipped(from, to) + moments.CountBetween(from, to) * step * step / 12;
      if (least >= 0 && error >= least) continue;
      least = error;
      best = {static_cast<float>(from), static_cast<float>(to)};
    }
  }
  return best;
}

}  // namespace

std::string_view NameOf(RangeMethod method) {
  switch (method) {
    case RangeMethod::kMinMax:
      return "min and max";
    case RangeMethod::kLeastError:
      return "least squared error";
  }
  return "";
}

Range ChooseRange(const Observed& observed, RangeMethod method, Mode mode) {
  Range all = observed.range();
  all.Include({0, 0});
  if (method == RangeMethod::kMinMax || observed.histogram.empty() || observed.histogram.count() == 0)
    return all;
  Range chosen = LeastError(observed, mode);
  chosen.min = std::max(chosen.min, all.min);
  chosen.max = std::min(chosen.max, all.max);
  return chosen.width() > 0 ? chosen : all;
}

}  // namespace litesmith::quantization
