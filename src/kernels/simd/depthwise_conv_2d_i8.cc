// DEPTHWISE_CONV_2D with int8 weights and one output channel an input channel, from int8 to int8 and from
// float32 to float32 (dynamic-range files). Levels are multiplied as they stand; what their zero point adds
// is the same for every pixel, since the levels outside the picture are the zero point, and is taken off
// where the sums begin.
#include <algorithm>

#include "kernels/reference/hybrid.h"
#include "kernels/reference/wrapping.h"
#include "kernels/simd/conv_geometry.h"
#include "kernels/simd/depthwise_i8.h"
#include "kernels/simd/kernels.h"
#include "kernels/simd/quantize_rows.h"
#include "kernels/simd/rescaling_i8.h"

namespace litesmith::simd {

int64_t PackedDepthwiseSizeI8(int64_t taps, int64_t channels) {
  const int64_t blocks = (channels + kDepthwiseBlock - 1) / kDepthwiseBlock;
  return blocks * ((taps + 1) / 2) * 2 * kDepthwiseBlock;
}

void PackDepthwiseWeightsI8(const int8_t* weights, int64_t taps, int64_t channels, int64_t packed_channels,
                            int16_t* packed) {
  for (int64_t block = 0; block * kDepthwiseBlock < packed_channels; ++block) {
    const int64_t first = DepthwiseBlockAt(block, packed_channels);
    for (int64_t tap = 0; tap < taps; tap += 2) {
      for (int64_t i = 0; i < 2 * kDepthwiseBlock; ++i) {
        // Number i belongs to tap i % 2 and lies in half i / 16, lane i / 8 % 2, place i / 2 % 4.
        const int64_t channel = first + i / 8 % 2 * 8 + i / 16 * 4 + i / 2 % 4;
        const bool there = tap + i % 2 < taps && channel < channels;
        *packed++ = there ? weights[(tap + i % 2) * channels + channel] : int16_t{0};
      }
    }
  }
}

namespace {

class DepthwiseConv2DI8 : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_TRY(geometry_, DepthwiseGeometry(context));
    const int64_t channels = geometry_.channels, taps = geometry_.taps();
    dynamic_ = context.input(0).dtype == DType::kFloat32;
    if (dynamic_) {
      LS_TRY(const Activation activation, FusedActivation(context));
      range_ = RangeOf<float>(activation);
      LS_TRY(rescaling_.scale, WeightScales(context, channels));
    } else {
      LS_TRY(rescaling_, PrepareRescaling(context, channels));
    }
    // Few channels are padded to a block.
    padded_ = std::max<int64_t>(channels, kDepthwiseBlock);
    rescaling_.scale.resize(static_cast<size_t>(padded_), 0.0f);
    const int8_t* weights = context.input(1).as<int8_t>().data();
    weight_sums_.assign(static_cast<size_t>(padded_), 0);
    for (int64_t i = 0; i < taps * channels; ++i)
      weight_sums_[static_cast<size_t>(i % channels)] += weights[i];
    packed_ = context.Pack(
        1, "depthwise_conv_2d_i8_pairs16",
        static_cast<size_t>(PackedDepthwiseSizeI8(taps, padded_)) * sizeof(int16_t), [&](std::byte* bytes) {
          PackDepthwiseWeightsI8(weights, taps, channels, padded_, reinterpret_cast<int16_t*>(bytes));
        });
    const bool copied = dynamic_ || padded_ != channels;
    levels_ = context.RequestScratch(copied ? static_cast<size_t>(geometry_.input_pixels() * padded_) : 0);
    inner_first_ = 0;
    const Window& x = geometry_.x;
    while (inner_first_ < x.output && x.first_tap(inner_first_) > 0) ++inner_first_;
    inner_last_ = x.output;
    while (inner_last_ > inner_first_ && x.last_tap(inner_last_ - 1) < x.size) --inner_last_;
    return context.SetOutput(0, geometry_.output_dims);
  }

  Result<void> Invoke(InvokeContext& context) override {
    if (geometry_.pixels() == 0 || geometry_.input_pixels() == 0) return {};
    for (int64_t batch = 0; batch < geometry_.batches; ++batch) {
      Picture picture;
      picture.batch = batch;
      Quantize(context, picture);
      picture.start.resize(static_cast<size_t>(padded_));
      picture.bias.assign(dynamic_ ? static_cast<size_t>(padded_) : 0, 0.0f);
      for (size_t c = 0; c < picture.start.size(); ++c) {
        picture.start[c] = WrappingMul(weight_sums_[c], -picture.zero_point);
      }
      if (context.has_input(2)) AddBias(context, picture);
      picture.outside.assign(static_cast<size_t>(padded_), static_cast<int8_t>(picture.zero_point));
      context.threads->ParallelFor(geometry_.y.output, 1, [&](int64_t begin, int64_t end, int) {
        for (int64_t oy = begin; oy < end; ++oy) Row(context, picture, oy);
      });
    }
    return {};
  }

 private:
  // One of the batch, and what the sums of its pixels begin with.
  struct Picture {
    int64_t batch = 0;
    const int8_t* levels = nullptr;  // [y, x, padded]
    int32_t zero_point = 0;
    float scale = 0;
    std::vector<int32_t> start;
    std::vector<float> bias;
    std::vector<int8_t> outside;
  };

  void AddBias(InvokeContext& context, Picture& picture) const {
    for (int64_t c = 0; c < geometry_.channels; ++c) {
      const auto at = static_cast<size_t>(c);
      if (dynamic_) {
        picture.bias[at] = context.input(2).as<float>()[at];
      } else {
        picture.start[at] = WrappingAdd(picture.start[at], context.input(2).as<int32_t>()[at]);
      }
    }
  }

