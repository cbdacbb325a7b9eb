// DEPTHWISE_CONV_2D in int8 with one output channel an input channel: sums of a pixel's channels side by
// side, so that the loops over channels become vector instructions, and the rescaling of tile_i8.h.
#include "kernels/reference/window.h"
#include "kernels/simd/depthwise_i8.h"
#include "kernels/simd/kernels.h"
#include "kernels/simd/rescaling_i8.h"

namespace litesmith::simd {
namespace {

class DepthwiseConv2DI8 : public Kernel {
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
    channels_ = input.dim(3);
    if (weights.dim(3) != channels_)
      return context.Mismatch("an input of {} channels and weights for {}", channels_, weights.dim(3));
    if (context.has_input(2) && context.input(2).elements() != channels_) {
      return context.Mismatch("{} biases for {} channels", context.input(2).elements(), channels_);
    }
    LS_TRY(rescaling_, PrepareRescaling(context, channels_));
    return context.SetOutput(0, {batches_, y_.output, x_.output, channels_});
  }

  Result<void> Invoke(InvokeContext& context) override {
    const int32_t* bias = context.has_input(2) ? context.input(2).as<int32_t>().data() : nullptr;
    const int8_t* input = context.input(0).as<int8_t>().data();
    const int8_t* weights = context.input(1).as<int8_t>().data();
    int8_t* output = context.output().as_mutable<int8_t>().data();
    context.threads->ParallelFor(batches_ * y_.output, 1, [&](int64_t begin, int64_t end, int) {
      std::vector<int32_t> sums(static_cast<size_t>(channels_));
      for (int64_t row = begin; row < end; ++row) {
        for (int64_t ox = 0; ox < x_.output; ++ox) {
          Pixel(input, weights, bias, row / y_.output, row % y_.output, ox, sums.data());
          Store(sums.data(), output + (row * x_.output + ox) * channels_);
        }
      }
    });
    return {};
  }

 private:
  void Pixel(const int8_t* input, const int8_t* weights, const int32_t* bias, int64_t batch, int64_t oy,
             int64_t ox, int32_t* sums) const {
    for (int64_t c = 0; c < channels_; ++c) sums[c] = bias != nullptr ? bias[c] : 0;
    for (int64_t fy = y_.first_tap(oy); fy < y_.last_tap(oy); ++fy) {
      for (int64_t fx = x_.first_tap(ox); fx < x_.last_tap(ox); ++fx) {
        const int64_t iy = y_.origin(oy) + fy * y_.dilation, ix = x_.origin(ox) + fx * x_.dilation;
        const int8_t* in = input + ((batch * y_.input + iy) * x_.input + ix) * channels_;
        const int8_t* weight = weights + (fy * x_.size + fx) * channels_;
        AddTapI8Avx2(in, rescaling_.input_zero, weight, channels_, sums);
      }
    }
  }

  void Store(const int32_t* sums, int8_t* out) const {
    RescaleI8Avx2(sums, rescaling_.scale.data(), static_cast<float>(rescaling_.low - rescaling_.zero_point),
                  static_cast<float>(rescaling_.high - rescaling_.zero_point), rescaling_.zero_point,
                  channels_, out);
  }

  Window y_, x_;
  int64_t batches_ = 0, channels_ = 0;
  RescalingI8 rescaling_;
};

bool Supports(const KernelContext& context) {
  const TensorView& weights = context.input(1);
  if (weights.rank() != 4 || weights.dim(0) != 1 || !SupportsInt8(context, weights.dim(3))) return false;
  return context.input(0).dim(3) == weights.dim(3) && weights.dim(1) * weights.dim(2) < (int64_t{1} << 16);
}

}  // namespace

const FastKernel kDepthwiseConv2DI8 = {
    "DEPTHWISE_CONV_2D", "depthwise_conv_2d_i8_avx2", Isa::kAvx2, Supports,
    [] { return std::unique_ptr<Kernel>(std::make_unique<DepthwiseConv2DI8>()); }};

}  // namespace litesmith::simd
