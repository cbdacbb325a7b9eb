// CONV_2D and FULLY_CONNECTED in float32 with constant weights: each output pixel's input pixels are reached
// through pointers, one a tap (padding points to zeros), so that nothing is copied and a 1x1 convolution is a
// plain matrix product.
#include <algorithm>

#include "kernels/simd/conv_geometry.h"
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

template <Result<ConvGeometry> (*kGeometry)(PrepareContext&)>
class ProductF32 : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_TRY(geometry_, kGeometry(context));
    LS_TRY(const Activation activation, FusedActivation(context));
    range_ = RangeOf<float>(activation);
    const int64_t filter = geometry_.taps() * geometry_.depth;
    panels_ = (geometry_.channels + kPanelChannels - 1) / kPanelChannels;
    packed_ = context.Pack(1, "conv_2d_f32_panels16",
                           static_cast<size_t>(panels_ * kPanelChannels * filter) * sizeof(float),
                           [&](std::byte* bytes) {
                             PackWeights(context.input(1).as<float>().data(), geometry_.channels, filter,
                                         reinterpret_cast<float*>(bytes));
                           });
    zeros_.assign(static_cast<size_t>(geometry_.depth), 0.0f);
    return context.SetOutput(0, geometry_.output_dims);
  }

  Result<void> Invoke(InvokeContext& context) override {
    std::vector<float> bias(static_cast<size_t>(panels_ * kPanelChannels), 0.0f);
    if (context.has_input(2))
      std::copy_n(context.input(2).as<float>().data(), geometry_.channels, bias.begin());
    const float* input = context.input(0).as<float>().data();
    float* output = context.output().as_mutable<float>().data();
    const int64_t pixels = geometry_.pixels();
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
    const int64_t taps = geometry_.taps(), depth = geometry_.depth, channels = geometry_.channels;
    const int64_t tiles = (last - first + kTileRows - 1) / kTileRows;
    const std::vector<const float*> rows =
        GatherRows(geometry_, input, depth, zeros_.data(), first, last, kTileRows);
    const auto* weights = reinterpret_cast<const float*>(packed_.get());
    for (int64_t panel = 0; panel < panels_; ++panel) {
      for (int64_t tile = 0; tile < tiles; ++tile) {
        const int64_t pixel = first + tile * kTileRows;
        ComputeTileF32Avx2(
            {&rows[static_cast<size_t>(tile * taps * kTileRows)], taps, depth,
             weights + panel * taps * depth * kPanelChannels, bias + panel * kPanelChannels, range_.low,
             range_.high, output + pixel * channels + panel * kPanelChannels, channels,
             static_cast<int>(std::min<int64_t>(kTileRows, last - pixel)),
             static_cast<int>(std::min<int64_t>(kPanelChannels, channels - panel * kPanelChannels))});
      }
    }
  }

  ConvGeometry geometry_;
  int64_t panels_ = 0;
  Range<float> range_;
  std::shared_ptr<const std::byte> packed_;
  std::vector<float> zeros_;
};

// Float throughout, weights that never change.
bool Supports(const KernelContext& context) {
  const TensorView &input = context.input(0), &weights = context.input(1);
  if (input.dtype != DType::kFloat32 || weights.dtype != DType::kFloat32 || !weights.constant) return false;
  if (context.output_count() != 1 || context.output().dtype != DType::kFloat32) return false;
  if (context.has_input(2) && context.input(2).dtype != DType::kFloat32) return false;
  return weights.elements() > 0;
}
// One group.
bool SupportsConv2D(const KernelContext& context) {
  const TensorView &input = context.input(0), &weights = context.input(1);
  return Supports(context) && input.rank() == 4 && weights.rank() == 4 && input.dim(3) == weights.dim(3);
}
bool SupportsFullyConnected(const KernelContext& context) {
  return Supports(context) && context.input(1).rank() == 2;
}

template <class K>
std::unique_ptr<Kernel> Make() {
  return std::make_unique<K>();
}

}  // namespace

const FastKernel kConv2DF32Avx2 = {"CONV_2D", "conv_2d_f32_avx2", Isa::kAvx2, SupportsConv2D,
                                   Make<ProductF32<Conv2DGeometry>>};
const FastKernel kFullyConnectedF32Avx2 = {"FULLY_CONNECTED", "fully_connected_f32_avx2", Isa::kAvx2,
                                           SupportsFullyConnected, Make<ProductF32<FullyConnectedGeometry>>};

}  // namespace litesmith::simd