  // Memory for the picture's levels, where those of the input cannot be taken as they are.
  int8_t* LevelsOf(InvokeContext& context, Picture& picture) const {
    int8_t* levels = reinterpret_cast<int8_t*>(context.scratch(levels_)) +
                     picture.batch * geometry_.y.input * geometry_.x.input * padded_;
    picture.levels = levels;
    return levels;
  }

  void Quantize(InvokeContext& context, Picture& picture) const {
    const int64_t pixels = geometry_.y.input * geometry_.x.input, channels = geometry_.channels;
    if (!dynamic_) {
      const int8_t* from = context.input(0).as<int8_t>().data() + picture.batch * pixels * channels;
      picture.zero_point = rescaling_.input_zero;
      picture.levels = from;
      if (padded_ == channels) return;
      int8_t* scratch = LevelsOf(context, picture);
      for (int64_t i = 0; i < pixels; ++i) std::copy_n(from + i * channels, channels, scratch + i * padded_);
      return;
    }
    const float* from = context.input(0).as<float>().data() + picture.batch * pixels * channels;
    int8_t* scratch = LevelsOf(context, picture);
    const ValueRange range = RangeOfAvx2(from, pixels * channels);
    const RowScale row = AsymmetricScale(range.low, range.high, range.high - range.low);
    picture.zero_point = row.zero_point;
    picture.scale = row.scale;
    context.threads->ParallelFor(pixels, 64, [&](int64_t begin, int64_t end, int) {
      for (int64_t i = begin; i < end; ++i) {
        QuantizeHybridAvx2(from + i * channels, 1.0f / row.scale, row.zero_point, channels,
                           scratch + i * padded_);
      }
    });
  }

  void Row(InvokeContext& context, const Picture& picture, int64_t oy) const {
    const Window &y = geometry_.y, &x = geometry_.x;
    const int64_t taps = geometry_.taps();
    std::vector<const int8_t*> rows(static_cast<size_t>(taps + taps % 2), picture.outside.data());
    const auto place = [&](int64_t ox) {
      for (int64_t tap = 0; tap < taps; ++tap) {
        const int64_t iy = y.origin(oy) + tap / x.size * y.dilation;
        const int64_t ix = x.origin(ox) + tap % x.size * x.dilation;
        const bool inside = iy >= 0 && iy < y.input && ix >= 0 && ix < x.input;
        rows[static_cast<size_t>(tap)] =
            inside ? picture.levels + (iy * x.input + ix) * padded_ : picture.outside.data();
      }
    };
    for (int64_t ox = 0; ox < x.output; ++ox) {
      if (ox <= inner_first_ || ox >= inner_last_) {
        place(ox);
      } else {
        // Inside, every tap moves with the window, but for those above and below the picture.
        for (int64_t tap = 0; tap < taps; ++tap) {
          const int8_t*& row = rows[static_cast<size_t>(tap)];
          if (row != picture.outside.data()) row += x.stride * padded_;
        }
      }
      Pixel(context, picture, rows.data(), (picture.batch * y.output + oy) * x.output + ox);
    }
  }

  void Pixel(InvokeContext& context, const Picture& picture, const int8_t* const* rows, int64_t at) const {
    const int64_t channels = geometry_.channels;
    const DepthwisePixelI8 pixel = {rows,
                                    (geometry_.taps() + 1) / 2,
                                    padded_,
                                    reinterpret_cast<const int16_t*>(packed_.get()),
                                    picture.start.data(),
                                    rescaling_.scale.data()};
    if (dynamic_) {
      float few[kDepthwiseBlock];
      float* out = context.output().as_mutable<float>().data() + at * channels;
      ComputeDepthwiseI8Avx2(pixel, DepthwiseOutputF32{picture.scale, picture.bias.data(), range_.low,
                                                       range_.high, padded_ == channels ? out : few});
      if (padded_ != channels) std::copy_n(few, channels, out);
    } else {
      int8_t few[kDepthwiseBlock];
      int8_t* out = context.output().as_mutable<int8_t>().data() + at * channels;
      ComputeDepthwiseI8Avx2(pixel, DepthwiseOutputI8{rescaling_.zero_point, rescaling_.low, rescaling_.high,
                                                      padded_ == channels ? out : few});
      if (padded_ != channels) std::copy_n(few, channels, out);
    }
  }

  ConvGeometry geometry_;
  bool dynamic_ = false;
  int64_t padded_ = 0, inner_first_ = 0, inner_last_ = 0;
  Range<float> range_;     // of float outputs
  RescalingI8 rescaling_;  // of int8 outputs; of float outputs only the weights' scales
  std::vector<int32_t> weight_sums_;
  std::shared_ptr<const std::byte> packed_;
  int levels_ = -1;
};

bool Supports(const KernelContext& context) {
  const TensorView &input = context.input(0), &weights = context.input(1);
  if (weights.rank() != 4 || weights.dim(0) != 1 || weights.elements() == 0 || input.rank() != 4)
    return false;
  return SupportsI8Weights(context, weights.dim(3)) && input.dim(3) == weights.dim(3) &&
         weights.dim(1) * weights.dim(2) <= kMaxTermsI8;
}

}  // namespace

const FastKernel kDepthwiseConv2DI8 = {
    "DEPTHWISE_CONV_2D", "depthwise_conv_2d_i8_avx2", Isa::kAvx2, Supports,
    [] { return std::unique_ptr<Kernel>(std::make_unique<DepthwiseConv2DI8>()); }};

}  // namespace litesmith::simd
