#include "quantization/views.h"

#include <algorithm>

namespace litesmith::quantization {
namespace {

constexpr double kPart = 0.8;  // of a picture's sides

// Where a line of `size` pixels is read for pixel `index` of a part of it that is enlarged to the whole.
struct Place {
  int64_t low, high;
  float share;  // of `high`
};
Place PlaceOf(int64_t index, int64_t size, double start, double part) {
  const double at = (static_cast<double>(index) + 0.5) * part + start * static_cast<double>(size) - 0.5;
  const double inside = std::clamp(at, 0.0, static_cast<double>(size - 1));
  const auto low = static_cast<int64_t>(inside);
  return {low, std::min(low + 1, size - 1), static_cast<float>(inside - static_cast<double>(low))};
}

// The part of a picture that starts at (top, left), parts of its sides, and is `part` of them long, enlarged
// to the whole, between pixels linearly.
Tensor Crop(const Tensor& picture, double top, double left, bool mirrored, double part) {
  const int64_t batch = picture.dims()[0], height = picture.dims()[1], width = picture.dims()[2],
                channels = picture.dims()[3];
  Tensor result = Tensor::Zeros(DType::kFloat32, picture.dims());
  const float* from = picture.data<float>().data();
  float* to = result.mutable_data<float>().data();
  for (int64_t b = 0; b < batch; ++b) {
    for (int64_t y = 0; y < height; ++y) {
      const Place row = PlaceOf(y, height, top, part);
      const float *upper = from + (b * height + row.low) * width * channels,
                  *lower = from + (b * height + row.high) * width * channels;
      for (int64_t x = 0; x < width; ++x) {
        const Place column = PlaceOf(mirrored ? width - 1 - x : x, width, left, part);
        for (int64_t c = 0; c < channels; ++c) {
          const int64_t l = column.low * channels + c, h = column.high * channels + c;
          const float above = upper[l] + (upper[h] - upper[l]) * column.share;
          const float below = lower[l] + (lower[h] - lower[l]) * column.share;
          *to++ = above + (below - above) * row.share;
        }
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
      case 2:
        tensor = Crop(tensor, 0, 0, true, kPart);
        break;
      case 3:
        tensor = Crop(tensor, 1 - kPart, 0, false, kPart);
        break;
      default:
        tensor = Crop(tensor, 0, 1 - kPart, false, kPart);
    }
  }
  return tensors;
}

}  // namespace litesmith::quantization
