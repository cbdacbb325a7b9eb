// Inputs for models of which nobody gave samples.
#include <algorithm>
#include <cmath>
#include <random>

#include "base/checked.h"
#include "pipeline/samples_sources.h"

namespace litesmith::pipeline {
namespace {

constexpr size_t kMadeUp = 32;  // samples

// Sixteen million steps in 0..1; std::uniform_real_distribution differs between libraries.
float Uniform(std::mt19937& random) { return static_cast<float>(random() >> 8) * (1.0f / 16777216.0f); }

// Noise of which each octave has half the amplitude of the one below, as in photographs (their spectrum falls
// with the inverse of the frequency; Field 1987), one plane of values around 0.
std::vector<float> OctaveNoise(int64_t height, int64_t width, std::mt19937& random) {
  std::vector<float> plane(static_cast<size_t>(height * width), 0.0f);
  float amplitude = 1;
  for (int64_t cells = 2; cells <= std::max(height, width); cells *= 2, amplitude *= 0.6f) {
    std::vector<float> grid(static_cast<size_t>((cells + 1) * (cells + 1)));
    for (float& value : grid) value = Uniform(random) * 2 - 1;
    for (int64_t y = 0; y < height; ++y) {
      const float v = static_cast<float>(y * cells) / static_cast<float>(height);
      const auto row = static_cast<int64_t>(v);
      const float fy = v - static_cast<float>(row);
      for (int64_t x = 0; x < width; ++x) {
        const float u = static_cast<float>(x * cells) / static_cast<float>(width);
        const auto column = static_cast<int64_t>(u);
        const float fx = u - static_cast<float>(column);
        const float* corner = &grid[static_cast<size_t>(row * (cells + 1) + column)];
        const float top = corner[0] + (corner[1] - corner[0]) * fx;
        const float bottom = corner[cells + 1] + (corner[cells + 2] - corner[cells + 1]) * fx;
        plane[static_cast<size_t>(y * width + x)] += amplitude * (top + (bottom - top) * fy);
      }
    }
  }
  return plane;
}

// Ellipses and rectangles of one colour each, large first, with noise over all: edges, corners, flat areas
// and texture at all sizes.
Picture MadeUpPicture(int64_t height, int64_t width, uint32_t seed) {
  std::mt19937 random(seed * 7919 + 1);
  Picture picture;
  picture.height = height;
  picture.width = width;
  picture.pixels.resize(static_cast<size_t>(height * width * 3));
  const float contrast = 0.15f + 0.85f * Uniform(random), light = 60 + 135 * Uniform(random);
  std::vector<float> colours(picture.pixels.size());
  const std::vector<float> shade = OctaveNoise(height, width, random);
  for (size_t c = 0; c < 3; ++c) {
    const std::vector<float> tint = OctaveNoise(height, width, random);
    for (size_t i = 0; i < shade.size(); ++i)
      colours[3 * i + c] = light + 70 * contrast * (shade[i] + 0.35f * tint[i]);
  }
  const int shapes = 3 + static_cast<int>(random() % 25);
  for (int s = 0; s < shapes; ++s) {
    const float part = std::pow(0.85f, static_cast<float>(s));
    const float rx = 1 + part * 0.4f * static_cast<float>(width) * (0.2f + 0.8f * Uniform(random));
    const float ry = 1 + part * 0.4f * static_cast<float>(height) * (0.2f + 0.8f * Uniform(random));
    const float cx = Uniform(random) * static_cast<float>(width),
                cy = Uniform(random) * static_cast<float>(height);
    const bool round = random() % 3 != 0;
    float colour[3];
    for (float& value : colour) value = light + 150 * contrast * (Uniform(random) * 2 - 1);
    const float texture = Uniform(random);
    for (int64_t y = std::max<int64_t>(0, static_cast<int64_t>(cy - ry));
         y < std::min(height, static_cast<int64_t>(cy + ry)); ++y) {
      for (int64_t x = std::max<int64_t>(0, static_cast<int64_t>(cx - rx));
           x < std::min(width, static_cast<int64_t>(cx + rx)); ++x) {
        const float dx = (static_cast<float>(x) - cx) / rx, dy = (static_cast<float>(y) - cy) / ry;
        if (round && dx * dx + dy * dy > 1) continue;
        const auto at = static_cast<size_t>(y * width + x);
        for (size_t c = 0; c < 3; ++c) {
          float& to = colours[3 * at + c];
          to = colour[c] + texture * (to - light) - 30 * contrast * (dx + dy);
        }
      }
    }
  }
  for (size_t i = 0; i < colours.size(); ++i)
    picture.pixels[i] = static_cast<uint8_t>(std::clamp(std::lround(colours[i]), 0L, 255L));
  return picture;
}

class MadeUpSamples final : public quantization::SampleSource {
 public:
  MadeUpSamples(std::vector<runtime::TensorInfo> inputs, SampleOptions options)
      : inputs_(std::move(inputs)), options_(std::move(options)) {}

