#include "quantization/weights.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "quantization/grid.h"

namespace litesmith::quantization {
namespace {

// How the elements of a slice lie: `outer` runs of `inner` neighbours, `stride` apart, from `start`.
struct Slice {
  size_t start, outer, stride, inner;
};

std::vector<Slice> SlicesOf(const Dims& dims, int axis) {
  size_t total = 1;
  for (const int64_t dim : dims) total *= static_cast<size_t>(dim);
  if (axis < 0) return {{0, 1, 0, total}};
  size_t inner = 1;
  for (size_t i = static_cast<size_t>(axis) + 1; i < dims.size(); ++i) inner *= static_cast<size_t>(dims[i]);
  const auto count = static_cast<size_t>(dims[static_cast<size_t>(axis)]);
  std::vector<Slice> slices;
  for (size_t i = 0; i < count; ++i)
    slices.push_back({i * inner, total / std::max<size_t>(inner * count, 1), inner * count, inner});
  return slices;
}

template <class Visit>
void ForEach(const Slice& slice, const Visit& visit) {
  for (size_t o = 0; o < slice.outer; ++o) {
    const size_t from = slice.start + o * slice.stride;
    for (size_t i = 0; i < slice.inner; ++i) visit(from + i);
  }
}

float LargestOf(std::span<const float> values, const Slice& slice) {
  float most = 0;
  ForEach(slice, [&](size_t i) { most = std::max(most, std::fabs(values[i])); });
  return most;
}

// The scale of least squared error among fractions of the largest.
float BestScale(std::span<const float> values, const Slice& slice, float largest, int most) {
  float best = largest / static_cast<float>(most);
  double least = -1;
  for (int step = 20; step >= 10; --step) {
    const float scale = largest / static_cast<float>(most) * static_cast<float>(step) / 20.0f;
    double error = 0;
    ForEach(slice, [&](size_t i) {
      const float q =
          std::clamp(std::nearbyint(values[i] / scale), static_cast<float>(-most), static_cast<float>(most));
      const double off = static_cast<double>(values[i]) - static_cast<double>(q * scale);
      error += off * off;
    });
    if (least >= 0 && error >= least) continue;
    least = error;
    best = scale;
  }
  return best;
}

// The step of a slice that lies on a grid of signed integers. Official files leave the lowest of them unused,
// but training may not.
std::optional<float> GridOf(std::span<const float> values, const Slice& slice, int most) {
  std::vector<float> own;
  ForEach(slice, [&](size_t i) { own.push_back(values[i]); });
  const auto narrow = StepOf(own, {most, most, 2 * most});
  return narrow ? narrow : StepOf(own, {most + 1, most, 2 * most + 1});
}

// One that a file can hold for a block.
float ToHalf(float scale) {
  constexpr float kSmallest = 0x1p-24f, kLargest = 65504;
  return static_cast<float>(Half(std::clamp(scale, kSmallest, kLargest)));
}

QuantizedConstant Quantize(const Tensor& weights, const std::vector<Slice>& slices, int bits,
                           std::span<const float> least = {}, bool half_scales = false) {
  const auto values = weights.data<float>();
  const int most = bits == 8 ? 127 : 7;
  auto quantization = std::make_shared<Quantization>();
  float largest_scale = 0;
  bool exact = true;
  for (const Slice& slice : slices) {
    const float largest = LargestOf(values, slice);
    const auto grid = GridOf(values, slice, most);
    exact = exact && (grid || largest == 0);
    const float scale = grid                        ? *grid
                        : bits == 8 || largest == 0 ? largest / static_cast<float>(most)
                                                    : BestScale(values, slice, largest, most);
    quantization->scale.push_back(half_scales && scale > 0 ? ToHalf(scale) : scale);
    exact = exact && (scale == quantization->scale.back() || scale == 0);
    largest_scale = std::max(largest_scale, quantization->scale.back());
  }
  // A scale of zero, or one that makes a requantization underflow, is refused by runtimes.
  if (!(largest_scale > 0)) largest_scale = 1.0f / static_cast<float>(most);
  for (float& scale : quantization->scale) {
    if (scale < largest_scale * 1e-6f) scale = largest_scale;
  }
  for (size_t s = 0; s < slices.size() && least.size() == slices.size(); ++s) {
    exact = exact && quantization->scale[s] >= least[s];
    quantization->scale[s] = std::max(quantization->scale[s], least[s]);
  }
  quantization->zero_point.assign(slices.size(), 0);
  std::vector<int8_t> integers(values.size());
  for (size_t s = 0; s < slices.size(); ++s) {
    const float scale = quantization->scale[s];
    ForEach(slices[s], [&](size_t i) {
      const float q = std::round(values[i] / scale);
      // Only on a grid does a number lie beyond.
      integers[i] =
          static_cast<int8_t>(std::clamp(q, static_cast<float>(-most - 1), static_cast<float>(most)));
    });
  }
  return {PackIntegers(integers, weights.dims(), bits), std::move(quantization), exact};
}

}  // namespace

Tensor PackIntegers(std::span<const int8_t> integers, const Dims& dims, int bits) {
  if (bits == 8) return Tensor::Of<int8_t>(dims, integers);
  Tensor packed = Tensor::Zeros(DType::kInt4, dims);
  const auto bytes = packed.mutable_bytes();
  for (size_t i = 0; i < integers.size(); ++i) {
    const auto nibble = static_cast<uint8_t>(static_cast<uint8_t>(integers[i]) & 15u);
    bytes[i / 2] |= static_cast<std::byte>(i % 2 == 0 ? nibble : nibble << 4);
  }
  return packed;
}

std::vector<int8_t> UnpackIntegers(const Tensor& tensor) {
  if (tensor.dtype() == DType::kInt8) return {tensor.data<int8_t>().begin(), tensor.data<int8_t>().end()};
  std::vector<int8_t> integers(static_cast<size_t>(tensor.elements()));
  for (size_t i = 0; i < integers.size(); ++i) {
    const auto byte = static_cast<uint8_t>(tensor.bytes()[i / 2]);
    const int nibble = i % 2 == 0 ? byte & 15 : byte >> 4;
    integers[i] = static_cast<int8_t>(nibble >= 8 ? nibble - 16 : nibble);
  }
  return integers;
}

QuantizedConstant QuantizeWeights(const Tensor& weights, int axis, int bits, std::span<const float> least) {
  QuantizedConstant result = Quantize(weights, SlicesOf(weights.dims(), axis), bits, least);
  auto quantization = std::make_shared<Quantization>(*result.quantization);
  quantization->dimension = std::max(axis, 0);
  result.quantization = std::move(quantization);
  return result;
}

QuantizedConstant QuantizeBlocks(const Tensor& weights) {
  const std::vector<Slice> blocks = SlicesOf({weights.elements() / kBlock, kBlock}, 0);
  QuantizedConstant result = Quantize(weights, blocks, 4, {}, true);
  auto quantization = std::make_shared<Quantization>(*result.quantization);
  quantization->block_size = kBlock;
  result.quantization = std::move(quantization);
  return result;
}

Tensor Dequantize(const QuantizedConstant& constant) {
  const Tensor& values = constant.values;
  const Quantization& quantization = *constant.quantization;
  Tensor result = Tensor::Zeros(DType::kFloat32, values.dims());
  const auto to = result.mutable_data<float>();
  const std::vector<int8_t> integers = UnpackIntegers(values);
  const std::vector<Slice> slices =
      quantization.block_size > 0
          ? SlicesOf({values.elements() / quantization.block_size, quantization.block_size}, 0)
          : SlicesOf(values.dims(), quantization.per_channel() ? quantization.dimension : -1);
  for (size_t s = 0; s < slices.size(); ++s) {
    ForEach(slices[s], [&](size_t i) { to[i] = static_cast<float>(integers[i]) * quantization.scale[s]; });
  }
  return result;
}

Tensor ToFloat16(const Tensor& values) {
  constexpr float kLargest = 65504.0f;
  Tensor result = Tensor::Zeros(DType::kFloat16, values.dims());
  const auto from = values.data<float>();
  const auto to = result.mutable_data<Half>();
  for (size_t i = 0; i < from.size(); ++i) {
    to[i] = std::isfinite(from[i]) ? Half(std::clamp(from[i], -kLargest, kLargest)) : Half(from[i]);
  }
  return result;
}

}  // namespace litesmith::quantization
