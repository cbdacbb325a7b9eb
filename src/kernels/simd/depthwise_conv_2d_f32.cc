// DEPTHWISE_CONV_2D in float32 with one output channel an input channel. Pixels whose window hangs over the
// border are computed with the part of the filter that meets the picture, one at a time; the others in runs.
#include <algorithm>

#include "kernels/simd/conv_geometry.h"
#include "kernels/simd/depthwise_f32.h"
#include "kernels/simd/kernels.h"

namespace litesmith::simd {
namespace {

class DepthwiseConv2DF32 : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_TRY(geometry_, DepthwiseGeometry(context));
    LS_TRY(const Activation activation, FusedActivation(context));
    range_ = RangeOf<float>(activation);
    no_bias_.assign(static_cast<size_t>(geometry_.channels), 0.0f);
    const Window& x = geometry_.x;
    // The columns [inner_first_, inner_last_) have all their taps inside.
    inner_first_ = 0;
    while (inner_first_ < x.output && x.first_tap(inner_first_) > 0) ++inner_first_;
    inner_last_ = x.output;
    while (inner_last_ > inner_first_ && x.last_tap(inner_last_ - 1) < x.size) --inner_last_;
    return context.SetOutput(0, geometry_.output_dims);
  }

  Result<void> Invoke(InvokeContext& context) override {
    const float* bias = context.has_input(2) ? context.input(2).as<float>().data() : no_bias_.data();
    const float* input = context.input(0).as<float>().data();
    const float* weights = context.input(1).as<float>().data();
    float* output = context.output().as_mutable<float>().data();
    const int64_t height = geometry_.y.output;
    context.threads->ParallelFor(geometry_.batches * height, 2, [&](int64_t begin, int64_t end, int) {
      for (int64_t row = begin; row < end; ++row)
        Row(input, weights, bias, row / height, row % height, output);
    });
    return {};
  }

 private:
  void Row(const float* input, const float* weights, const float* bias, int64_t batch, int64_t oy,
           float* output) const {
    const Window &y = geometry_.y, &x = geometry_.x;
    const int64_t channels = geometry_.channels;
    const auto run = [&](int64_t first, int64_t count) {
      const int64_t fy_first = y.first_tap(oy), fy_last = std::max(fy_first, y.last_tap(oy));
      const int64_t fx_first = x.first_tap(first), fx_last = std::max(fx_first, x.last_tap(first));
      const int64_t iy = y.origin(oy) + fy_first * y.dilation, ix = x.origin(first) + fx_first * x.dilation;
      DepthwiseRunF32 part;
      part.input = input + ((batch * y.input + iy) * x.input + ix) * channels;
      part.row_stride = y.dilation * x.input * channels;
      part.column_stride = x.dilation * channels;
      part.pixel_stride = x.stride * channels;
      part.height = fy_last - fy_first;
      part.width = fx_last - fx_first;
      part.bias = bias;
      part.low = range_.low;
      part.high = range_.high;
      part.channels = channels;
      part.pixels = count;
      part.output = output + ((batch * y.output + oy) * x.output + first) * channels;
      std::vector<float> cut;  // the filter's columns that meet the picture, where those are not all
      part.weights = weights + (fy_first * x.size + fx_first) * channels;
      if (part.width != x.size) {
        for (int64_t fy = fy_first; fy < fy_last; ++fy) {
          const float* row = weights + (fy * x.size + fx_first) * channels;
          cut.insert(cut.end(), row, row + part.width * channels);
        }
        part.weights = cut.data();
      }
      ComputeDepthwiseRunF32Avx2(part);
    };
    for (int64_t ox = 0; ox < inner_first_; ++ox) run(ox, 1);
    if (inner_last_ > inner_first_) run(inner_first_, inner_last_ - inner_first_);
    for (int64_t ox = std::max(inner_last_, inner_first_); ox < x.output; ++ox) run(ox, 1);
  }

  ConvGeometry geometry_;
  int64_t inner_first_ = 0, inner_last_ = 0;
  Range<float> range_;
  std::vector<float> no_bias_;
};

bool Supports(const KernelContext& context) {
  const TensorView &input = context.input(0), &weights = context.input(1);
  if (input.dtype != DType::kFloat32 || weights.dtype != DType::kFloat32) return false;
  if (context.output_count() != 1 || context.output().dtype != DType::kFloat32) return false;
  if (context.has_input(2) && context.input(2).dtype != DType::kFloat32) return false;
  return input.rank() == 4 && weights.rank() == 4 && weights.dim(0) == 1 && input.dim(3) == weights.dim(3) &&
         input.dim(3) >= 8 && weights.elements() > 0;
}

}  // namespace

const FastKernel kDepthwiseConv2DF32Avx2 = {
    "DEPTHWISE_CONV_2D", "depthwise_conv_2d_f32_avx2", Isa::kAvx2, Supports,
    [] { return std::unique_ptr<Kernel>(std::make_unique<DepthwiseConv2DF32>()); }};

}  // namespace litesmith::simd