  size_t count() const override { return kMadeUp; }
  std::string name(size_t index) const override { return fmt::format("made-up input {}", index); }

  Result<std::vector<Tensor>> Get(size_t index, Context& context) const override {
    std::vector<Tensor> tensors;
    for (size_t i = 0; i < inputs_.size(); ++i) {
      const runtime::TensorInfo& input = inputs_[i];
      const auto axes = AxesOfPicture(input.dtype, input.shape);
      Dims dims;
      for (int axis = 0; axis < input.shape.rank(); ++axis) {
        const bool side = axes && (axis == axes->height || axis == axes->width);
        dims.push_back(input.shape[axis].value_or(axis == 0 ? 1 : side ? 224 : 16));
      }
      const auto elements = CheckedProduct(dims);
      if (!elements || *elements > context.limits.max_image_pixels) {
        return context.findings.Report(Finding(Code::kSamplesMissing)
                                           .Headline("no input can be made up for '{}'", input.name)
                                           .Cause("its shape {} is too large", ToText(input.shape))
                                           .Fix("give samples", "--data FOLDER"));
      }
      const auto seed = static_cast<uint32_t>(index * 31 + i);
      if (axes) {
        vision::Preparation preparation = options_.preparation;
        preparation.height = dims[static_cast<size_t>(axes->height)];
        preparation.width = dims[static_cast<size_t>(axes->width)];
        const Picture picture = MadeUpPicture(preparation.height, preparation.width, seed);
        tensors.push_back(PictureTensor(picture, input, preparation));
      } else {
        tensors.push_back(Numbers(i, std::move(dims), seed));
      }
    }
    return tensors;
  }

 private:
  Tensor Numbers(size_t input, Dims dims, uint32_t seed) const {
    const DType dtype = inputs_[input].dtype;
    if (dtype == DType::kString)
      return Tensor::OfStrings(dims,
                               std::vector<std::string_view>(static_cast<size_t>(*CheckedProduct(dims))));
    if (!HasFixedSize(dtype)) return {};
    Tensor tensor = Tensor::Zeros(dtype, std::move(dims));
    std::mt19937 random(seed + 1);
    const bool known = input < options_.ranges.size() && options_.ranges[input].has_value();
    const ValueRange range = known ? *options_.ranges[input] : ValueRange{};
    VisitDType(dtype, [&]<class T>(std::type_identity<T>) {
      for (T& value : tensor.mutable_data<T>()) {
        if constexpr (std::is_same_v<T, bool>) {
          value = random() % 2 == 0;
        } else if constexpr (std::is_integral_v<T>) {
          value = static_cast<T>(known ? std::lround(range.low + Uniform(random) * (range.high - range.low))
                                       : static_cast<long>(random() % 8));
        } else if constexpr (!std::is_same_v<T, std::complex<float>> &&
                             !std::is_same_v<T, std::complex<double>>) {
          // About normal, the sum of twelve, where no range is told: most inputs are standardized.
          float normal = -6;
          for (int k = 0; k < 12; ++k) normal += Uniform(random);
          value = T(known ? range.low + Uniform(random) * (range.high - range.low) : normal);
        }
      }
    });
    return tensor;
  }

  const std::vector<runtime::TensorInfo> inputs_;
  const SampleOptions options_;
};

}  // namespace

std::unique_ptr<quantization::SampleSource> MakeUpSamples(std::vector<runtime::TensorInfo> inputs,
                                                          SampleOptions options) {
  return std::make_unique<MadeUpSamples>(std::move(inputs), std::move(options));
}

}  // namespace litesmith::pipeline
