#include "kernels/simd/depthwise_f32.h"

#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>

namespace litesmith::simd {
namespace {

// Four neighbouring pixels, eight channels: a tap's weights are loaded once for the four.
constexpr int64_t kPixels = 4;

__m256 Clamp(const DepthwiseRunF32& run, __m256 value) {
  return _mm256_min_ps(_mm256_set1_ps(run.high), _mm256_max_ps(_mm256_set1_ps(run.low), value));
}

// Sums run down the filter's columns, one after the other, as XNNPACK's do (xnn_pack_f32_dwconv_ghw_w in
// packing.cc lays the taps out so), so that both round alike.
template <int kCount>
void Block(const DepthwiseRunF32& run, int64_t pixel, int64_t channel) {
  const float* input = run.input + pixel * run.pixel_stride + channel;
  __m256 sums[kCount];
  for (int i = 0; i < kCount; ++i) sums[i] = _mm256_loadu_ps(run.bias + channel);
  for (int64_t fx = 0; fx < run.width; ++fx) {
    const float* tap = input + fx * run.column_stride;
    const float* weights = run.weights + fx * run.channels + channel;
    for (int64_t fy = 0; fy < run.height; ++fy, tap += run.row_stride, weights += run.width * run.channels) {
      const __m256 weight = _mm256_loadu_ps(weights);
      for (int i = 0; i < kCount; ++i) {
        sums[i] = _mm256_fmadd_ps(_mm256_loadu_ps(tap + i * run.pixel_stride), weight, sums[i]);
      }
    }
  }
  for (int i = 0; i < kCount; ++i) {
    _mm256_storeu_ps(run.output + (pixel + i) * run.channels + channel, Clamp(run, sums[i]));
  }
}

// 3x3 with stride 1: the six columns that four pixels share are loaded once, all weights stay in registers.
void Block3x3(const DepthwiseRunF32& run, int64_t pixel, int64_t channel) {
  const float* input = run.input + pixel * run.pixel_stride + channel;
  const __m256 bias = _mm256_loadu_ps(run.bias + channel);
  __m256 a = bias, b = bias, c = bias, d = bias;
  __m256 weights[3][3];
  for (int fx = 0; fx < 3; ++fx) {
    for (int fy = 0; fy < 3; ++fy)
      weights[fx][fy] = _mm256_loadu_ps(run.weights + (fy * 3 + fx) * run.channels + channel);
  }
  const auto column = [&](int x, __m256* first, __m256* second, __m256* third) {
    for (int fy = 0; fy < 3; ++fy) {
      const __m256 value = _mm256_loadu_ps(input + x * run.column_stride + fy * run.row_stride);
      // This column is the first of one pixel, the second of the one before it, the third of one more.
      if (first != nullptr) *first = _mm256_fmadd_ps(value, weights[0][fy], *first);
      if (second != nullptr) *second = _mm256_fmadd_ps(value, weights[1][fy], *second);
      if (third != nullptr) *third = _mm256_fmadd_ps(value, weights[2][fy], *third);
    }
  };
  column(0, &a, nullptr, nullptr);
  column(1, &b, &a, nullptr);
  column(2, &c, &b, &a);
  column(3, &d, &c, &b);
  column(4, nullptr, &d, &c);
  column(5, nullptr, nullptr, &d);
  float* out = run.output + pixel * run.channels + channel;
  _mm256_storeu_ps(out, Clamp(run, a));
  _mm256_storeu_ps(out + run.channels, Clamp(run, b));
  _mm256_storeu_ps(out + 2 * run.channels, Clamp(run, c));
  _mm256_storeu_ps(out + 3 * run.channels, Clamp(run, d));
}

void Scalar(const DepthwiseRunF32& run, int64_t pixel, int64_t channel) {
  float sum = run.bias[channel];
  for (int64_t fx = 0; fx < run.width; ++fx) {
    for (int64_t fy = 0; fy < run.height; ++fy) {
      const int64_t at = pixel * run.pixel_stride + fy * run.row_stride + fx * run.column_stride + channel;
      sum = __builtin_fmaf(run.input[at], run.weights[(fy * run.width + fx) * run.channels + channel], sum);
    }
  }
  run.output[pixel * run.channels + channel] = sum < run.low ? run.low : run.high < sum ? run.high : sum;
}

}  // namespace

void ComputeDepthwiseRunF32Avx2(const DepthwiseRunF32& run) {
  const bool three = run.height == 3 && run.width == 3 && run.pixel_stride == run.column_stride;
  int64_t pixel = 0;
  for (; pixel + kPixels <= run.pixels; pixel += kPixels) {
    int64_t channel = 0;
    for (; channel + 8 <= run.channels; channel += 8) {
      if (three) {
        Block3x3(run, pixel, channel);
      } else {
        Block<kPixels>(run, pixel, channel);
      }
    }
    for (; channel < run.channels; ++channel) {
      for (int64_t i = 0; i < kPixels; ++i) Scalar(run, pixel + i, channel);
    }
  }
  for (; pixel < run.pixels; ++pixel) {
    int64_t channel = 0;
    for (; channel + 8 <= run.channels; channel += 8) Block<1>(run, pixel, channel);
    for (; channel < run.channels; ++channel) Scalar(run, pixel, channel);
  }
}

}  // namespace litesmith::simd
#else
#include "base/check.h"
namespace litesmith::simd {
void ComputeDepthwiseRunF32Avx2(const DepthwiseRunF32&) { LS_CHECK(false, "built without AVX2"); }
}  // namespace litesmith::simd
#endif
