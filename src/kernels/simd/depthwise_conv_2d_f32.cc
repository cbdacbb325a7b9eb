// DEPTHWISE_CONV_2D in float32 with one output channel an input channel. Pixels whose window hangs over the
// border are computed with the part of the filter that meets the picture, one at a time; the others in runs.
#include <algorithm>

#include "kernels/reference/window.h"
#include "kernels/simd/depthwise_f32.h"
#include "kernels/simd/kernels.h"

namespace litesmith::simd {
namespace {

class DepthwiseConv2DF32 : public Kernel {
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
    channels_ = input.dim(3);
    if (weights.dim(3) != channels_)
      return context.Mismatch("an input of {} channels and weights for {}", channels_, weights.dim(3));
    if (context.has_input(2) && context.input(2).elements() != channels_) {
      return context.Mismatch("{} biases for {} channels", context.input(2).elements(), channels_);
    }
    no_bias_.assign(static_cast<size_t>(channels_), 0.0f);
    batches_ = input.dim(0);
    // The columns [inner_first_, inner_last_) have all their taps inside.
    inner_first_ = 0;
    while (inner_first_ < x_.output && x_.first_tap(inner_first_) > 0) ++inner_first_;
    inner_last_ = x_.output;
    while (inner_last_ > inner_first_ && x_.last_tap(inner_last_ - 1) < x_.size) --inner_last_;
    return context.SetOutput(0, {batches_, y_.output, x_.output, channels_});
  }

  Result<void> Invoke(InvokeContext& context) override {
    const float* bias = context.has_input(2) ? context.input(2).as<float>().data() : no_bias_.data();
    const float* input = context.input(0).as<float>().data();
    const float* weights = context.input(1).as<float>().data();
    float* output = context.output().as_mutable<float>().data();
    context.threads->ParallelFor(batches_ * y_.output, 2, [&](int64_t begin, int64_t end, int) {
      for (int64_t row = begin; row < end; ++row)
        Row(input, weights, bias, row / y_.output, row % y_.output, output);
    });
    return {};
  }

 private:
  void Row(const float* input, const float* weights, const float* bias, int64_t batch, int64_t oy,
           float* output) const {
    const auto run = [&](int64_t first, int64_t count) {
      const int64_t fy_first = y_.first_tap(oy), fy_last = std::max(fy_first, y_.last_tap(oy));
      const int64_t fx_first = x_.first_tap(first), fx_last = std::max(fx_first, x_.last_tap(first));
      const int64_t iy = y_.origin(oy) + fy_first * y_.dilation,
                    ix = x_.origin(first) + fx_first * x_.dilation;
      DepthwiseRunF32 part;
      part.input = input + ((batch * y_.input + iy) * x_.input + ix) * channels_;
      part.row_stride = y_.dilation * x_.input * channels_;
      part.column_stride = x_.dilation * channels_;
      part.pixel_stride = x_.stride * channels_;
      part.height = fy_last - fy_first;
      part.width = fx_last - fx_first;
      part.bias = bias;
      part.low = range_.low;
      part.high = range_.high;
      part.channels = channels_;
      part.pixels = count;
      part.output = output + ((batch * y_.output + oy) * x_.output + first) * channels_;
      std::vector<float> cut;  // the filter's columns that meet the picture, where those are not all
      part.weights = weights + (fy_first * x_.size + fx_first) * channels_;
      if (part.width != x_.size) {
        for (int64_t fy = fy_first; fy < fy_last; ++fy) {
          const float* row = weights + (fy * x_.size + fx_first) * channels_;
          cut.insert(cut.end(), row, row + part.width * channels_);
        }
        part.weights = cut.data();
      }
      ComputeDepthwiseRunF32Avx2(part);
    };
    for (int64_t ox = 0; ox < inner_first_; ++ox) run(ox, 1);
    if (inner_last_ > inner_first_) run(inner_first_, inner_last_ - inner_first_);
    for (int64_t ox = std::max(inner_last_, inner_first_); ox < x_.output; ++ox) run(ox, 1);
  }

  Window y_, x_;
  int64_t batches_ = 0, channels_ = 0, inner_first_ = 0, inner_last_ = 0;
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
