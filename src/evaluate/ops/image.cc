// Pictures resized and cut out.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "evaluate/dispatch.h"
#include "evaluate/elements.h"
#include "evaluate/operands.h"

namespace litesmith::evaluate {
namespace {

struct Resizing {
  int64_t batch, in_height, in_width, channels, height, width;
  bool aligned, half_pixel;
  Dims dims() const { return {batch, height, width, channels}; }
};

// How far apart in the input two neighbours of the output are.
float ScaleOf(const Resizing& r, int64_t in, int64_t out) {
  return r.aligned && out > 1 ? static_cast<float>(in - 1) / static_cast<float>(out - 1)
                              : static_cast<float>(in) / static_cast<float>(out);
}

Result<Resizing> ResizingOf(const Call& call) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  LS_RETURN_IF_FAILED(ExpectRank(call, 0, 4));
  LS_TRY(const auto size, IntegersOf(call, 1));
  if (size.size() != 2 || size[0] < 1 || size[1] < 1) {
    return call.Fail(fmt::format("{} is no size of a picture", ToText(size)));
  }
  const Dims& dims = call.input(0).dims();
  const Resizing resizing{dims[0],
                          dims[1],
                          dims[2],
                          dims[3],
                          size[0],
                          size[1],
                          call.attributes().Bool("align_corners"),
                          call.attributes().Bool("half_pixel_centers")};
  if (dims[1] < 1 || dims[2] < 1) return call.Fail("the picture is empty");
  if (resizing.aligned && resizing.half_pixel)
    return call.Fail("corners cannot be aligned with half-pixel centers");
  LS_RETURN_IF_FAILED(CheckSize(call, resizing.dims(), sizeof(float)));
  return resizing;
}

// All real dtypes as float32, which is what the results are.
Result<Tensor> AsFloat32(const Call& call, const Tensor& tensor) {
  if (tensor.dtype() == DType::kFloat32) return tensor;
  const Tensor wide = Widen(tensor);
  if (wide.dtype() == DType::kFloat32) return wide;
  LS_TRY(Tensor result, Allocate(call, DType::kFloat32, tensor.dims()));
  const bool known = Dispatch(Reals{}, tensor.dtype(), [&]<class T>(std::type_identity<T>) {
    std::ranges::transform(tensor.data<T>(), result.mutable_data<float>().begin(),
                           [](T value) { return static_cast<float>(value); });
  });
  if (!known) return WrongDType(call, tensor.dtype());
  return result;
}

// Up to four inputs along one axis that an output is a weighted sum of.
struct Blend {
  std::array<int64_t, 4> index{};
  std::array<float, 4> weight{};
};

std::vector<Blend> LinearBlends(const Resizing& r, int64_t in, int64_t out) {
  const float scale = ScaleOf(r, in, out);
  std::vector<Blend> blends(static_cast<size_t>(out));
  for (int64_t i = 0; i < out; ++i) {
    const float place =
        r.half_pixel ? (static_cast<float>(i) + 0.5f) * scale - 0.5f : static_cast<float>(i) * scale;
    const float floor = std::floor(place);
    Blend& blend = blends[static_cast<size_t>(i)];
    blend.index = {std::clamp<int64_t>(static_cast<int64_t>(floor), 0, in - 1),
                   std::clamp<int64_t>(static_cast<int64_t>(std::ceil(place)), 0, in - 1)};
    blend.weight = {1 - (place - floor), place - floor};
  }
  return blends;
}

// The cubic convolution kernel with a = -0.75, or -0.5 with half-pixel centers (Keys), its argument rounded
// to 1/1024 as TensorFlow tabulates it. Outside of the picture Keys' form leaves taps out, the other repeats
// the edge.
std::vector<Blend> CubicBlends(const Resizing& r, int64_t in, int64_t out) {
  constexpr int64_t kSteps = 1024;
  const double a = r.half_pixel ? -0.5 : -0.75;
  const auto kernel = [&](int64_t step) {  // of a distance of step / kSteps, up to 2
    const double x = static_cast<double>(step) / kSteps;
    return static_cast<float>(x <= 1 ? ((a + 2) * x - (a + 3)) * x * x + 1
                                     : ((a * x - 5 * a) * x + 8 * a) * x - 4 * a);
  };
  const float scale = ScaleOf(r, in, out);
  std::vector<Blend> blends(static_cast<size_t>(out));
  for (int64_t i = 0; i < out; ++i) {
    const float place =
        r.half_pixel ? (static_cast<float>(i) + 0.5f) * scale - 0.5f : static_cast<float>(i) * scale;
    const auto first = static_cast<int64_t>(std::floor(place));
    const int64_t offset = std::lrint((place - static_cast<float>(first)) * kSteps);
    const int64_t steps[] = {kSteps + offset, offset, kSteps - offset, 2 * kSteps - offset};
    Blend& blend = blends[static_cast<size_t>(i)];
    float sum = 0;
    for (int64_t tap = 0; tap < 4; ++tap) {
      const auto at = static_cast<size_t>(tap);
      const int64_t wanted = first - 1 + tap;
      blend.index[at] = std::clamp<int64_t>(wanted, 0, in - 1);
      blend.weight[at] = r.half_pixel && blend.index[at] != wanted ? 0 : kernel(steps[tap]);
      sum += blend.weight[at];
    }
    if (r.half_pixel && std::abs(sum) >= 1000 * std::numeric_limits<float>::min()) {
      for (float& weight : blend.weight) weight /= sum;
    }
  }
  return blends;
}

template <bool cubic>
Result<Outputs> Blended(const Call& call) {
  LS_TRY(const Resizing r, ResizingOf(call));
  LS_TRY(const Tensor input, AsFloat32(call, call.input(0)));
  LS_TRY(Tensor output, Allocate(call, DType::kFloat32, r.dims()));
  constexpr size_t kTaps = cubic ? 4 : 2;
  const auto rows = cubic ? CubicBlends(r, r.in_height, r.height) : LinearBlends(r, r.in_height, r.height);
  const auto columns = cubic ? CubicBlends(r, r.in_width, r.width) : LinearBlends(r, r.in_width, r.width);
  const float* from = input.data<float>().data();
  float* to = output.mutable_data<float>().data();
  for (int64_t b = 0; b < r.batch; ++b) {
    for (const Blend& row : rows) {
      for (const Blend& column : columns) {
        for (int64_t c = 0; c < r.channels; ++c) {
          float lines[kTaps];
          for (size_t y = 0; y < kTaps; ++y) {
            const float* line = from + (b * r.in_height + row.index[y]) * r.in_width * r.channels + c;
            if constexpr (cubic) {
              lines[y] = 0;
              for (size_t x = 0; x < kTaps; ++x)
                lines[y] += line[column.index[x] * r.channels] * column.weight[x];
            } else {
              const float left = line[column.index[0] * r.channels],
                          right = line[column.index[1] * r.channels];
              lines[y] = left + (right - left) * column.weight[1];
            }
          }
          if constexpr (cubic) {
            float sum = 0;
            for (size_t y = 0; y < kTaps; ++y) sum += lines[y] * row.weight[y];
            *to++ = sum;
          } else {
            *to++ = lines[0] + (lines[1] - lines[0]) * row.weight[1];
          }
        }
      }
    }
  }
  return One(output);
}

}  // namespace

