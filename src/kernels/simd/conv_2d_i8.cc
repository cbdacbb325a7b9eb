// CONV_2D in int8. Activations are widened to 16 bits with their zero point taken off, so that padding is
// zero and pairs of channels can be multiplied and added by one instruction; otherwise as conv_2d_f32.cc.
#include <algorithm>

#include "kernels/reference/window.h"
#include "kernels/simd/kernels.h"
#include "kernels/simd/rescaling_i8.h"
#include "kernels/simd/tile_i8.h"

namespace litesmith::simd {
namespace {

constexpr int64_t kChunkPixels = 16 * kTileRowsI8;

// [panels][taps][pairs][kPanelChannelsI8][2] of weights [channels, taps, depth]; what is beyond the last is
// zero.
void PackWeights(const int8_t* weights, int64_t channels, int64_t taps, int64_t depth, int16_t* packed) {
  for (int64_t first = 0; first < channels; first += kPanelChannelsI8) {
    for (int64_t tap = 0; tap < taps; ++tap) {
      for (int64_t k = 0; k < depth; k += 2) {
        for (int64_t c = 0; c < kPanelChannelsI8; ++c) {
          for (int64_t i = 0; i < 2; ++i) {
            const bool there = first + c < channels && k + i < depth;
            *packed++ = there ? weights[((first + c) * taps + tap) * depth + k + i] : int16_t{0};
          }
        }
      }
    }
  }
}

class Conv2DI8 : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    const TensorView &input = context.input(0), &weights = context.input(1);
    LS_RETURN_IF_FAILED(ExpectRank(context, input, 4, 4, "input"));
    LS_RETURN_IF_FAILED(ExpectRank(context, weights, 4, 4, "weights"));
    LS_TRY(const Padding padding, PaddingOf(context));
    LS_TRY(y_, WindowOf(context, padding, input.dim(1), weights.dim(1), "stride_h", "dilation_h_factor",
                        "height"));
    LS_TRY(x_, WindowOf(context, padding, input.dim(2), weights.dim(2), "stride_w", "dilation_w_factor",
                        "width"));
    batches_ = input.dim(0);
    depth_ = input.dim(3);
    pairs_ = (depth_ + 1) / 2;
    channels_ = weights.dim(0);
    if (weights.dim(3) != depth_)
      return context.Mismatch("an input of {} channels and weights for {}", depth_, weights.dim(3));
    if (context.has_input(2) && context.input(2).elements() != channels_) {
      return context.Mismatch("{} biases for {} output channels", context.input(2).elements(), channels_);
    }
    LS_TRY(rescaling_, PrepareRescaling(context, channels_));
    panels_ = (channels_ + kPanelChannelsI8 - 1) / kPanelChannelsI8;
    rescaling_.scale.resize(static_cast<size_t>(panels_ * kPanelChannelsI8), 0.0f);
    const int64_t taps = y_.size * x_.size;
    packed_ =
        context.Pack(1, "conv_2d_i8_pairs16",
                     static_cast<size_t>(panels_ * kPanelChannelsI8 * taps * pairs_) * 2 * sizeof(int16_t),
                     [&](std::byte* bytes) {
                       PackWeights(weights.as<int8_t>().data(), channels_, taps, depth_,
                                   reinterpret_cast<int16_t*>(bytes));
                     });
    zeros_.assign(static_cast<size_t>(2 * pairs_), 0);
    widened_ = context.RequestScratch(static_cast<size_t>(batches_ * y_.input * x_.input * 2 * pairs_) *
                                      sizeof(int16_t));
    return context.SetOutput(0, {batches_, y_.output, x_.output, channels_});
  }

  Result<void> Invoke(InvokeContext& context) override {
    std::vector<int32_t> bias(static_cast<size_t>(panels_ * kPanelChannelsI8), 0);
    if (context.has_input(2)) std::copy_n(context.input(2).as<int32_t>().data(), channels_, bias.begin());
    auto* input = reinterpret_cast<int16_t*>(context.scratch(widened_));
    Widen(*context.threads, context.input(0).as<int8_t>().data(), input);
    int8_t* output = context.output().as_mutable<int8_t>().data();
    const int64_t pixels = batches_ * y_.output * x_.output;
    context.threads->ParallelFor(
        (pixels + kTileRowsI8 - 1) / kTileRowsI8, 4, [&](int64_t begin, int64_t end, int) {
          for (int64_t first = begin * kTileRowsI8; first < std::min(end * kTileRowsI8, pixels);
               first += kChunkPixels) {
            Chunk(input, bias.data(), first, std::min({first + kChunkPixels, end * kTileRowsI8, pixels}),
                  output);
          }
        });
    return {};
  }

