// Where a window (of a convolution or a pooling) slides along one axis.
#pragma once

#include <algorithm>

#include "kernels/reference/checks.h"

namespace litesmith {

struct Window {
  int64_t input = 0, output = 0;  // extents along the axis
  int64_t size = 1;               // taps
  int64_t stride = 1, dilation = 1;
  int64_t before = 0;  // padding in front of the first input element

  int64_t origin(int64_t out) const { return out * stride - before; }
  // The taps [first, last) that fall inside the input for output position `out`.
  int64_t first_tap(int64_t out) const {
    const int64_t start = origin(out);
    return start >= 0 ? 0 : (-start + dilation - 1) / dilation;
  }
  int64_t last_tap(int64_t out) const {
    const int64_t room = input - origin(out);
    return room <= 0 ? 0 : std::min(size, (room + dilation - 1) / dilation);
  }
};

enum class Padding : int64_t { kSame = 0, kValid = 1 };

// The attribute "padding".
Result<Padding> PaddingOf(PrepareContext& context);

// The window of attributes `stride_name` and `dilation_name` (empty: none) over `input` elements; `axis`
// names the axis in findings. SAME gives ceil(input / stride) outputs and splits the padding with the odd
// element behind; VALID gives as many as fit.
Result<Window> WindowOf(PrepareContext& context, Padding padding, int64_t input, int64_t size,
                        std::string_view stride_name, std::string_view dilation_name, std::string_view axis);

}  // namespace litesmith