LS_EVALUATE(ResizeBilinear) { return Blended<false>(call); }
LS_EVALUATE(ResizeBicubic) { return Blended<true>(call); }

LS_EVALUATE(ResizeNearestNeighbor) {
  LS_TRY(const Resizing r, ResizingOf(call));
  LS_TRY(const Source source, Source::Of(call, call.input(0)));
  LS_TRY(Target target, Target::Of(call, call.input(0).dtype(), r.dims()));
  const auto nearest = [&](int64_t i, int64_t in, int64_t out) {
    const float place = (static_cast<float>(i) + (r.half_pixel ? 0.5f : 0.0f)) * ScaleOf(r, in, out);
    return std::clamp<int64_t>(static_cast<int64_t>(r.aligned ? std::round(place) : std::floor(place)), 0,
                               in - 1);
  };
  const size_t piece = static_cast<size_t>(r.channels) * source.element_size();
  std::byte* to = target.data();
  for (int64_t b = 0; piece > 0 && b < r.batch; ++b) {
    for (int64_t y = 0; y < r.height; ++y) {
      const int64_t line = (b * r.in_height + nearest(y, r.in_height, r.height)) * r.in_width;
      for (int64_t x = 0; x < r.width; ++x, to += piece) {
        std::memcpy(to, source.data() + static_cast<size_t>(line + nearest(x, r.in_width, r.width)) * piece,
                    piece);
      }
    }
  }
  return One(target.Finish(call));
}

