#include "vision/resize.h"

#include <algorithm>
#include <cmath>

namespace litesmith::vision {
namespace {

struct Place {
  int64_t low, high;
  float weight;  // of `high`
};

// TensorFlow's image resizing (core/kernels/image: CalculateResizeScale and the scalers).
std::vector<Place> PlacesOf(int64_t size, int64_t target, const Preparation& preparation) {
  const float scale = preparation.align_corners && target > 1
                          ? static_cast<float>(size - 1) / static_cast<float>(target - 1)
                          : static_cast<float>(size) / static_cast<float>(target);
  std::vector<Place> places;
  for (int64_t i = 0; i < target; ++i) {
    const float at = preparation.half_pixel_centers ? (static_cast<float>(i) + 0.5f) * scale - 0.5f
                                                    : static_cast<float>(i) * scale;
    if (preparation.method == Method::kNearest) {
      const float centre = preparation.half_pixel_centers ? (static_cast<float>(i) + 0.5f) * scale : at;
      const float chosen = preparation.align_corners ? std::round(centre) : std::floor(centre);
      const int64_t index = std::clamp<int64_t>(static_cast<int64_t>(chosen), 0, size - 1);
      places.push_back({index, index, 0.0f});
      continue;
    }
    const float floor = std::floor(at);
    places.push_back({std::clamp<int64_t>(static_cast<int64_t>(floor), 0, size - 1),
                      std::clamp<int64_t>(static_cast<int64_t>(std::ceil(at)), 0, size - 1), at - floor});
  }
  return places;
}

}  // namespace

Tensor Prepare(const Picture& picture, const Preparation& preparation) {
  const std::vector<Place> rows = PlacesOf(picture.height, preparation.height, preparation);
  const std::vector<Place> columns = PlacesOf(picture.width, preparation.width, preparation);
  std::array<float, 3> factor, offset;
  for (size_t c = 0; c < 3; ++c) {
    factor[c] = 1.0f / preparation.std[c];
    offset[c] = -preparation.mean[c] / preparation.std[c];
  }
  Tensor tensor = Tensor::Zeros(DType::kFloat32, {1, preparation.height, preparation.width, 3});
  float* out = tensor.mutable_data<float>().data();
  for (const Place& row : rows) {
    const uint8_t *top = picture.at(0, row.low), *bottom = picture.at(0, row.high);
    for (const Place& column : columns) {
      for (size_t c = 0; c < 3; ++c) {
        const size_t left = static_cast<size_t>(column.low) * 3 + c,
                     right = static_cast<size_t>(column.high) * 3 + c;
        const float upper = top[left] + (static_cast<float>(top[right]) - top[left]) * column.weight;
        const float lower = bottom[left] + (static_cast<float>(bottom[right]) - bottom[left]) * column.weight;
        const float value = upper + (lower - upper) * row.weight;
        out[preparation.reversed_channels ? 2 - c : c] = value * factor[c] + offset[c];
      }
      out += 3;
    }
  }
  return tensor;
}

}  // namespace litesmith::vision
