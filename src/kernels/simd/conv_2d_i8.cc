// CONV_2D and FULLY_CONNECTED with int8 weights, from int8 to int8 and from float32 to float32 (dynamic-range
// files). Activations are widened to 16 bits with their zero point taken off, so that padding is zero and
// pairs of channels can be multiplied and added by one instruction; otherwise as conv_2d_f32.cc.
#include <algorithm>

#include "kernels/simd/conv_geometry.h"
#include "kernels/simd/kernels.h"
#include "kernels/simd/quantize_rows.h"
#include "kernels/simd/rescaling_i8.h"
#include "kernels/simd/tile_i8.h"

namespace litesmith::simd {
namespace {

constexpr int64_t kChunkPixels = 16 * kTileRowsI8;
// Input pixels that are worth a thread's while when they are only widened.
constexpr int64_t kGrainPixels = 64;

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

template <Result<ConvGeometry> (*kGeometry)(PrepareContext&)>
class ProductI8Weights : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_TRY(geometry_, kGeometry(context));
    dynamic_ = context.input(0).dtype == DType::kFloat32;
    if (dynamic_) {
      LS_RETURN_IF_FAILED(PrepareDynamic(context));
    } else {
      LS_TRY(rescaling_, PrepareRescaling(context, geometry_.channels));
    }
    pairs_ = (geometry_.depth + 1) / 2;
    panels_ = (geometry_.channels + kPanelChannelsI8 - 1) / kPanelChannelsI8;
    rescaling_.scale.resize(static_cast<size_t>(panels_ * kPanelChannelsI8), 0.0f);
    const int64_t taps = geometry_.taps();
    packed_ =
        context.Pack(1, "conv_2d_i8_pairs16",
                     static_cast<size_t>(panels_ * kPanelChannelsI8 * taps * pairs_) * 2 * sizeof(int16_t),
                     [&](std::byte* bytes) {
                       PackWeights(context.input(1).as<int8_t>().data(), geometry_.channels, taps,
                                   geometry_.depth, reinterpret_cast<int16_t*>(bytes));
                     });
    zeros_.assign(static_cast<size_t>(2 * pairs_), 0);
    widened_ =
        context.RequestScratch(static_cast<size_t>(geometry_.input_pixels() * 2 * pairs_) * sizeof(int16_t));
    row_scales_ = context.RequestScratch(dynamic_ ? static_cast<size_t>(geometry_.pixels()) * sizeof(float)
                                                  : size_t{0});
    return context.SetOutput(0, geometry_.output_dims);
  }

  Result<void> Invoke(InvokeContext& context) override {
    auto* input = reinterpret_cast<int16_t*>(context.scratch(widened_));
    auto* row_scales = reinterpret_cast<float*>(context.scratch(row_scales_));
    const auto panel_channels = static_cast<size_t>(panels_ * kPanelChannelsI8);
    std::vector<int32_t> start(panel_channels, 0);
    std::vector<float> bias(dynamic_ ? panel_channels : 0, 0.0f);
    if (dynamic_) {
      if (context.has_input(2))
        std::copy_n(context.input(2).as<float>().data(), geometry_.channels, bias.begin());
      QuantizeInput(*context.threads, context.input(0).as<float>().data(), input, row_scales);
    } else {
      if (context.has_input(2))
        std::copy_n(context.input(2).as<int32_t>().data(), geometry_.channels, start.begin());
      Widen(*context.threads, context.input(0).as<int8_t>().data(), input);
    }
    const int64_t pixels = geometry_.pixels();
    context.threads->ParallelFor(
        (pixels + kTileRowsI8 - 1) / kTileRowsI8, 4, [&](int64_t begin, int64_t end, int) {
          const int64_t last = std::min(end * kTileRowsI8, pixels);
          for (int64_t first = begin * kTileRowsI8; first < last; first += kChunkPixels) {
            Chunk(context, input, start.data(), bias.data(), row_scales, first,
                  std::min(first + kChunkPixels, last));
          }
        });
    return {};
  }

 private:
  Result<void> PrepareDynamic(PrepareContext& context) {
    LS_TRY(const Activation activation, FusedActivation(context));
    range_ = RangeOf<float>(activation);
    LS_TRY(rescaling_.scale, WeightScales(context, geometry_.channels));
    return {};
  }

  void Widen(Threads& threads, const int8_t* from, int16_t* to) const {
    const int64_t depth = geometry_.depth;
    threads.ParallelFor(geometry_.input_pixels(), kGrainPixels, [&](int64_t begin, int64_t end, int) {
      if (depth % 2 == 0) {
        return WidenAvx2(from + begin * depth, rescaling_.input_zero, (end - begin) * depth,
                         to + begin * depth);
      }
      for (int64_t pixel = begin; pixel < end; ++pixel) {
        WidenAvx2(from + pixel * depth, rescaling_.input_zero, depth, to + pixel * 2 * pairs_);
        to[pixel * 2 * pairs_ + depth] = 0;
      }
    });
  }