// Each output is the mean over the area of the input that it covers.
LS_EVALUATE(ResizeArea) {
  LS_TRY(const Resizing r, ResizingOf(call));
  LS_TRY(const Tensor input, AsFloat32(call, call.input(0)));
  LS_TRY(Tensor output, Allocate(call, DType::kFloat32, r.dims()));
  const float y_scale = ScaleOf(r, r.in_height, r.height), x_scale = ScaleOf(r, r.in_width, r.width);
  const float* from = input.data<float>().data();
  float* to = output.mutable_data<float>().data();
  const auto covered = [](int64_t i, float begin, float end) {
    return std::min(static_cast<float>(i + 1), end) - std::max(static_cast<float>(i), begin);
  };
  for (int64_t b = 0; b < r.batch; ++b) {
    for (int64_t y = 0; y < r.height; ++y) {
      const float top = static_cast<float>(y) * y_scale, bottom = static_cast<float>(y + 1) * y_scale;
      for (int64_t x = 0; x < r.width; ++x) {
        const float left = static_cast<float>(x) * x_scale, right = static_cast<float>(x + 1) * x_scale;
        for (auto i = static_cast<int64_t>(std::floor(top)); static_cast<float>(i) < bottom; ++i) {
          for (auto j = static_cast<int64_t>(std::floor(left)); static_cast<float>(j) < right; ++j) {
            const float weight = covered(i, top, bottom) * covered(j, left, right) / (y_scale * x_scale);
            const int64_t row = std::min(i, r.in_height - 1), column = std::min(j, r.in_width - 1);
            const float* pixel = from + ((b * r.in_height + row) * r.in_width + column) * r.channels;
            for (int64_t c = 0; c < r.channels; ++c) to[c] += pixel[c] * weight;
          }
        }
        to += r.channels;
      }
    }
  }
  return One(output);
}

namespace {

struct Crop {
  const float* picture;
  int64_t height, width, channels, crop_height, crop_width;
  bool nearest;
  float outside;
};

// Places of a crop's rows or columns in the picture: from `begin` to `end` in units of its length less one.
float PlaceOf(float begin, float end, int64_t length, int64_t crop, int64_t i) {
  const auto last = static_cast<float>(length - 1);
  if (crop == 1) return 0.5f * (begin + end) * last;
  return begin * last + static_cast<float>(i) * ((end - begin) * last / static_cast<float>(crop - 1));
}

void CutOut(const Crop& crop, const float* box, float* to) {
  for (int64_t y = 0; y < crop.crop_height; ++y) {
    const float row = PlaceOf(box[0], box[2], crop.height, crop.crop_height, y);
    for (int64_t x = 0; x < crop.crop_width; ++x, to += crop.channels) {
      const float column = PlaceOf(box[1], box[3], crop.width, crop.crop_width, x);
      const bool inside = row >= 0 && row <= static_cast<float>(crop.height - 1) && column >= 0 &&
                          column <= static_cast<float>(crop.width - 1);
      if (!inside) {
        std::fill_n(to, crop.channels, crop.outside);
        continue;
      }
      const auto pixel = [&](float i, float j) {
        return crop.picture +
               (static_cast<int64_t>(i) * crop.width + static_cast<int64_t>(j)) * crop.channels;
      };
      if (crop.nearest) {
        std::copy_n(pixel(std::round(row), std::round(column)), crop.channels, to);
        continue;
      }
      const float top = std::floor(row), left = std::floor(column), bottom = std::ceil(row),
                  right = std::ceil(column);
      const float *a = pixel(top, left), *b = pixel(top, right), *c = pixel(bottom, left),
                  *d = pixel(bottom, right);
      for (int64_t k = 0; k < crop.channels; ++k) {
        const float upper = a[k] + (b[k] - a[k]) * (column - left),
                    lower = c[k] + (d[k] - c[k]) * (column - left);
        to[k] = upper + (lower - upper) * (row - top);
      }
    }
  }
}

}  // namespace

LS_EVALUATE(CropAndResize) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 4));
  LS_RETURN_IF_FAILED(ExpectRank(call, 0, 4));
  LS_RETURN_IF_FAILED(ExpectDType(call, 1, DType::kFloat32));
  LS_TRY(const auto owners, IntegersOf(call, 2));
  LS_TRY(const auto size, IntegersOf(call, 3));
  LS_TRY(const Tensor picture, AsFloat32(call, call.input(0)));
  const Dims& dims = picture.dims();
  const auto count = static_cast<int64_t>(owners.size());
  if (call.input(1).dims() != Dims{count, 4} || size.size() != 2 || size[0] < 1 || size[1] < 1) {
    return call.Fail("boxes, their pictures and the size do not fit together");
  }
  if (dims[1] < 1 || dims[2] < 1) return call.Fail("the picture is empty");
  LS_TRY(Tensor output, Allocate(call, DType::kFloat32, {count, size[0], size[1], dims[3]}));
  Crop crop{nullptr,
            dims[1],
            dims[2],
            dims[3],
            size[0],
            size[1],
            call.attributes().Text("method") == "nearest",
            call.attributes().Float("extrapolation_value")};
  for (size_t i = 0; i < owners.size(); ++i) {
    if (owners[i] < 0 || owners[i] >= dims[0])
      return call.Fail(fmt::format("there is no picture {}", owners[i]));
    crop.picture = picture.data<float>().data() + owners[i] * dims[1] * dims[2] * dims[3];
    CutOut(crop, call.input(1).data<float>().data() + 4 * i,
           output.mutable_data<float>().data() + static_cast<int64_t>(i) * size[0] * size[1] * dims[3]);
  }
  return One(output);
}

}  // namespace litesmith::evaluate
