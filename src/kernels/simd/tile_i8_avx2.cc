#include "kernels/simd/tile_i8.h"

#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>

#include <cstring>

namespace litesmith::simd {
namespace {

__m256i Pair(const int16_t* numbers) {
  int32_t word;
  std::memcpy(&word, numbers, 4);
  return _mm256_set1_epi32(word);
}

void Accumulate(__m256i& low, __m256i& high, __m256i x, __m256i w0, __m256i w1) {
  low = _mm256_add_epi32(low, _mm256_madd_epi16(x, w0));
  high = _mm256_add_epi32(high, _mm256_madd_epi16(x, w1));
}

// store(row, sums of channels 0 to 7, sums of channels 8 to 15) for each pixel.
template <class Store>
inline void Compute(const TileI8& tile, Store store) {
  const auto* start = reinterpret_cast<const __m256i*>(tile.start);
  const __m256i s0 = _mm256_loadu_si256(start), s1 = _mm256_loadu_si256(start + 1);
  __m256i a0 = s0, a1 = s1, b0 = s0, b1 = s1, c0 = s0, c1 = s1;
  __m256i d0 = s0, d1 = s1, e0 = s0, e1 = s1, f0 = s0, f1 = s1;
  const int16_t* weights = tile.weights;
  const int16_t* const* rows = tile.rows;
  for (int64_t tap = 0; tap < tile.taps; ++tap, rows += kTileRowsI8) {
    const int16_t *ra = rows[0], *rb = rows[1], *rc = rows[2], *rd = rows[3], *re = rows[4], *rf = rows[5];
    for (int64_t k = 0; k < 2 * tile.pairs; k += 2, weights += 2 * kPanelChannelsI8) {
      const __m256i w0 = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(weights));
      const __m256i w1 = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(weights + kPanelChannelsI8));
      Accumulate(a0, a1, Pair(ra + k), w0, w1);
      Accumulate(b0, b1, Pair(rb + k), w0, w1);
      Accumulate(c0, c1, Pair(rc + k), w0, w1);
      Accumulate(d0, d1, Pair(rd + k), w0, w1);
      Accumulate(e0, e1, Pair(re + k), w0, w1);
      Accumulate(f0, f1, Pair(rf + k), w0, w1);
    }
  }
  const __m256i sums[kTileRowsI8][2] = {{a0, a1}, {b0, b1}, {c0, c1}, {d0, d1}, {e0, e1}, {f0, f1}};
  for (int row = 0; row < tile.pixels; ++row) store(row, sums[row][0], sums[row][1]);
}

// Lanes below `count` are set.
__m256i MaskOf(int count) {
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), lanes);
}

}  // namespace

void ComputeTileI8Avx2(const TileI8& tile, const OutputI8& output) {
  const __m256 scale0 = _mm256_loadu_ps(tile.scale), scale1 = _mm256_loadu_ps(tile.scale + 8);
  const __m256 low = _mm256_set1_ps(static_cast<float>(output.low - output.zero_point));
  const __m256 high = _mm256_set1_ps(static_cast<float>(output.high - output.zero_point));
  const __m256i zero = _mm256_set1_epi16(static_cast<int16_t>(output.zero_point));
  const auto level = [&](__m256i sum, __m256 scale) {
    const __m256 value = _mm256_mul_ps(_mm256_cvtepi32_ps(sum), scale);
    return _mm256_cvtps_epi32(_mm256_max_ps(low, _mm256_min_ps(high, value)));
  };
  Compute(tile, [&](int row, __m256i sum0, __m256i sum1) {
    const __m256i mixed = _mm256_packs_epi32(level(sum0, scale0), level(sum1, scale1));
    const __m256i wide = _mm256_add_epi16(_mm256_permute4x64_epi64(mixed, 0xd8), zero);
    const __m128i bytes = _mm_packs_epi16(_mm256_castsi256_si128(wide), _mm256_extracti128_si256(wide, 1));
    int8_t* out = output.first + row * tile.output_stride;
    if (tile.channels == kPanelChannelsI8) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out), bytes);
    } else {
      alignas(16) int8_t all[kPanelChannelsI8];
      _mm_store_si128(reinterpret_cast<__m128i*>(all), bytes);
      std::memcpy(out, all, static_cast<size_t>(tile.channels));
    }
  });
}

void ComputeTileI8Avx2(const TileI8& tile, const OutputF32& output) {
  const __m256 scale0 = _mm256_loadu_ps(tile.scale), scale1 = _mm256_loadu_ps(tile.scale + 8);
  const __m256 bias0 = _mm256_loadu_ps(output.bias), bias1 = _mm256_loadu_ps(output.bias + 8);
  const __m256 low = _mm256_set1_ps(output.low), high = _mm256_set1_ps(output.high);
  const __m256i mask0 = MaskOf(tile.channels), mask1 = MaskOf(tile.channels - 8);
  const auto real = [&](__m256i sum, __m256 row_scale, __m256 scale, __m256 bias) {
    const __m256 value = _mm256_mul_ps(_mm256_cvtepi32_ps(sum), row_scale);
    return _mm256_min_ps(high, _mm256_max_ps(low, _mm256_fmadd_ps(value, scale, bias)));
  };
  Compute(tile, [&](int row, __m256i sum0, __m256i sum1) {
    const __m256 row_scale = _mm256_set1_ps(output.row_scale[row]);
    float* out = output.first + row * tile.output_stride;
    const __m256 first = real(sum0, row_scale, scale0, bias0), second = real(sum1, row_scale, scale1, bias1);
    if (tile.channels == kPanelChannelsI8) {
      _mm256_storeu_ps(out, first);
      _mm256_storeu_ps(out + 8, second);
    } else {
      _mm256_maskstore_ps(out, mask0, first);
      if (tile.channels > 8) _mm256_maskstore_ps(out + 8, mask1, second);
    }
  });
}

}  // namespace litesmith::simd
#else
#include "base/check.h"
namespace litesmith::simd {
void ComputeTileI8Avx2(const TileI8&, const OutputI8&) { LS_CHECK(false, "built without AVX2"); }
void ComputeTileI8Avx2(const TileI8&, const OutputF32&) { LS_CHECK(false, "built without AVX2"); }
}  // namespace litesmith::simd
#endif
