// A picture as a network wants it.
#pragma once

#include <array>

#include "formats/image/picture.h"
#include "tensor/tensor.h"

namespace litesmith::vision {

enum class Method { kBilinear, kNearest };

// How pictures are scaled and normalized; the defaults are those of TensorFlow 1's ResizeBilinear.
struct Preparation {
  int64_t height = 0, width = 0;
  Method method = Method::kBilinear;
  bool half_pixel_centers = false, align_corners = false;
  std::array<float, 3> mean{0, 0, 0}, std{1, 1, 1};  // by red, green, blue: (pixel - mean) / std
  bool reversed_channels = false;                    // blue first
};

// float32 [1, height, width, 3]. Scaling is TensorFlow's: the source place of target index i is i * size /
// target size (no shift of half a pixel unless asked for), interpolated in float32.
Tensor Prepare(const Picture& picture, const Preparation& preparation);

}  // namespace litesmith::vision
