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

template <int kCount>
void Block(const DepthwiseRunF32& run, int64_t pixel, int64_t channel) {
  const float* input = run.input + pixel * run.pixel_stride + channel;
  __m256 sums[kCount];
  for (int i = 0; i < kCount; ++i) sums[i] = _mm256_loadu_ps(run.bias + channel);
  const float* weights = run.weights + channel;
  for (int64_t fy = 0; fy < run.height; ++fy) {
    const float* tap = input + fy * run.row_stride;
    for (int64_t fx = 0; fx < run.width; ++fx, tap += run.column_stride, weights += run.channels) {
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

// 3x3 with stride 1: the six columns that four pixels share are loaded once a row.
void Block3x3(const DepthwiseRunF32& run, int64_t pixel, int64_t channel) {
  const float* row = run.input + pixel * run.pixel_stride + channel;
  const __m256 bias = _mm256_loadu_ps(run.bias + channel);
  __m256 a = bias, b = bias, c = bias, d = bias;
  const float* weights = run.weights + channel;
  for (int fy = 0; fy < 3; ++fy, row += run.row_stride, weights += 3 * run.channels) {
    const __m256 w0 = _mm256_loadu_ps(weights), w1 = _mm256_loadu_ps(weights + run.channels),
                 w2 = _mm256_loadu_ps(weights + 2 * run.channels);
    const float* x = row;
    const int64_t step = run.column_stride;
    __m256 v = _mm256_loadu_ps(x);
    a = _mm256_fmadd_ps(v, w0, a);
    v = _mm256_loadu_ps(x + step);
    a = _mm256_fmadd_ps(v, w1, a);
    b = _mm256_fmadd_ps(v, w0, b);
    v = _mm256_loadu_ps(x + 2 * step);
    a = _mm256_fmadd_ps(v, w2, a);
    b = _mm256_fmadd_ps(v, w1, b);
    c = _mm256_fmadd_ps(v, w0, c);
    v = _mm256_loadu_ps(x + 3 * step);
    b = _mm256_fmadd_ps(v, w2, b);
    c = _mm256_fmadd_ps(v, w1, c);
    d = _mm256_fmadd_ps(v, w0, d);
    v = _mm256_loadu_ps(x + 4 * step);
    c = _mm256_fmadd_ps(v, w2, c);
    d = _mm256_fmadd_ps(v, w1, d);
    v = _mm256_loadu_ps(x + 5 * step);
    d = _mm256_fmadd_ps(v, w2, d);
  }
  float* out = run.output + pixel * run.channels + channel;
  _mm256_storeu_ps(out, Clamp(run, a));
  _mm256_storeu_ps(out + run.channels, Clamp(run, b));
  _mm256_storeu_ps(out + 2 * run.channels, Clamp(run, c));
  _mm256_storeu_ps(out + 3 * run.channels, Clamp(run, d));
}

void Scalar(const DepthwiseRunF32& run, int64_t pixel, int64_t channel) {
  float sum = run.bias[channel];
  for (int64_t fy = 0; fy < run.height; ++fy) {
    for (int64_t fx = 0; fx < run.width; ++fx) {
      sum += run.input[pixel * run.pixel_stride + fy * run.row_stride + fx * run.column_stride + channel] *
             run.weights[(fy * run.width + fx) * run.channels + channel];
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
