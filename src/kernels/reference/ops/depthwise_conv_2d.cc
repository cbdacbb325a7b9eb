// DEPTHWISE_CONV_2D: input [n, h, w, ci], weights [1, kh, kw, ci * multiplier], bias [ci * multiplier].
#include "kernels/reference/weighted_sum.h"
#include "kernels/reference/window.h"

namespace litesmith {
namespace {

class DepthwiseConv2D : public WeightedSum {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 2, 3));
    const TensorView &input = context.input(0), &weights = context.input(1);
    LS_RETURN_IF_FAILED(ExpectRank(context, input, 4, 4, "input"));
    LS_RETURN_IF_FAILED(ExpectRank(context, weights, 4, 4, "weights"));
    LS_TRY(const Padding padding, PaddingOf(context));
    LS_TRY(y_, WindowOf(context, padding, input.dim(1), weights.dim(1), "stride_h", "dilation_h_factor",
                        "height"));
    LS_TRY(x_, WindowOf(context, padding, input.dim(2), weights.dim(2), "stride_w", "dilation_w_factor",
                        "width"));
    batches_ = input.dim(0);
    in_channels_ = input.dim(3);
    channels_ = weights.dim(3);
    // The attribute depth_multiplier says the same as the shapes, and is wrong in some old files.
    if (weights.dim(0) != 1 || in_channels_ < 1 || channels_ < 1 || channels_ % in_channels_ != 0) {
      return context.Mismatch("an input of {} channels and weights of shape {}", in_channels_,
                              ToText(weights.dims));
    }
    multiplier_ = channels_ / in_channels_;
    Setup setup;
    setup.channels = channels_;
    setup.channel_dimension = 3;
    setup.rows = batches_;
    LS_RETURN_IF_FAILED(PrepareSum(context, setup));
    return context.SetOutput(0, {batches_, y_.output, x_.output, channels_});
  }
  Result<void> Invoke(InvokeContext& context) override {
    Run(context, *this);
    return {};
  }

  template <class In, class Weight, class Acc, class Out, class ZeroOf, class Emit>
  void Accumulate(InvokeContext& context, const In* input, const Weight* weights, Acc weight_zero,
                  Out* output, ZeroOf zero_of, Emit emit) {
    context.threads->ParallelFor(batches_ * y_.output, 1, [&](int64_t begin, int64_t end, int) {
      std::vector<Acc> sums(static_cast<size_t>(channels_));
      for (int64_t row = begin; row < end; ++row) {
        const int64_t batch = row / y_.output;
        for (int64_t ox = 0; ox < x_.output; ++ox) {
          std::fill(sums.begin(), sums.end(), Acc{0});
          SumPixel(input, weights, weight_zero, static_cast<Acc>(zero_of(batch)), batch, row % y_.output, ox,
                   sums.data());
          Out* out = output + (row * x_.output + ox) * channels_;
          for (int64_t c = 0; c < channels_; ++c) out[c] = emit(batch, c, sums[static_cast<size_t>(c)]);
        }
      }
    });
  }

 private:
  template <class In, class Weight, class Acc>
  void SumPixel(const In* input, const Weight* weights, Acc weight_zero, Acc zero, int64_t batch, int64_t oy,
                int64_t ox, Acc* sums) const {
    for (int64_t fy = y_.first_tap(oy); fy < y_.last_tap(oy); ++fy) {
      const int64_t row = batch * y_.input + y_.origin(oy) + fy * y_.dilation;
      for (int64_t fx = x_.first_tap(ox); fx < x_.last_tap(ox); ++fx) {
        const In* in = input + (row * x_.input + x_.origin(ox) + fx * x_.dilation) * in_channels_;
        const Weight* weight = weights + (fy * x_.size + fx) * channels_;
        if (multiplier_ == 1) {
          for (int64_t c = 0; c < channels_; ++c) Add(sums[c], in[c], zero, weight[c], weight_zero);
        } else {
          for (int64_t c = 0; c < channels_; ++c)
            Add(sums[c], in[c / multiplier_], zero, weight[c], weight_zero);
        }
      }
    }
  }
  template <class Acc, class In, class Weight>
  static void Add(Acc& sum, In in, Acc zero, Weight weight, Acc weight_zero) {
    sum = WrappingAdd(
        sum, static_cast<Acc>((static_cast<Acc>(in) - zero) * (static_cast<Acc>(weight) - weight_zero)));
  }

  Window y_, x_;
  int64_t batches_ = 0, in_channels_ = 0, channels_ = 0, multiplier_ = 1;
};

}  // namespace

LS_KERNEL(DEPTHWISE_CONV_2D) { return std::make_unique<DepthwiseConv2D>(); }

}  // namespace litesmith
