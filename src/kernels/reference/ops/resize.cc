// RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR: input [n, h, w, c], size [2] = new height and width.
#include <cmath>
#include <cstring>

#include "kernels/reference/checks.h"

namespace litesmith {
namespace {

struct Flags {
  bool align_corners = false, half_pixel_centers = false;
};

class Resize : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 2, 2));
    const TensorView &input = context.input(0), &size = context.input(1);
    LS_RETURN_IF_FAILED(ExpectRank(context, input, 4, 4, "input"));
    LS_RETURN_IF_FAILED(ExpectDType(context, size, {DType::kInt32}, "size"));
    if (size.elements() != 2) return context.Mismatch("the size has {} elements, not 2", size.elements());
    SetOutputType(context, input.dtype);
    LS_RETURN_IF_FAILED(ExpectInput(context, input));
    flags_ = {context.attributes->Bool("align_corners"), context.attributes->Bool("half_pixel_centers")};
    if (size.constant) {
      LS_TRY(Dims dims, OutputDims(context));
      return context.SetOutput(0, std::move(dims));
    }
    context.SetOutputDynamic(0);
    dynamic_ = true;
    return {};
  }
  Result<void> Invoke(InvokeContext& context) override {
    if (dynamic_) {
      LS_TRY(Dims dims, OutputDims(context));
      LS_RETURN_IF_FAILED(context.ResizeOutput(0, std::move(dims)));
    }
    if (context.output().elements() > 0) Run(context);
    return {};
  }

 protected:
  virtual Result<void> ExpectInput(PrepareContext& context, const TensorView& input) = 0;
  virtual void Run(InvokeContext& context) = 0;
  Flags flags_;

 private:
  Result<Dims> OutputDims(KernelContext& context) {
    const TensorView& input = context.input(0);
    const std::vector<int64_t> size = context.input(1).ToInt64();
    if (size.size() != 2 || size[0] < 1 || size[1] < 1 || input.dim(1) < 1 || input.dim(2) < 1) {
      return context.Mismatch("a picture of {} by {} cannot be resized to {} by {}", input.dim(1),
                              input.dim(2), size.empty() ? 0 : size[0], size.empty() ? 0 : size[1]);
    }
    return Dims{input.dim(0), size[0], size[1], input.dim(3)};
  }
  bool dynamic_ = false;
};

// Two neighbours of a place along one axis, and how far the place is from the lower one.
template <class Real>
struct Neighbours {
  int64_t low, high;
  Real fraction;
};

std::vector<Neighbours<float>> NeighboursOf(int64_t input, int64_t output, Flags flags) {
  const float scale = flags.align_corners && output > 1
                          ? static_cast<float>(input - 1) / static_cast<float>(output - 1)
                          : static_cast<float>(input) / static_cast<float>(output);
  std::vector<Neighbours<float>> places;
  for (int64_t i = 0; i < output; ++i) {
    const float at = flags.half_pixel_centers ? (static_cast<float>(i) + 0.5f) * scale - 0.5f
                                              : static_cast<float>(i) * scale;
    const int64_t low = std::clamp<int64_t>(static_cast<int64_t>(std::floor(at)), 0, input - 1);
    const int64_t high = std::clamp<int64_t>(static_cast<int64_t>(std::ceil(at)), 0, input - 1);
    places.push_back({low, high, at - static_cast<float>(low)});
  }
  return places;
}

// The same in units of 1/1024.
std::vector<Neighbours<int64_t>> IntegerNeighboursOf(int64_t input, int64_t output, Flags flags) {
  const int64_t scale = flags.align_corners && output > 1
                            ? (1024 * (input - 1) + (output - 1) / 2) / (output - 1)
                            : (1024 * input + output / 2) / output;
  std::vector<Neighbours<int64_t>> places;
  for (int64_t i = 0; i < output; ++i) {
    const int64_t at = flags.half_pixel_centers ? i * scale + scale / 2 - 512 : i * scale;
    const int64_t low = std::clamp<int64_t>(at / 1024, 0, input - 1);
    const int64_t high = std::clamp<int64_t>((at + 1023) / 1024, 0, input - 1);
    places.push_back({low, high, at - 1024 * low});
  }
  return places;
}

