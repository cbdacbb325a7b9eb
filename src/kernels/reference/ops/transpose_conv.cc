// TRANSPOSE_CONV: output shape [4], weights [co, kh, kw, ci], input [n, h, w, ci], bias [co].
#include "kernels/reference/weighted_sum.h"
#include "kernels/reference/window.h"

namespace litesmith {
namespace {

// Along one axis: output o receives input i through tap f where o = i * stride - before + f.
struct Spread {
  int64_t input = 0, output = 0, size = 1, stride = 1, before = 0;

  static Spread Of(Padding padding, int64_t input, int64_t output, int64_t size, int64_t stride) {
    Spread spread{input, output, size, stride, 0};
    // The padding of the convolution whose gradient this is.
    const int64_t places =
        padding == Padding::kSame ? (output + stride - 1) / stride : (output - size + stride) / stride;
    spread.before = std::max<int64_t>(0, (places - 1) * stride + size - output) / 2;
    return spread;
  }
  // Calls body(f, i) for the taps that reach `out`.
  template <class F>
  void ForEachTap(int64_t out, F&& body) const {
    for (int64_t f = (out + before) % stride; f < size; f += stride) {
      const int64_t reach = out + before - f;
      if (reach < 0) return;
      if (reach / stride < input) body(f, reach / stride);
    }
  }
};

class TransposeConv : public WeightedSum {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 3, 4));
    const TensorView &shape = context.input(0), &weights = context.input(1), &input = context.input(2);
    LS_RETURN_IF_FAILED(ExpectDType(context, shape, {DType::kInt32}, "output shape"));
    LS_RETURN_IF_FAILED(ExpectRank(context, input, 4, 4, "input"));
    LS_RETURN_IF_FAILED(ExpectRank(context, weights, 4, 4, "weights"));
    LS_TRY(padding_, PaddingOf(context));
    LS_TRY(stride_h_, IntAttribute(context, "stride_h", 0, 1, 32767));
    LS_TRY(stride_w_, IntAttribute(context, "stride_w", 0, 1, 32767));
    for (int64_t dim : weights.dims) {
      if (dim < 1) return context.Mismatch("weights of shape {}", ToText(weights.dims));
    }
    if (input.dim(3) != weights.dim(3)) {
      return context.Mismatch("an input of {} channels and weights for {}", input.dim(3), weights.dim(3));
    }
    Setup setup;
    setup.input = 2;
    setup.bias = 3;
    setup.channels = weights.dim(0);
    setup.rows = input.dim(0);
    LS_RETURN_IF_FAILED(PrepareSum(context, setup));
    dynamic_ = !shape.constant;
    if (dynamic_) {
      context.SetOutputDynamic(0);
      return {};
    }
    LS_TRY(Dims dims, OutputDims(context));
    return context.SetOutput(0, std::move(dims));
  }

  Result<void> Invoke(InvokeContext& context) override {
    if (dynamic_) {
      LS_TRY(Dims dims, OutputDims(context));
      LS_RETURN_IF_FAILED(context.ResizeOutput(0, std::move(dims)));
    }
    const TensorView &weights = context.input(1), &input = context.input(2), &output = context.output();
    y_ = Spread::Of(padding_, input.dim(1), output.dim(1), weights.dim(1), stride_h_);
    x_ = Spread::Of(padding_, input.dim(2), output.dim(2), weights.dim(2), stride_w_);
    Run(context, *this);
    return {};
  }

  template <class In, class Weight, class Acc, class Out, class ZeroOf, class Emit>
  void Accumulate(InvokeContext& context, const In* input, const Weight* weights, Acc weight_zero,
                  Out* output, ZeroOf zero_of, Emit emit) {
    const int64_t in_channels = context.input(2).dim(3), channels = context.input(1).dim(0);
    const int64_t filter = y_.size * x_.size * in_channels;
    context.threads->ParallelFor(
        context.output().dim(0) * y_.output, 1, [&](int64_t begin, int64_t end, int) {
          std::vector<Acc> sums(static_cast<size_t>(channels));
          for (int64_t row = begin; row < end; ++row) {
            const int64_t batch = row / y_.output;
            const Acc zero = static_cast<Acc>(zero_of(batch));
            for (int64_t ox = 0; ox < x_.output; ++ox) {
              std::fill(sums.begin(), sums.end(), Acc{0});
              y_.ForEachTap(row % y_.output, [&](int64_t fy, int64_t iy) {
                x_.ForEachTap(ox, [&](int64_t fx, int64_t ix) {
                  const In* in = input + ((batch * y_.input + iy) * x_.input + ix) * in_channels;
                  const Weight* tap = weights + (fy * x_.size + fx) * in_channels;
                  for (int64_t o = 0; o < channels; ++o) {
                    Acc sum = sums[static_cast<size_t>(o)];
                    const Weight* w = tap + o * filter;
                    for (int64_t c = 0; c < in_channels; ++c) {
                      sum = WrappingAdd(sum, static_cast<Acc>((static_cast<Acc>(in[c]) - zero) *
                                                              (static_cast<Acc>(w[c]) - weight_zero)));
                    }
                    sums[static_cast<size_t>(o)] = sum;
                  }
                });
              });
              Out* out = output + (row * x_.output + ox) * channels;
              for (int64_t o = 0; o < channels; ++o) out[o] = emit(batch, o, sums[static_cast<size_t>(o)]);
            }
          }
        });
  }

 private:
  Result<Dims> OutputDims(KernelContext& context) {
    const std::vector<int64_t> dims = context.input(0).ToInt64();
    const TensorView &weights = context.input(1), &input = context.input(2);
    const bool fits = dims.size() == 4 && dims[0] == input.dim(0) && dims[1] >= 1 && dims[2] >= 1 &&
                      dims[3] == weights.dim(0);
    if (!fits) {
      return context.Mismatch("it asks for output {} from an input {} and weights {}", ToText(dims),
                              ToText(input.dims), ToText(weights.dims));
    }
    return dims;
  }

  Padding padding_ = Padding::kSame;
  int64_t stride_h_ = 1, stride_w_ = 1;
  bool dynamic_ = false;
  Spread y_, x_;
};

}  // namespace

LS_KERNEL(TRANSPOSE_CONV) { return std::make_unique<TransposeConv>(); }

}  // namespace litesmith
