// CONV_2D in float32 with constant weights: each output pixel's input pixels are reached through pointers,
// one a tap (padding points to zeros), so that nothing is copied and a 1x1 convolution is a plain matrix
// product.
#include <algorithm>

#include "kernels/reference/window.h"
#include "kernels/simd/kernels.h"
#include "kernels/simd/tile_f32.h"

namespace litesmith::simd {
namespace {

// Output pixels whose inputs stay in the second-level cache while all weights pass by.
constexpr int64_t kChunkPixels = 16 * kTileRows;

// [panels][taps][depth][kPanelChannels] of weights [channels, taps, depth]; channels beyond the last are
// zero.
void PackWeights(const float* weights, int64_t channels, int64_t filter, float* packed) {
  for (int64_t first = 0; first < channels; first += kPanelChannels) {
    const int64_t count = std::min<int64_t>(kPanelChannels, channels - first);
    for (int64_t k = 0; k < filter; ++k, packed += kPanelChannels) {
      for (int64_t c = 0; c < kPanelChannels; ++c)
        packed[c] = c < count ? weights[(first + c) * filter + k] : 0.0f;
    }
  }
}

class Conv2DF32 : public Kernel {
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
    LS_TRY(const Activation activation, FusedActivation(context));
    range_ = RangeOf<float>(activation);
    batches_ = input.dim(0);
    depth_ = input.dim(3);
    channels_ = weights.dim(0);
    if (weights.dim(3) != depth_)
      return context.Mismatch("an input of {} channels and weights for {}", depth_, weights.dim(3));
    if (context.has_input(2) && context.input(2).elements() != channels_) {
      return context.Mismatch("{} biases for {} output channels", context.input(2).elements(), channels_);
    }
    const int64_t filter = y_.size * x_.size * depth_;
    panels_ = (channels_ + kPanelChannels - 1) / kPanelChannels;
    packed_ = context.Pack(
        1, "conv_2d_f32_panels16", static_cast<size_t>(panels_ * kPanelChannels * filter) * sizeof(float),
        [&](std::byte* bytes) {
          PackWeights(weights.as<float>().data(), channels_, filter, reinterpret_cast<float*>(bytes));
        });
    zeros_.assign(static_cast<size_t>(depth_), 0.0f);
    return context.SetOutput(0, {batches_, y_.output, x_.output, channels_});
  }

  Result<void> Invoke(InvokeContext& context) override {
    std::vector<float> bias(static_cast<size_t>(panels_ * kPanelChannels), 0.0f);
    if (context.has_input(2)) std::copy_n(context.input(2).as<float>().data(), channels_, bias.begin());
    const float* input = context.input(0).as<float>().data();
    float* output = context.output().as_mutable<float>().data();
    const int64_t pixels = batches_ * y_.output * x_.output;
    context.threads->ParallelFor((pixels + kTileRows - 1) / kTileRows, 4,
                                 [&](int64_t begin, int64_t end, int) {
                                   for (int64_t first = begin * kTileRows;
                                        first < std::min(end * kTileRows, pixels); first += kChunkPixels) {
                                     Chunk(input, bias.data(), first,
                                           std::min({first + kChunkPixels, end * kTileRows, pixels}), output);
                                   }
                                 });
    return {};
  }

 private:
  void Chunk(const float* input, const float* bias, int64_t first, int64_t last, float* output) const {
    const int64_t taps = y_.size * x_.size, tiles = (last - first + kTileRows - 1) / kTileRows;
    std::vector<const float*> rows(static_cast<size_t>(tiles * taps * kTileRows));
    for (int64_t i = 0; i < tiles * kTileRows; ++i) {
      const int64_t pixel =
          std::min(first + i, last - 1);  // what a tile has too much is computed twice, not stored
      const int64_t ox = pixel % x_.output, oy = pixel / x_.output % y_.output,
                    batch = pixel / (x_.output * y_.output);
      const float** place = &rows[static_cast<size_t>(i / kTileRows * taps * kTileRows + i % kTileRows)];
      for (int64_t fy = 0; fy < y_.size; ++fy) {
        const int64_t iy = y_.origin(oy) + fy * y_.dilation;
        for (int64_t fx = 0; fx < x_.size; ++fx, place += kTileRows) {
          const int64_t ix = x_.origin(ox) + fx * x_.dilation;
          const bool inside = iy >= 0 && iy < y_.input && ix >= 0 && ix < x_.input;
          *place = inside ? input + ((batch * y_.input + iy) * x_.input + ix) * depth_ : zeros_.data();
        }
      }
    }
    const auto* weights = reinterpret_cast<const float*>(packed_.get());
    for (int64_t panel = 0; panel < panels_; ++panel) {
      for (int64_t tile = 0; tile < tiles; ++tile) {
        const int64_t pixel = first + tile * kTileRows;
        ComputeTileF32Avx2(
            {&rows[static_cast<size_t>(tile * taps * kTileRows)], taps, depth_,
             weights + panel * taps * depth_ * kPanelChannels, bias + panel * kPanelChannels, range_.low,
             range_.high, output + pixel * channels_ + panel * kPanelChannels, channels_,
             static_cast<int>(std::min<int64_t>(kTileRows, last - pixel)),
             static_cast<int>(std::min<int64_t>(kPanelChannels, channels_ - panel * kPanelChannels))});
      }
    }
  }

  Window y_, x_;
  int64_t batches_ = 0, depth_ = 0, channels_ = 0, panels_ = 0;
  Range<float> range_;
  std::shared_ptr<const std::byte> packed_;
  std::vector<float> zeros_;
};

// One group, float throughout, weights that never change.
bool Supports(const KernelContext& context) {
  const TensorView &input = context.input(0), &weights = context.input(1);
  if (input.dtype != DType::kFloat32 || weights.dtype != DType::kFloat32 || !weights.constant) return false;
  if (context.output_count() != 1 || context.output().dtype != DType::kFloat32) return false;
  if (context.has_input(2) && context.input(2).dtype != DType::kFloat32) return false;
  return input.rank() == 4 && weights.rank() == 4 && input.dim(3) == weights.dim(3) && input.dim(3) > 0 &&
         weights.elements() > 0;
}

}  // namespace

const FastKernel kConv2DF32Avx2 = {"CONV_2D", "conv_2d_f32_avx2", Isa::kAvx2, Supports,
                                   [] { return std::unique_ptr<Kernel>(std::make_unique<Conv2DF32>()); }};

}  // namespace litesmith::simd
