// CONV_2D: input [n, h, w, ci], weights [co, kh, kw, ci / groups], bias [co].
#include "kernels/reference/convolution.h"
#include "kernels/reference/weighted_sum.h"

namespace litesmith {
namespace {

// LiteRT quantizes the rows of hybrid convolutions with a zero point only where the channels' scales differ.
bool ScalesDiffer(const TensorView& weights) {
  if (!weights.quantized()) return false;
  const std::vector<float>& scales = weights.quantization->scale;
  return std::any_of(scales.begin(), scales.end(), [&](float scale) { return scale != scales[0]; });
}

class Conv2D : public WeightedSum {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 2, 3));
    const TensorView &input = context.input(0), &weights = context.input(1);
    LS_RETURN_IF_FAILED(ExpectRank(context, input, 4, 4, "input"));
    LS_RETURN_IF_FAILED(ExpectRank(context, weights, 4, 4, "weights"));
    LS_TRY(const Padding padding, PaddingOf(context));
    LS_TRY(shape_.y, WindowOf(context, padding, input.dim(1), weights.dim(1), "stride_h", "dilation_h_factor",
                              "height"));
    LS_TRY(shape_.x, WindowOf(context, padding, input.dim(2), weights.dim(2), "stride_w", "dilation_w_factor",
                              "width"));
    shape_.batches = input.dim(0);
    shape_.in_channels = input.dim(3);
    shape_.out_channels = weights.dim(0);
    shape_.group_in = weights.dim(3);
    if (shape_.group_in < 1 || shape_.in_channels % shape_.group_in != 0 || shape_.in_channels < 1) {
      return context.Mismatch("an input of {} channels and weights for {}", shape_.in_channels,
                              shape_.group_in);
    }
    const int64_t groups = shape_.in_channels / shape_.group_in;
    if (shape_.out_channels < 1 || shape_.out_channels % groups != 0) {
      return context.Mismatch("{} output channels in {} groups", shape_.out_channels, groups);
    }
    shape_.group_out = shape_.out_channels / groups;
    Setup setup;
    setup.channels = shape_.out_channels;
    setup.rows = shape_.batches;
    setup.asymmetric = ScalesDiffer(weights);
    LS_RETURN_IF_FAILED(PrepareSum(context, setup));
    return context.SetOutput(0, {shape_.batches, shape_.y.output, shape_.x.output, shape_.out_channels});
  }
  Result<void> Invoke(InvokeContext& context) override {
    Run(context, *this);
    return {};
  }

  template <class In, class Weight, class Acc, class Out, class ZeroOf, class Emit>
  void Accumulate(InvokeContext& context, const In* input, const Weight* weights, Acc weight_zero,
                  Out* output, ZeroOf zero_of, Emit emit) {
    Convolve<In, Weight, Acc>(*context.threads, shape_, input, weights, weight_zero, output, zero_of, emit);
  }

 private:
  ConvShape shape_;
};

}  // namespace

LS_KERNEL(CONV_2D) { return std::make_unique<Conv2D>(); }

}  // namespace litesmith
