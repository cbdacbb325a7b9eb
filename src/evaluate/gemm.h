// Product of two dense row-major matrices, in plain loops that compilers vectorize.
#pragma once

#include <algorithm>
#include <cstdint>

namespace litesmith::evaluate {

// c[rows, columns] += a[rows, depth] * b[depth, columns]. Unsigned integers wrap; signed ones must be passed
// as unsigned. Row starts are `a_step`, `b_step`, `c_step` elements apart.
template <class T>
void MultiplyAdd(int64_t rows, int64_t columns, int64_t depth, const T* a, int64_t a_step, const T* b,
                 int64_t b_step, T* c, int64_t c_step) {
  // Four rows share each row of b that is loaded; blocks of b stay in the cache over all rows.
  constexpr int64_t kRows = 4, kDepthBlock = 256, kColumnBlock = 256;
  for (int64_t k0 = 0; k0 < depth; k0 += kDepthBlock) {
    const int64_t k1 = std::min(k0 + kDepthBlock, depth);
    for (int64_t j0 = 0; j0 < columns; j0 += kColumnBlock) {
      const int64_t width = std::min(kColumnBlock, columns - j0);
      int64_t i = 0;
      for (; i + kRows <= rows; i += kRows) {
        T* c0 = c + i * c_step + j0;
        T *c1 = c0 + c_step, *c2 = c1 + c_step, *c3 = c2 + c_step;
        for (int64_t k = k0; k < k1; ++k) {
          const T* factor = a + i * a_step + k;
          const T a0 = factor[0], a1 = factor[a_step], a2 = factor[2 * a_step], a3 = factor[3 * a_step];
          const T* row = b + k * b_step + j0;
          for (int64_t j = 0; j < width; ++j) {
            const T value = row[j];
            c0[j] += a0 * value;
            c1[j] += a1 * value;
            c2[j] += a2 * value;
            c3[j] += a3 * value;
          }
        }
      }
      for (; i < rows; ++i) {
        T* to = c + i * c_step + j0;
        for (int64_t k = k0; k < k1; ++k) {
          const T factor = a[i * a_step + k];
          const T* row = b + k * b_step + j0;
          for (int64_t j = 0; j < width; ++j) to[j] += factor * row[j];
        }
      }
    }
  }
}

}  // namespace litesmith::evaluate
