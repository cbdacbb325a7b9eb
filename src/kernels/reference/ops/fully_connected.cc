// FULLY_CONNECTED: input [..., ci] read as rows of ci, weights [co, ci], bias [co].
#include "kernels/reference/convolution.h"
#include "kernels/reference/weighted_sum.h"

namespace litesmith {
namespace {

class FullyConnected : public WeightedSum {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 2, 3));
    const TensorView &input = context.input(0), &weights = context.input(1);
    LS_RETURN_IF_FAILED(ExpectRank(context, weights, 2, 2, "weights"));
    LS_RETURN_IF_FAILED(
        context.Expect(context.attributes->Int("weights_format", 0) == 0, "weights in the shuffled format"));
    const int64_t units = weights.dim(0), size = weights.dim(1);
    if (size < 1 || units < 1 || input.elements() % size != 0) {
      return context.Mismatch("an input of shape {} and weights of shape {}", ToText(input.dims),
                              ToText(weights.dims));
    }
    const int64_t rows = input.elements() / size;
    Dims dims = {rows, units};
    if (context.attributes->Bool("keep_num_dims")) {
      if (input.rank() < 1 || input.dim(-1) != size) {
        return context.Mismatch("it keeps the dimensions of its input, whose last one is not the weights' {}",
                                size);
      }
      dims = input.dims;
      dims.back() = units;
    }
    // A convolution of 1 by 1 over a column of pictures of one pixel.
    shape_ = {};
    shape_.batches = rows;
    shape_.y.input = shape_.y.output = shape_.x.input = shape_.x.output = 1;
    shape_.in_channels = shape_.group_in = size;
    shape_.out_channels = shape_.group_out = units;
    Setup setup;
    setup.channels = units;
    setup.rows = rows;
    setup.short_product = true;
    setup.asymmetric = context.attributes->Bool("asymmetric_quantize_inputs");
    LS_RETURN_IF_FAILED(PrepareSum(context, setup));
    return context.SetOutput(0, std::move(dims));
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

LS_KERNEL(FULLY_CONNECTED) { return std::make_unique<FullyConnected>(); }

}  // namespace litesmith
