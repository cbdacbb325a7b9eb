#include "quantization/views.h"

#include <algorithm>

namespace litesmith::quantization {
namespace {

constexpr double kPart = 0.8;  // of a picture's sides

// The part of a picture that starts at (top, left), parts of its sides, and is kPart of them long, enlarged
// to the whole by the nearest pixel.
Tensor Crop(const Tensor& picture, double top, double left, bool mirrored, double part) {
  const int64_t batch = picture.dims()[0], height = picture.dims()[1], width = picture.dims()[2],
                channels = picture.dims()[3];
  Tensor result = Tensor::Zeros(DType::kFloat32, picture.dims());
  const auto from = picture.data<float>();
  const auto to = result.mutable_data<float>();
  const auto place = [part](int64_t index, int64_t size, double start) {
    const double at = (static_cast<double>(index) + 0.5) * part + start * static_cast<double>(size);
    return std::clamp<int64_t>(static_cast<int64_t>(at), 0, size - 1);
  };
  size_t next = 0;
  for (int64_t b = 0; b < batch; ++b) {
    for (int64_t y = 0; y < height; ++y) {
      const int64_t row = (b * height + place(y, height, top)) * width;
      for (int64_t x = 0; x < width; ++x, next += static_cast<size_t>(channels)) {
        const int64_t column = place(mirrored ? width - 1 - x : x, width, left);
        std::copy_n(from.begin() + (row + column) * channels, channels,
                    to.begin() + static_cast<int64_t>(next));
      }
    }
  }
  return result;
}

}  // namespace

bool IsPicture(DType dtype, const Shape& shape) {
  if (dtype != DType::kFloat32 || shape.rank() != 4) return false;
  const int64_t channels = shape[3].value_or(0);
  return channels == 1 || channels == 3;
}

Result<std::vector<Tensor>> ViewedSamples::Get(size_t index, Context& context) const {
  LS_TRY(std::vector<Tensor> tensors, all_.Get(index / views_, context));
  if (views_ == 1) return tensors;
  for (Tensor& tensor : tensors) {
    if (!tensor.valid() || !IsPicture(tensor.dtype(), Shape::Of(tensor.dims()))) continue;
    switch (index % views_) {
      case 0:
        tensor = Crop(tensor, 0, 0, true, 1);
        break;
      case 1:
        tensor = Crop(tensor, (1 - kPart) / 2, (1 - kPart) / 2, false, kPart);
        break;
      default:
        tensor = Crop(tensor, 0, 0, true, kPart);
    }
  }
  return tensors;
}

}  // namespace litesmith::quantization
