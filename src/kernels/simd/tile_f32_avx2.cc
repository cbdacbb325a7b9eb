#include "kernels/simd/tile_f32.h"

#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>

namespace litesmith::simd {
namespace {

// Lanes below `count` are set.
__m256i MaskOf(int count) {
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), lanes);
}

}  // namespace

void ComputeTileF32Avx2(const TileF32& tile) {
  const __m256 bias0 = _mm256_loadu_ps(tile.bias), bias1 = _mm256_loadu_ps(tile.bias + 8);
  __m256 a0 = bias0, a1 = bias1, b0 = bias0, b1 = bias1, c0 = bias0, c1 = bias1;
  __m256 d0 = bias0, d1 = bias1, e0 = bias0, e1 = bias1, f0 = bias0, f1 = bias1;
  const float* weights = tile.weights;
  const float* const* rows = tile.rows;
  for (int64_t tap = 0; tap < tile.taps; ++tap, rows += kTileRows) {
    const float *ra = rows[0], *rb = rows[1], *rc = rows[2], *rd = rows[3], *re = rows[4], *rf = rows[5];
    for (int64_t k = 0; k < tile.depth; ++k, weights += kPanelChannels) {
      const __m256 w0 = _mm256_loadu_ps(weights), w1 = _mm256_loadu_ps(weights + 8);
      __m256 x = _mm256_broadcast_ss(ra + k);
      a0 = _mm256_fmadd_ps(x, w0, a0);
      a1 = _mm256_fmadd_ps(x, w1, a1);
      x = _mm256_broadcast_ss(rb + k);
      b0 = _mm256_fmadd_ps(x, w0, b0);
      b1 = _mm256_fmadd_ps(x, w1, b1);
      x = _mm256_broadcast_ss(rc + k);
      c0 = _mm256_fmadd_ps(x, w0, c0);
      c1 = _mm256_fmadd_ps(x, w1, c1);
      x = _mm256_broadcast_ss(rd + k);
      d0 = _mm256_fmadd_ps(x, w0, d0);
      d1 = _mm256_fmadd_ps(x, w1, d1);
      x = _mm256_broadcast_ss(re + k);
      e0 = _mm256_fmadd_ps(x, w0, e0);
      e1 = _mm256_fmadd_ps(x, w1, e1);
      x = _mm256_broadcast_ss(rf + k);
      f0 = _mm256_fmadd_ps(x, w0, f0);
      f1 = _mm256_fmadd_ps(x, w1, f1);
    }
  }
  const __m256 low = _mm256_set1_ps(tile.low), high = _mm256_set1_ps(tile.high);
  const __m256 sums[kTileRows][2] = {{a0, a1}, {b0, b1}, {c0, c1}, {d0, d1}, {e0, e1}, {f0, f1}};
  const __m256i mask0 = MaskOf(tile.channels), mask1 = MaskOf(tile.channels - 8);
  for (int row = 0; row < tile.pixels; ++row) {
    float* out = tile.output + row * tile.output_stride;
    // The operand order keeps NaN, as the reference kernel does.
    const __m256 first = _mm256_min_ps(high, _mm256_max_ps(low, sums[row][0]));
    const __m256 second = _mm256_min_ps(high, _mm256_max_ps(low, sums[row][1]));
    if (tile.channels == kPanelChannels) {
      _mm256_storeu_ps(out, first);
      _mm256_storeu_ps(out + 8, second);
    } else {
      _mm256_maskstore_ps(out, mask0, first);
      if (tile.channels > 8) _mm256_maskstore_ps(out + 8, mask1, second);
    }
  }
}

}  // namespace litesmith::simd
#else
#include "base/check.h"
namespace litesmith::simd {
void ComputeTileF32Avx2(const TileF32&) { LS_CHECK(false, "built without AVX2"); }
}  // namespace litesmith::simd
#endif
