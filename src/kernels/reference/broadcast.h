// Numpy's broadcasting of two tensors: dimensions are matched from the right, 1 stretches.
#pragma once

#include <vector>

#include "kernels/kernel.h"

// Before a loop whose results go where its operands are or apart from them, element by element: compilers
// take "the same place" for an overlap, and would not use vectors.
#if defined(__clang__)
#define LS_ELEMENTWISE _Pragma("clang loop vectorize(assume_safety)")
#else
#define LS_ELEMENTWISE _Pragma("GCC ivdep")
#endif

namespace litesmith {

// The common shape; reports kShapeMismatch when there is none.
Result<Dims> BroadcastDims(PrepareContext& context, const Dims& a, const Dims& b);

// How to walk over two tensors in the order of the result: rows of `count` elements, along which each side
// advances by its step (0: the same element again, or 1).
struct Broadcast {
  std::vector<int64_t> dims, a_strides, b_strides;  // of the outer dimensions
  int64_t count = 0;
  int64_t a_step = 0, b_step = 0;

  // Any shapes that broadcast; neighbouring dimensions that behave alike are merged.
  static Broadcast Of(const Dims& a, const Dims& b);

  // row(out, a, b): offsets of the first elements of a row.
  template <class F>
  void ForEachRow(F&& row) const {
    if (count == 0) return;
    std::vector<int64_t> index(dims.size(), 0);
    int64_t out = 0, a = 0, b = 0;
    while (true) {
      row(out, a, b);
      out += count;
      size_t axis = dims.size();
      while (axis-- > 0) {
        a += a_strides[axis];
        b += b_strides[axis];
        if (++index[axis] < dims[axis]) break;
        a -= a_strides[axis] * dims[axis];
        b -= b_strides[axis] * dims[axis];
        index[axis] = 0;
      }
      if (axis == static_cast<size_t>(-1)) return;
    }
  }

  // out[i] = function(a[...], b[...]) for all elements of the result.
  template <class A, class B, class Out, class F>
  void Apply(const A* a, const B* b, Out* out, F&& function) const {
    ForEachRow([&](int64_t out_offset, int64_t a_offset, int64_t b_offset) {
      const A* x = a + a_offset;
      const B* y = b + b_offset;
      Out* z = out + out_offset;
      if (a_step == 1 && b_step == 1) {
        LS_ELEMENTWISE
        for (int64_t i = 0; i < count; ++i) z[i] = function(x[i], y[i]);
      } else if (a_step == 1) {
        const B only = *y;
        LS_ELEMENTWISE
        for (int64_t i = 0; i < count; ++i) z[i] = function(x[i], only);
      } else {
        const A only = *x;
        LS_ELEMENTWISE
        for (int64_t i = 0; i < count; ++i) z[i] = function(only, y[i * b_step]);
      }
    });
  }
};

}  // namespace litesmith
