// FULLY_CONNECTED: input [..., ci] read as rows of ci, weights [co, ci], bias [co]. Rows of no numbers are
// counted by the other dimensions, and have sums of zero.
#include "base/checked.h"
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
    const std::optional<int64_t> counted = RowsOf(input, size);
    if (!counted) {
      return context.Mismatch("an input of shape {} and weights of shape {}", ToText(input.dims),
                              ToText(weights.dims));
    }
    const int64_t rows = *counted;
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
    if (weights.quantization != nullptr && weights.quantization->block_size > 0) {
      LS_RETURN_IF_FAILED(PrepareBlocks(context));
      return context.SetOutput(0, std::move(dims));
    }
    blocks_ = nullptr;
    Setup setup;
    setup.channels = units;
    setup.rows = rows;
    setup.short_product = true;
    setup.wide_without_bias = false;  // as the official kernels have it, unlike those of convolutions
    setup.asymmetric = context.attributes->Bool("asymmetric_quantize_inputs");
    LS_RETURN_IF_FAILED(PrepareSum(context, setup));
    return context.SetOutput(0, std::move(dims));
  }
  Result<void> Invoke(InvokeContext& context) override {
    if (blocks_ == nullptr) {
      Run(context, *this);
    } else {
      InvokeBlocks(context);
    }
    return {};
  }

  template <class In, class Weight, class Acc, class Out, class ZeroOf, class Emit>
  void Accumulate(InvokeContext& context, const In* input, const Weight* weights, Acc weight_zero,
                  Out* output, ZeroOf zero_of, Emit emit) {
    Convolve<In, Weight, Acc>(*context.threads, shape_, input, weights, weight_zero, output, zero_of, emit);
  }

 private:
  static std::optional<int64_t> RowsOf(const TensorView& input, int64_t size) {
    if (size > 0) return input.elements() % size == 0 ? std::optional(input.elements() / size) : std::nullopt;
    if (input.rank() < 1 || input.dim(-1) != 0) return std::nullopt;
    return CheckedProduct(std::span(input.dims).first(input.dims.size() - 1));
  }
  // Weights of few bits with a scale for each block of a row: brought back to float32 once. The input's rows
  // are quantized with a zero point as in other hybrid forms, and brought back too: the products are the same
  // numbers.
  Result<void> PrepareBlocks(PrepareContext& context) {
    const TensorView &input = context.input(0), &weights = context.input(1), &bias = context.input(2);
    LS_RETURN_IF_FAILED(
        ExpectDType(context, input, {DType::kFloat32}, "input (of weights with blockwise scales)"));
    LS_RETURN_IF_FAILED(ExpectDType(context, context.output(), {DType::kFloat32}, "output"));
    LS_RETURN_IF_FAILED(ExpectDType(context, weights, {DType::kInt2, DType::kInt4, DType::kInt8}, "weights"));
    LS_RETURN_IF_FAILED(
        context.Expect(weights.constant, "weights with blockwise scales that are not constant"));
    LS_TRY(block_activation_, FusedActivation(context));
    const Quantization& quantization = *weights.quantization;
    const int64_t size = weights.dim(1), block = quantization.block_size;
    const int64_t blocks = size / block;
    if (size < 1 || size % block != 0 ||
        static_cast<int64_t>(quantization.scale.size()) != weights.dim(0) * blocks ||
        quantization.zero_point.size() > quantization.scale.size()) {
      return context.Report(Code::kQuantizationInvalid,
                            fmt::format("weights of shape {} have {} scales for blocks of {}",
                                        ToText(weights.dims), quantization.scale.size(), block));
    }
    if (bias.present) {
      LS_RETURN_IF_FAILED(ExpectDType(context, bias, {DType::kFloat32}, "bias"));
      if (bias.elements() != weights.dim(0)) {
        return context.Mismatch("the bias has {} elements for {} output channels", bias.elements(),
                                weights.dim(0));
      }
    }
    const auto count = static_cast<size_t>(weights.elements());
    rows_scratch_ = context.RequestScratch(static_cast<size_t>(input.elements()) * sizeof(float));
    blocks_ = context.Pack(1, "float32 of blockwise scales", count * sizeof(float), [&](std::byte* out) {
      std::vector<int8_t> integers(count);
      if (weights.dtype == DType::kInt8) {
        std::copy_n(reinterpret_cast<const int8_t*>(weights.data), count, integers.data());
      } else {
        UnpackIntegers(weights.data, BitsOf(weights.dtype), weights.elements(), integers.data());
      }
      auto* real = reinterpret_cast<float*>(out);
      for (size_t i = 0; i < count; ++i) {
        const size_t at = i / static_cast<size_t>(block);
        const auto moved = static_cast<float>(integers[i] - quantization.zero_point_at(at));
        real[i] = quantization.scale_at(at) * moved;
      }
    });
    return {};
  }
  void InvokeBlocks(InvokeContext& context) {
    const float* bias = context.has_input(2) ? context.input(2).as<float>().data() : nullptr;
    const Range<float> range = RangeOf<float>(block_activation_);
    const std::span<const float> input = context.input(0).as<float>();
    auto* rows = reinterpret_cast<float*>(context.scratch(rows_scratch_));
    const auto size = static_cast<size_t>(shape_.in_channels);
    std::vector<int8_t> integers(size);
    for (size_t first = 0; first < input.size(); first += size) {
      const RowScale scale = QuantizeRowAsymmetric(input.subspan(first, size), integers.data());
      for (size_t i = 0; i < size; ++i) {
        rows[first + i] = static_cast<float>(integers[i] - scale.zero_point) * scale.scale;
      }
    }
    Accumulate<float, float, float>(
        context, rows, reinterpret_cast<const float*>(blocks_.get()), 0.0f,
        context.output().as_mutable<float>().data(), [](int64_t) { return 0.0f; },
        [&](int64_t, int64_t channel, float acc) {
          return range.Cut(bias != nullptr ? acc + bias[channel] : acc);
        });
  }

  ConvShape shape_;
  int rows_scratch_ = -1;
  std::shared_ptr<const std::byte> blocks_;
  Activation block_activation_ = Activation::kNone;
};

}  // namespace

LS_KERNEL(FULLY_CONNECTED) { return std::make_unique<FullyConnected>(); }

}  // namespace litesmith