 private:
  void Widen(Threads& threads, const int8_t* from, int16_t* to) const {
    const auto zero = static_cast<int16_t>(rescaling_.input_zero);
    threads.ParallelFor(batches_ * y_.input * x_.input, 256, [&](int64_t begin, int64_t end, int) {
      for (int64_t pixel = begin; pixel < end; ++pixel) {
        const int8_t* source = from + pixel * depth_;
        int16_t* target = to + pixel * 2 * pairs_;
        for (int64_t c = 0; c < depth_; ++c) target[c] = static_cast<int16_t>(source[c] - zero);
        if (depth_ % 2 != 0) target[depth_] = 0;
      }
    });
  }

  void Chunk(const int16_t* input, const int32_t* bias, int64_t first, int64_t last, int8_t* output) const {
    const int64_t taps = y_.size * x_.size, tiles = (last - first + kTileRowsI8 - 1) / kTileRowsI8;
    std::vector<const int16_t*> rows(static_cast<size_t>(tiles * taps * kTileRowsI8));
    for (int64_t i = 0; i < tiles * kTileRowsI8; ++i) {
      const int64_t pixel = std::min(first + i, last - 1);
      const int64_t ox = pixel % x_.output, oy = pixel / x_.output % y_.output,
                    batch = pixel / (x_.output * y_.output);
      const int16_t** place =
          &rows[static_cast<size_t>(i / kTileRowsI8 * taps * kTileRowsI8 + i % kTileRowsI8)];
      for (int64_t fy = 0; fy < y_.size; ++fy) {
        const int64_t iy = y_.origin(oy) + fy * y_.dilation;
        for (int64_t fx = 0; fx < x_.size; ++fx, place += kTileRowsI8) {
          const int64_t ix = x_.origin(ox) + fx * x_.dilation;
          const bool inside = iy >= 0 && iy < y_.input && ix >= 0 && ix < x_.input;
          *place = inside ? input + ((batch * y_.input + iy) * x_.input + ix) * 2 * pairs_ : zeros_.data();
        }
      }
    }
    const auto* weights = reinterpret_cast<const int16_t*>(packed_.get());
    for (int64_t panel = 0; panel < panels_; ++panel) {
      for (int64_t tile = 0; tile < tiles; ++tile) {
        const int64_t pixel = first + tile * kTileRowsI8, channel = panel * kPanelChannelsI8;
        ComputeTileI8Avx2({&rows[static_cast<size_t>(tile * taps * kTileRowsI8)], taps, pairs_,
                           weights + panel * taps * pairs_ * 2 * kPanelChannelsI8, bias + channel,
                           rescaling_.scale.data() + channel, rescaling_.zero_point, rescaling_.low,
                           rescaling_.high, output + pixel * channels_ + channel, channels_,
                           static_cast<int>(std::min<int64_t>(kTileRowsI8, last - pixel)),
                           static_cast<int>(std::min<int64_t>(kPanelChannelsI8, channels_ - channel))});
      }
    }
  }

  Window y_, x_;
  int64_t batches_ = 0, depth_ = 0, pairs_ = 0, channels_ = 0, panels_ = 0;
  RescalingI8 rescaling_;
  std::shared_ptr<const std::byte> packed_;
  std::vector<int16_t> zeros_;
  int widened_ = -1;
};

// One group; sums that fit 32 bits.
bool Supports(const KernelContext& context) {
  const TensorView& weights = context.input(1);
  if (weights.rank() != 4 || !SupportsInt8(context, weights.dim(0))) return false;
  return context.input(0).dim(3) == weights.dim(3) &&
         weights.elements() / weights.dim(0) < (int64_t{1} << 16);
}

}  // namespace

const FastKernel kConv2DI8Avx2 = {"CONV_2D", "conv_2d_i8_avx2", Isa::kAvx2, Supports,
                                  [] { return std::unique_ptr<Kernel>(std::make_unique<Conv2DI8>()); }};

}  // namespace litesmith::simd
