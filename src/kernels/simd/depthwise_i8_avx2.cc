#include "kernels/simd/depthwise_i8.h"

#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>

namespace litesmith::simd {
namespace {

__m256i Levels(const int8_t* from) {
  return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}
__m256i Load(const void* from) { return _mm256_loadu_si256(static_cast<const __m256i*>(from)); }

// store(first channel, sums of its 8 channels, sums of the next 8) for each block.
template <class Store>
inline void Compute(const DepthwisePixelI8& pixel, Store store) {
  const int64_t blocks = (pixel.channels + kDepthwiseBlock - 1) / kDepthwiseBlock;
  const int16_t* weights = pixel.weights;
  for (int64_t block = 0; block < blocks; ++block) {
    const int64_t first = DepthwiseBlockAt(block, pixel.channels);
    const __m256i start0 = Load(pixel.start + first), start1 = Load(pixel.start + first + 8);
    __m256i low = _mm256_permute2x128_si256(start0, start1, 0x20);   // channels 0 to 3, 8 to 11
    __m256i high = _mm256_permute2x128_si256(start0, start1, 0x31);  // channels 4 to 7, 12 to 15
    for (int64_t pair = 0; pair < pixel.pairs; ++pair, weights += 2 * kDepthwiseBlock) {
      const __m256i a = Levels(pixel.taps[2 * pair] + first), b = Levels(pixel.taps[2 * pair + 1] + first);
      const __m256i w0 = Load(weights), w1 = Load(weights + kDepthwiseBlock);
      low = _mm256_add_epi32(low, _mm256_madd_epi16(_mm256_unpacklo_epi16(a, b), w0));
      high = _mm256_add_epi32(high, _mm256_madd_epi16(_mm256_unpackhi_epi16(a, b), w1));
    }
    store(first, _mm256_permute2x128_si256(low, high, 0x20), _mm256_permute2x128_si256(low, high, 0x31));
  }
}

}  // namespace

void ComputeDepthwiseI8Avx2(const DepthwisePixelI8& pixel, const DepthwiseOutputI8& output) {
  const __m256 low = _mm256_set1_ps(static_cast<float>(output.low - output.zero_point));
  const __m256 high = _mm256_set1_ps(static_cast<float>(output.high - output.zero_point));
  const __m256i zero = _mm256_set1_epi16(static_cast<int16_t>(output.zero_point));
  const auto level = [&](__m256i sum, const float* scale) {
    const __m256 value = _mm256_mul_ps(_mm256_cvtepi32_ps(sum), _mm256_loadu_ps(scale));
    return _mm256_cvtps_epi32(_mm256_max_ps(low, _mm256_min_ps(high, value)));
  };
  Compute(pixel, [&](int64_t first, __m256i sum0, __m256i sum1) {
    const float* scale = pixel.scale + first;
    const __m256i mixed = _mm256_packs_epi32(level(sum0, scale), level(sum1, scale + 8));
    const __m256i wide = _mm256_add_epi16(_mm256_permute4x64_epi64(mixed, 0xd8), zero);
    const __m128i bytes = _mm_packs_epi16(_mm256_castsi256_si128(wide), _mm256_extracti128_si256(wide, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(output.output + first), bytes);
  });
}

void ComputeDepthwiseI8Avx2(const DepthwisePixelI8& pixel, const DepthwiseOutputF32& output) {
  const __m256 low = _mm256_set1_ps(output.low), high = _mm256_set1_ps(output.high);
  const __m256 row_scale = _mm256_set1_ps(output.row_scale);
  const auto real = [&](__m256i sum, int64_t first) {
    const __m256 value = _mm256_mul_ps(
        _mm256_mul_ps(_mm256_cvtepi32_ps(sum), _mm256_loadu_ps(pixel.scale + first)), row_scale);
    const __m256 moved = _mm256_add_ps(value, _mm256_loadu_ps(output.bias + first));
    _mm256_storeu_ps(output.output + first, _mm256_min_ps(high, _mm256_max_ps(low, moved)));
  };
  Compute(pixel, [&](int64_t first, __m256i sum0, __m256i sum1) {
    real(sum0, first);
    real(sum1, first + 8);
  });
}

}  // namespace litesmith::simd
#else
#include "base/check.h"
namespace litesmith::simd {
void ComputeDepthwiseI8Avx2(const DepthwisePixelI8&, const DepthwiseOutputI8&) {
  LS_CHECK(false, "built without AVX2");
}
void ComputeDepthwiseI8Avx2(const DepthwisePixelI8&, const DepthwiseOutputF32&) {
  LS_CHECK(false, "built without AVX2");
}
}  // namespace litesmith::simd
#endif
