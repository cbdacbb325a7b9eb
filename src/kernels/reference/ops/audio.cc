// The custom ops AudioSpectrogram and Mfcc, with which older speech models begin.
#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <numbers>

#include "base/checked.h"
#include "kernels/reference/flex_map.h"
#include "kernels/reference/fourier.h"
#include "kernels/reference/movement.h"

namespace litesmith {
namespace {

using reference::ShapedKernel;

std::optional<reference::FlexMap> OptionsOf(const KernelContext& context) {
  const auto* bytes = context.attributes->FindAs<Tensor>("custom_options");
  return bytes != nullptr ? reference::FlexMap::Read(bytes->bytes()) : std::nullopt;
}

// Input: samples [time, channels]. Output: the power of each frequency in windows that move on by `stride`
// [channels, windows, frequencies]; a periodic Hann window, filled up with zeros to a power of two.
class AudioSpectrogram : public ShapedKernel {
 public:
  AudioSpectrogram() : ShapedKernel(1, 1) {}

 private:
  static constexpr int64_t kLongestWindow = int64_t{1} << 30;

  Result<void> Check(PrepareContext& context) override {
    const auto options = OptionsOf(context);
    if (!options) return context.Mismatch("its options are not a FlexBuffers map");
    window_ = options->Int("window_size");
    stride_ = options->Int("stride");
    squared_ = options->Bool("magnitude_squared");
    if (window_ < 2 || window_ > kLongestWindow || stride_ < 1) {
      return context.Mismatch("there are no windows of {} that move by {}", window_, stride_);
    }
    return context.Expect(
        context.input(0).dtype == DType::kFloat32 && context.output().dtype == DType::kFloat32,
        "it takes and makes float32");
  }

  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const Dims& samples = context.input(0).dims;
    if (samples.size() != 2)
      return context.Mismatch("its samples are [time, channels], not {}", ToText(samples));
    const int64_t windows = samples[0] < window_ ? 0 : (samples[0] - window_) / stride_ + 1;
    const auto length = static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(window_)));
    return std::vector<Dims>{{samples[1], windows, length / 2 + 1}};
  }

  Result<void> Compute(InvokeContext& context) override {
    const Dims& shape = dims()[0];
    if (context.output().elements() == 0) return {};
    const std::span<const float> samples = context.input(0).as<float>();
    const reference::Fourier fourier(std::bit_ceil(static_cast<size_t>(window_)));
    std::vector<double> hann(static_cast<size_t>(window_));
    for (size_t i = 0; i < hann.size(); ++i) {
      hann[i] = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * static_cast<double>(i) /
                                     static_cast<double>(window_));
    }
    std::vector<std::complex<double>> values(fourier.length());
    float* output = context.output().as_mutable<float>().data();
    for (int64_t channel = 0; channel < shape[0]; ++channel) {
      for (int64_t window = 0; window < shape[1]; ++window) {
        std::fill(values.begin(), values.end(), 0.0);
        for (size_t i = 0; i < hann.size(); ++i) {
          const int64_t time = window * stride_ + static_cast<int64_t>(i);
          values[i] = static_cast<double>(samples[static_cast<size_t>(time * shape[0] + channel)]) * hann[i];
        }
        fourier.Transform(values);
        for (int64_t k = 0; k < shape[2]; ++k) {
          const auto power = static_cast<float>(std::norm(values[static_cast<size_t>(k)]));
          *output++ = squared_ ? power : std::sqrt(power);
        }
      }
    }
    return {};
  }

  int64_t window_ = 2, stride_ = 1;
  bool squared_ = false;
};

double MelOf(double hertz) { return 1127.0 * std::log1p(hertz / 700.0); }

// Triangles of equal width on the mel scale, each reaching from the middle of the one before to that of the
// one after.
class MelFilters {
 public:
  MelFilters(int64_t bins, double rate, int64_t channels, double low, double high)
      : channels_(channels), bins_(static_cast<size_t>(bins)) {
    const double first = MelOf(low), width = (MelOf(high) - first) / static_cast<double>(channels + 1);
    const double hertz = 0.5 * rate / static_cast<double>(bins - 1);  // of a bin
    // Bins within the limits; without that of frequency 0 for a limit of 0.
    const double begin = 1.5 + low / hertz, end = high / hertz;
    int64_t channel = -1;  // the last triangle whose middle is below the bin, -1 for none
    for (int64_t i = 0; i < bins; ++i) {
      Bin& bin = bins_[static_cast<size_t>(i)];
      const auto number = static_cast<double>(i);
      bin.used = number >= std::floor(begin) && number <= std::floor(end);
      if (!bin.used) continue;
      const double mel = MelOf(number * hertz);
      while (channel + 1 < channels && first + width * static_cast<double>(channel + 2) < mel) ++channel;
      bin.channel = channel;
      const double above = first + width * static_cast<double>(channel + 2);
      bin.weight = (above - mel) / width;
    }
  }