class ResizeBilinear : public Resize {
  Result<void> ExpectInput(PrepareContext& context, const TensorView& input) override {
    return ExpectDType(context, input, {DType::kFloat32, DType::kInt8, DType::kUInt8, DType::kInt16},
                       "input");
  }
  void Run(InvokeContext& context) override {
    switch (context.input(0).dtype) {
      case DType::kFloat32:
        return Blend<float, float>(context, NeighboursOf, 1.0f, [](float sum) { return sum; });
      case DType::kUInt8:
        return Blend<uint8_t, float>(context, NeighboursOf, 1.0f, [](float sum) {
          return static_cast<uint8_t>(Range<float>{0, 255}.Cut(sum + 0.5f));
        });
      case DType::kInt8:
        return Blend<int8_t, int64_t>(context, IntegerNeighboursOf, 1024, FromTwentyBits<int8_t>);
      default:
        return Blend<int16_t, int64_t>(context, IntegerNeighboursOf, 1024, FromTwentyBits<int16_t>);
    }
  }
  // A sum in units of 2^-20 to the nearest integer, halves away from zero.
  template <class T>
  static T FromTwentyBits(int64_t sum) {
    constexpr int64_t kOne = 1 << 20;
    const int64_t rounded = (sum + (sum > 0 ? kOne / 2 : -kOne / 2)) / kOne;
    return static_cast<T>(
        std::clamp<int64_t>(rounded, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
  }

  template <class T, class Real, class Places, class Finish>
  void Blend(InvokeContext& context, Places places, Real one, Finish finish) {
    const TensorView &input = context.input(0), &output = context.output();
    const int64_t height = input.dim(1), width = input.dim(2), channels = input.dim(3);
    const auto ys = places(height, output.dim(1), flags_);
    const auto xs = places(width, output.dim(2), flags_);
    const T* in = input.as<T>().data();
    T* out = output.as_mutable<T>().data();
    for (int64_t batch = 0; batch < input.dim(0); ++batch) {
      const T* picture = in + batch * height * width * channels;
      for (const Neighbours<Real>& y : ys) {
        for (const Neighbours<Real>& x : xs) {
          const T* p00 = picture + (y.low * width + x.low) * channels;
          const T* p10 = picture + (y.high * width + x.low) * channels;
          const T* p01 = picture + (y.low * width + x.high) * channels;
          const T* p11 = picture + (y.high * width + x.high) * channels;
          for (int64_t c = 0; c < channels; ++c) {
            *out++ = finish(static_cast<Real>(p00[c]) * (one - y.fraction) * (one - x.fraction) +
                            static_cast<Real>(p10[c]) * y.fraction * (one - x.fraction) +
                            static_cast<Real>(p01[c]) * (one - y.fraction) * x.fraction +
                            static_cast<Real>(p11[c]) * y.fraction * x.fraction);
          }
        }
      }
    }
  }
};

class ResizeNearest : public Resize {
  Result<void> ExpectInput(PrepareContext& context, const TensorView& input) override {
    return context.Expect(BitsOf(input.dtype) >= 8, "an input of {}", NameOf(input.dtype));
  }
  static std::vector<int64_t> SourcesOf(int64_t input, int64_t output, Flags flags) {
    const float scale = flags.align_corners && output > 1
                            ? static_cast<float>(input - 1) / static_cast<float>(output - 1)
                            : static_cast<float>(input) / static_cast<float>(output);
    std::vector<int64_t> sources;
    for (int64_t i = 0; i < output; ++i) {
      const float at = (static_cast<float>(i) + (flags.half_pixel_centers ? 0.5f : 0.0f)) * scale;
      const float whole = flags.align_corners ? std::round(at) : std::floor(at);
      sources.push_back(std::clamp<int64_t>(static_cast<int64_t>(whole), 0, input - 1));
    }
    return sources;
  }
  void Run(InvokeContext& context) override {
    const TensorView &input = context.input(0), &output = context.output();
    const int64_t height = input.dim(1), width = input.dim(2);
    const int64_t pixel = input.dim(3) * (BitsOf(input.dtype) / 8);
    const std::vector<int64_t> ys = SourcesOf(height, output.dim(1), flags_);
    const std::vector<int64_t> xs = SourcesOf(width, output.dim(2), flags_);
    std::byte* out = output.data;
    for (int64_t batch = 0; batch < input.dim(0); ++batch) {
      for (int64_t y : ys) {
        for (int64_t x : xs) {
          std::memcpy(out, input.data + ((batch * height + y) * width + x) * pixel,
                      static_cast<size_t>(pixel));
          out += pixel;
        }
      }
    }
  }
};

}  // namespace

LS_KERNEL(RESIZE_BILINEAR) { return std::make_unique<ResizeBilinear>(); }
LS_KERNEL(RESIZE_NEAREST_NEIGHBOR) { return std::make_unique<ResizeNearest>(); }

}  // namespace litesmith
