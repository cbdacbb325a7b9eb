#include "kernels/simd/tile_i8.h"

#if defined(__AVX2__)
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

// Eight sums as output numbers.
__m256i Rescale(__m256i sum, __m256 scale, const TileI8& tile) {
  __m256 value = _mm256_mul_ps(_mm256_cvtepi32_ps(sum), scale);
  value = _mm256_min_ps(value, _mm256_set1_ps(static_cast<float>(tile.high - tile.zero_point)));
  const __m256i level = _mm256_add_epi32(_mm256_cvtps_epi32(value), _mm256_set1_epi32(tile.zero_point));
  return _mm256_max_epi32(level, _mm256_set1_epi32(tile.low));
}

}  // namespace

void ComputeTileI8Avx2(const TileI8& tile) {
  const auto* bias = reinterpret_cast<const __m256i*>(tile.bias);
  const __m256i bias0 = _mm256_loadu_si256(bias), bias1 = _mm256_loadu_si256(bias + 1);
  __m256i a0 = bias0, a1 = bias1, b0 = bias0, b1 = bias1, c0 = bias0, c1 = bias1;
  __m256i d0 = bias0, d1 = bias1, e0 = bias0, e1 = bias1, f0 = bias0, f1 = bias1;
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
  const __m256 scale0 = _mm256_loadu_ps(tile.scale), scale1 = _mm256_loadu_ps(tile.scale + 8);
  const __m256i sums[kTileRowsI8][2] = {{a0, a1}, {b0, b1}, {c0, c1}, {d0, d1}, {e0, e1}, {f0, f1}};
  for (int row = 0; row < tile.pixels; ++row) {
    alignas(32) int32_t levels[kPanelChannelsI8];
    _mm256_store_si256(reinterpret_cast<__m256i*>(levels), Rescale(sums[row][0], scale0, tile));
    _mm256_store_si256(reinterpret_cast<__m256i*>(levels + 8), Rescale(sums[row][1], scale1, tile));
    int8_t* out = tile.output + row * tile.output_stride;
    for (int c = 0; c < tile.channels; ++c) out[c] = static_cast<int8_t>(levels[c]);
  }
}

}  // namespace litesmith::simd
#else
#include "base/check.h"
namespace litesmith::simd {
void ComputeTileI8Avx2(const TileI8&) { LS_CHECK(false, "built without AVX2"); }
}  // namespace litesmith::simd
#endif
