// Batch and local response normalization.
#include <algorithm>
#include <cmath>

#include "evaluate/operands.h"
#include "evaluate/windows.h"

namespace litesmith::evaluate {
namespace {

struct Moments {
  std::vector<float> mean, variance;  // the variance divided by the number of elements
};

// Over all but the last axis.
Moments MomentsOf(std::span<const float> values, size_t channels) {
  std::vector<double> sum(channels), squares(channels);
  const size_t rows = channels == 0 ? 0 : values.size() / channels;
  for (size_t i = 0; i < values.size(); ++i) sum[i % channels] += values[i];
  for (double& value : sum) value /= static_cast<double>(std::max<size_t>(rows, 1));
  for (size_t i = 0; i < values.size(); ++i) {
    const double difference = values[i] - sum[i % channels];
    squares[i % channels] += difference * difference;
  }
  for (double& value : squares) value /= static_cast<double>(std::max<size_t>(rows, 1));
  return {{sum.begin(), sum.end()}, {squares.begin(), squares.end()}};
}

// A running average moves towards `fresh` by the attribute exponential_avg_factor (1 unless given).
std::vector<float> Averaged(const Call& call, size_t operand, const std::vector<float>& fresh,
                            double correction) {
  const float factor = call.attributes().Float("exponential_avg_factor", 1.0f);
  std::vector<float> result(fresh.size());
  const Tensor old = call.input(operand);
  for (size_t i = 0; i < fresh.size(); ++i) {
    const auto corrected = static_cast<float>(fresh[i] * correction);
    const bool moves = factor != 1.0f && old.elements() == static_cast<int64_t>(fresh.size());
    result[i] = moves ? (1 - factor) * old.data<float>()[i] + factor * corrected : corrected;
  }
  return result;
}

// Outputs: y; mean and variance, twice (running, and kept for the gradient); from V3 on one that only GPUs
// use.
Result<Outputs> BatchNorm(const Call& call, size_t outputs) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 5));
  const int rank = call.input(0).rank();
  if (rank != 4 && rank != 5) return call.Fail("it normalizes tensors of rank 4 or 5");
  WindowAttributes layout;
  layout.rank = rank;
  layout.channels_first = call.attributes().Text("data_format", "NHWC").starts_with("NC");
  const Tensor input = Widen(call.input(0));
  for (size_t i = 1; i < 5; ++i) LS_RETURN_IF_FAILED(ExpectDType(call, i, DType::kFloat32));
  if (input.dtype() != DType::kFloat32) return WrongDType(call, input.dtype());
  LS_TRY(const Tensor volume, ToVolume(call, layout, input));
  const auto channels = static_cast<size_t>(volume.dims()[4]);
  const bool training = call.attributes().Bool("is_training", true);
  for (size_t i = 1; i < (training ? 3 : 5); ++i) {
    if (call.input(i).elements() != static_cast<int64_t>(channels)) {
      return call.Fail(
          fmt::format("input {} has {} elements for {} channels", i, call.input(i).elements(), channels));
    }
  }
  Moments moments;
  if (training) {
    moments = MomentsOf(volume.data<float>(), channels);
  } else {
    const auto mean = call.input(3).data<float>(), variance = call.input(4).data<float>();
    moments = {{mean.begin(), mean.end()}, {variance.begin(), variance.end()}};
  }
  const float epsilon = call.attributes().Float("epsilon", 1e-4f);
  const auto scale = call.input(1).data<float>(), offset = call.input(2).data<float>();
  std::vector<float> factor(channels);
  for (size_t c = 0; c < channels; ++c) factor[c] = scale[c] / std::sqrt(moments.variance[c] + epsilon);
  LS_TRY(Tensor output, Allocate(call, DType::kFloat32, volume.dims()));
  const auto from = volume.data<float>();
  float* target = output.mutable_data<float>().data();
  for (size_t i = 0; i < from.size(); ++i) {
    const size_t c = i % channels;
    target[i] = (from[i] - moments.mean[c]) * factor[c] + offset[c];
  }
  LS_TRY(const Tensor result, FromVolume(call, layout, output));

  const double rows = channels == 0 ? 0 : static_cast<double>(from.size() / channels);
  const Dims dims{static_cast<int64_t>(channels)};
  Outputs all{Narrow(result, call.input(0).dtype())};
  if (training) {
    // The running variance is that of a sample: divided by the number of elements less one.
    all.push_back(Tensor::Of<float>(dims, Averaged(call, 3, moments.mean, 1)));
    all.push_back(
        Tensor::Of<float>(dims, Averaged(call, 4, moments.variance, rows > 1 ? rows / (rows - 1) : 1)));
  } else {
    all.push_back(call.input(3));
    all.push_back(call.input(4));
  }
  all.push_back(Tensor::Of<float>(dims, moments.mean));
  all.push_back(Tensor::Of<float>(dims, moments.variance));
  if (outputs == 6) all.push_back(Tensor::Scalar<float>(0));
  return all;
}

Result<Outputs> LocalResponse(const Call& call) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  LS_RETURN_IF_FAILED(ExpectRank(call, 0, 4));
  LS_RETURN_IF_FAILED(ExpectDType(call, 0, DType::kFloat32));
  const Tensor& input = call.input(0);
  const int64_t radius = call.attributes().Int("depth_radius", 5);
  if (radius < 0) return call.Fail(fmt::format("depth_radius {} is negative", radius));
  const float bias = call.attributes().Float("bias", 1), alpha = call.attributes().Float("alpha", 1);
  const float beta = call.attributes().Float("beta", 0.5f);
  LS_TRY(Tensor output, Allocate(call, DType::kFloat32, input.dims()));
  const int64_t channels = input.dims()[3];
  const float* from = input.data<float>().data();
  float* to = output.mutable_data<float>().data();
  for (int64_t row = 0; channels > 0 && row < input.elements() / channels;
       ++row, from += channels, to += channels) {
    for (int64_t c = 0; c < channels; ++c) {
      float sum = 0;
      const int64_t first = c - std::min(c, radius), last = c + std::min(channels - 1 - c, radius);
      for (int64_t i = first; i <= last; ++i) sum += from[i] * from[i];
      to[c] = from[c] * std::pow(bias + alpha * sum, -beta);
    }
  }
  return One(output);
}

}  // namespace

LS_EVALUATE(FusedBatchNorm) { return BatchNorm(call, 5); }
LS_EVALUATE(FusedBatchNormV2) { return BatchNorm(call, 5); }
LS_EVALUATE(FusedBatchNormV3) { return BatchNorm(call, 6); }
LS_EVALUATE(LRN) { return InFloat32(call, LocalResponse); }

LS_EVALUATE(L2Loss) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  const auto values = call.input(0).ToDouble();
  const DType dtype = call.input(0).dtype();
  if (!values || !IsFloat(dtype)) return WrongDType(call, dtype);
  double sum = 0;
  for (double value : *values) sum += value * value;
  if (dtype == DType::kFloat64) return One(Tensor::Scalar<double>(sum / 2));
  return One(Narrow(Tensor::Scalar<float>(static_cast<float>(sum / 2)), dtype));
}

}  // namespace litesmith::evaluate