  // As XNNPACK: what is a matrix product has a scale for each row, other convolutions one for each picture
  // (xnn_define_convolution_2d in subgraph/convolution-2d.c, which makes the former a fully connected layer).
  void QuantizeInput(Threads& threads, const float* from, int16_t* to, float* row_scales) const {
    const int64_t depth = geometry_.depth;
    const auto quantize = [&](int64_t first, int64_t last, const DynamicScale& scale) {
      for (int64_t pixel = first; pixel < last; ++pixel) {
        QuantizeWideAvx2(from + pixel * depth, scale, depth, to + pixel * 2 * pairs_);
        if (depth % 2 != 0) to[pixel * 2 * pairs_ + depth] = 0;
      }
    };
    if (geometry_.pointwise()) {
      threads.ParallelFor(geometry_.pixels(), kGrainPixels, [&](int64_t begin, int64_t end, int) {
        for (int64_t pixel = begin; pixel < end; ++pixel) {
          const DynamicScale scale = DynamicScaleOf(RangeOfAvx2(from + pixel * depth, depth));
          row_scales[pixel] = scale.scale;
          quantize(pixel, pixel + 1, scale);
        }
      });
      return;
    }
    const int64_t picture = geometry_.y.input * geometry_.x.input;
    const int64_t outputs = geometry_.y.output * geometry_.x.output;
    for (int64_t batch = 0; batch < geometry_.batches; ++batch) {
      const DynamicScale scale = DynamicScaleOf(RangeOfAvx2(from + batch * picture * depth, picture * depth));
      std::fill_n(row_scales + batch * outputs, outputs, scale.scale);
      threads.ParallelFor(picture, kGrainPixels, [&](int64_t begin, int64_t end, int) {
        quantize(batch * picture + begin, batch * picture + end, scale);
      });
    }
  }

  void Chunk(InvokeContext& context, const int16_t* input, const int32_t* start, const float* bias,
             const float* row_scales, int64_t first, int64_t last) const {
    const int64_t taps = geometry_.taps(), channels = geometry_.channels;
    const int64_t tiles = (last - first + kTileRowsI8 - 1) / kTileRowsI8;
    const std::vector<const int16_t*> rows =
        GatherRows(geometry_, input, 2 * pairs_, zeros_.data(), first, last, kTileRowsI8);
    const auto* weights = reinterpret_cast<const int16_t*>(packed_.get());
    std::byte* output = context.output().data;
    for (int64_t panel = 0; panel < panels_; ++panel) {
      for (int64_t tile = 0; tile < tiles; ++tile) {
        const int64_t pixel = first + tile * kTileRowsI8, channel = panel * kPanelChannelsI8;
        const int64_t at = pixel * channels + channel;
        const TileI8 work = {&rows[static_cast<size_t>(tile * taps * kTileRowsI8)],
                             taps,
                             pairs_,
                             weights + panel * taps * pairs_ * 2 * kPanelChannelsI8,
                             start + channel,
                             rescaling_.scale.data() + channel,
                             channels,
                             static_cast<int>(std::min<int64_t>(kTileRowsI8, last - pixel)),
                             static_cast<int>(std::min<int64_t>(kPanelChannelsI8, channels - channel))};
        if (dynamic_) {
          ComputeTileI8Avx2(work, OutputF32{row_scales + pixel, bias + channel, range_.low, range_.high,
                                            reinterpret_cast<float*>(output) + at});
        } else {
          ComputeTileI8Avx2(work, OutputI8{rescaling_.zero_point, rescaling_.low, rescaling_.high,
                                           reinterpret_cast<int8_t*>(output) + at});
        }
      }
    }
  }

  ConvGeometry geometry_;
  int64_t pairs_ = 0, panels_ = 0;
  bool dynamic_ = false;
  Range<float> range_;     // of float outputs
  RescalingI8 rescaling_;  // of int8 outputs; of float outputs only the weights' scales
  std::shared_ptr<const std::byte> packed_;
  std::vector<int16_t> zeros_;
  int widened_ = -1, row_scales_ = -1;
};

// One group; sums that fit 32 bits: numbers of 9 bits (a level less its zero point) times 8.
bool Supports(const KernelContext& context, int rank) {
  const TensorView &input = context.input(0), &weights = context.input(1);
  if (weights.rank() != rank || weights.elements() == 0) return false;
  return SupportsI8Weights(context, weights.dim(0)) && weights.elements() / weights.dim(0) <= kMaxTermsI8 &&
         (rank == 2 || (input.rank() == 4 && input.dim(3) == weights.dim(3)));
}
bool SupportsConv2D(const KernelContext& context) { return Supports(context, 4); }
bool SupportsFullyConnected(const KernelContext& context) { return Supports(context, 2); }

template <class K>
std::unique_ptr<Kernel> Make() {
  return std::make_unique<K>();
}

}  // namespace

const FastKernel kConv2DI8Avx2 = {"CONV_2D", "conv_2d_i8_avx2", Isa::kAvx2, SupportsConv2D,
                                  Make<ProductI8Weights<Conv2DGeometry>>};
const FastKernel kFullyConnectedI8Avx2 = {"FULLY_CONNECTED", "fully_connected_i8_avx2", Isa::kAvx2,
                                          SupportsFullyConnected,
                                          Make<ProductI8Weights<FullyConnectedGeometry>>};

}  // namespace litesmith::simd