  // Sums of magnitudes under each triangle, of powers.
  std::vector<double> Apply(const float* powers) const {
    std::vector<double> sums(static_cast<size_t>(channels_), 0.0);
    for (size_t i = 0; i < bins_.size(); ++i) {
      const Bin& bin = bins_[i];
      if (!bin.used) continue;
      const double magnitude = std::sqrt(static_cast<double>(powers[i])), falling = magnitude * bin.weight;
      if (bin.channel >= 0) sums[static_cast<size_t>(bin.channel)] += falling;
      if (bin.channel + 1 < channels_) sums[static_cast<size_t>(bin.channel + 1)] += magnitude - falling;
    }
    return sums;
  }

 private:
  struct Bin {
    bool used = false;
    int64_t channel = -1;
    double weight = 0;
  };
  int64_t channels_;
  std::vector<Bin> bins_;
};

// Inputs: powers [channels, windows, frequencies] and the sample rate. Output: the cosine transform of the
// logarithms of what mel filters let through.
class Mfcc : public ShapedKernel {
 public:
  Mfcc() : ShapedKernel(2, 1) {}

 private:
  static constexpr int64_t kMostChannels = 4096;

  Result<void> Check(PrepareContext& context) override {
    const auto options = OptionsOf(context);
    if (!options) return context.Mismatch("its options are not a FlexBuffers map");
    high_ = options->Float("upper_frequency_limit");
    low_ = options->Float("lower_frequency_limit");
    channels_ = options->Int("filterbank_channel_count");
    coefficients_ = options->Int("dct_coefficient_count");
    const bool filters = low_ >= 0 && high_ > low_ && channels_ >= 1 && channels_ <= kMostChannels;
    if (!filters || coefficients_ < 1 || coefficients_ > channels_) {
      return context.Mismatch("{} coefficients of {} filters from {} to {} Hz cannot be", coefficients_,
                              channels_, low_, high_);
    }
    const TensorView& rate = context.input(1);
    return context.Expect(context.input(0).dtype == DType::kFloat32 &&
                              context.output().dtype == DType::kFloat32 && rate.dtype == DType::kInt32 &&
                              rate.elements() == 1,
                          "it takes and makes float32, and one sample rate in int32");
  }

  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    Dims dims = context.input(0).dims;
    if (dims.size() != 3 || dims[2] < 2) {
      return context.Mismatch("its powers are [channels, windows, frequencies], not {}", ToText(dims));
    }
    dims[2] = coefficients_;
    return std::vector<Dims>{dims};
  }

  Result<void> Compute(InvokeContext& context) override {
    constexpr double kFloor = 1e-12;  // of what a filter lets through
    const int64_t bins = context.input(0).dims[2], rate = context.input(1).as<int32_t>()[0];
    if (rate <= 0) return context.Mismatch("there is no sample rate of {}", rate);
    const MelFilters filters(bins, static_cast<double>(rate), channels_, low_, high_);
    const double scale = std::sqrt(2.0 / static_cast<double>(channels_));
    const float* powers = context.input(0).as<float>().data();
    float* output = context.output().as_mutable<float>().data();
    for (int64_t row = context.input(0).elements() / bins; row > 0; --row, powers += bins) {
      std::vector<double> values = filters.Apply(powers);
      for (double& value : values) value = std::log(std::max(value, kFloor));
      for (int64_t i = 0; i < coefficients_; ++i) {
        double sum = 0;
        const double step = std::numbers::pi * static_cast<double>(i) / static_cast<double>(channels_);
        for (size_t j = 0; j < values.size(); ++j)
          sum += values[j] * std::cos(step * (static_cast<double>(j) + 0.5));
        *output++ = static_cast<float>(sum * scale);
      }
    }
    return {};
  }

  double low_ = 0, high_ = 0;
  int64_t channels_ = 1, coefficients_ = 1;
};

}  // namespace

LS_KERNEL(AudioSpectrogram) { return std::make_unique<AudioSpectrogram>(); }
LS_KERNEL(Mfcc) { return std::make_unique<Mfcc>(); }

}  // namespace litesmith
