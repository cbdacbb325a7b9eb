// SVDF: per filter a product with the input, remembered over time, then a weighted sum over that memory;
// `rank` filters make one unit. Inputs: input [n, size], feature weights [filters, size], time weights
// [filters, memory], bias [units] (optional), state [n, filters * memory].
#include "kernels/reference/quantized_arithmetic.h"
#include "kernels/reference/recurrent.h"
#include "kernels/reference/wrapping.h"

namespace litesmith {
namespace {

class Svdf : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(CheckShapes(context));
    LS_RETURN_IF_FAILED(ExpectState(context, 4, "state"));
    integer_ = context.input(0).dtype == DType::kInt8;
    if (integer_) {
      LS_RETURN_IF_FAILED(PrepareIntegers(context));
    } else {
      LS_RETURN_IF_FAILED(ExpectDType(context, context.input(0), {DType::kFloat32}, "input"));
      LS_RETURN_IF_FAILED(ExpectDType(context, context.output(), {DType::kFloat32}, "output"));
      LS_RETURN_IF_FAILED(ExpectWeights(context, 1, {filters_, size_}, "feature weights"));
      LS_RETURN_IF_FAILED(ExpectWeights(context, 2, {filters_, memory_}, "time weights"));
      if (context.has_input(3)) {
        LS_RETURN_IF_FAILED(ExpectFloats(context, 3, {filters_ / rank_}, "bias"));
      }
      LS_RETURN_IF_FAILED(ExpectFloats(context, 4, {batches_, filters_ * memory_}, "state"));
      LS_TRY(activation_, RecurrentActivation(context));
    }
    return context.SetOutput(0, {batches_, filters_ / rank_});
  }

  Result<void> Invoke(InvokeContext& context) override {
    for (int64_t batch = 0; batch < batches_; ++batch) {
      integer_ ? StepIntegers(context, batch) : StepFloats(context, batch);
    }
    return {};
  }

 private:
  Result<void> CheckShapes(PrepareContext& context) {
    if (context.input_count() != 5 || context.output_count() != 1) {
      return context.Mismatch("it has {} inputs and {} outputs, not 5 and 1", context.input_count(),
                              context.output_count());
    }
    for (size_t i : {size_t{0}, size_t{1}, size_t{2}, size_t{4}}) {
      if (!context.has_input(i)) return context.Mismatch("input {} is left out, but the op needs it", i);
      LS_RETURN_IF_FAILED(ExpectRank(context, context.input(i), 2, 2, "tensor"));
    }
    batches_ = context.input(0).dim(0);
    size_ = context.input(0).dim(1);
    filters_ = context.input(1).dim(0);
    memory_ = context.input(2).dim(1);
    LS_TRY(rank_, IntAttribute(context, "rank", 0, 1, std::numeric_limits<int32_t>::max()));
    if (filters_ < 1 || filters_ % rank_ != 0 || memory_ < 1) {
      return context.Mismatch("{} filters of rank {} with a memory of {}", filters_, rank_, memory_);
    }
    return {};
  }

  Result<void> PrepareIntegers(PrepareContext& context) {
    const auto check = [&](size_t index, DType dtype, const Dims& dims,
                           std::string_view what) -> Result<void> {
      const TensorView& tensor = context.input(index);
      LS_RETURN_IF_FAILED(ExpectDType(context, tensor, {dtype}, what));
      if (tensor.dims != dims)
        return context.Mismatch("the {} has shape {}, not {}", what, ToText(tensor.dims), ToText(dims));
      if (dtype == DType::kInt32) return {};
      return ExpectQuantized(context, tensor, what);
    };
    LS_RETURN_IF_FAILED(check(0, DType::kInt8, {batches_, size_}, "input"));
    LS_RETURN_IF_FAILED(check(1, DType::kInt8, {filters_, size_}, "feature weights"));
    // Time weights and state are 16 bits wide in most files, 8 bits in some.
    wide_ = context.input(4).dtype == DType::kInt16;
    const DType state = wide_ ? DType::kInt16 : DType::kInt8;
    LS_RETURN_IF_FAILED(check(2, state, {filters_, memory_}, "time weights"));
    if (context.has_input(3)) {
      LS_RETURN_IF_FAILED(check(3, DType::kInt32, {filters_ / rank_}, "bias"));
    }
    LS_RETURN_IF_FAILED(check(4, state, {batches_, filters_ * memory_}, "state"));
    LS_RETURN_IF_FAILED(ExpectDType(context, context.output(), {DType::kInt8}, "output"));
    LS_RETURN_IF_FAILED(ExpectQuantized(context, context.output(), "output"));
    LS_TRY(activation_, RecurrentActivation(context));
    LS_RETURN_IF_FAILED(context.Expect(activation_ == Activation::kRelu || activation_ == Activation::kNone,
                                       "another activation than RELU in integers"));
    const double state_scale = context.input(4).scale();
    to_state_ =
        ToFixed(static_cast<double>(context.input(0).scale()) * context.input(1).scale() / state_scale);
    to_output_ = ToFixed(state_scale * context.input(2).scale() / context.output().scale());
    return {};
  }

  // Every filter's memory moves on by one step; its newest place is free then.
  template <class T>
  T* Advance(InvokeContext& context, int64_t batch) const {
    T* state = context.input(4).as_mutable<T>().data() + batch * filters_ * memory_;
    for (int64_t f = 0; f < filters_; ++f)
      std::copy(state + f * memory_ + 1, state + (f + 1) * memory_, state + f * memory_);
    return state;
  }

  void StepFloats(InvokeContext& context, int64_t batch) {
    const bool asymmetric = context.attributes->Bool("asymmetric_quantize_inputs");
    std::vector<float> features(static_cast<size_t>(filters_), 0.0f);
    const auto size = static_cast<size_t>(size_);
    ActivationVector(context.input(0).as<float>().subspan(static_cast<size_t>(batch) * size, size),
                     asymmetric)
        .AddProduct(context.input(1), features);
    float* state = Advance<float>(context, batch);
    const int64_t units = filters_ / rank_;
    float* out = context.output().as_mutable<float>().data() + batch * units;
    for (int64_t unit = 0; unit < units; ++unit) {
      float sum = context.has_input(3) ? context.input(3).as<float>()[static_cast<size_t>(unit)] : 0.0f;
      for (int64_t f = unit * rank_; f < (unit + 1) * rank_; ++f) {
        float* memory = state + f * memory_;
        memory[memory_ - 1] = features[static_cast<size_t>(f)];
        for (int64_t m = 0; m < memory_; ++m) {
          sum += RealAt(context.input(2), static_cast<size_t>(f * memory_ + m)) * memory[m];
        }
      }
      out[unit] = Activate(activation_, sum);
    }
  }

  void StepIntegers(InvokeContext& context, int64_t batch) {
    wide_ ? StepIntegersOf<int16_t>(context, batch) : StepIntegersOf<int8_t>(context, batch);
  }
  template <class T>
  void StepIntegersOf(InvokeContext& context, int64_t batch) {
    const int8_t* x = context.input(0).as<int8_t>().data() + batch * size_;
    const int8_t* weights = context.input(1).as<int8_t>().data();
    const T* time_weights = context.input(2).as<T>().data();
    const int32_t zero = context.input(0).zero_point(), out_zero = context.output().zero_point();
    const Range<int32_t> limits = LimitsOf(context.input(4).dtype);
    T* state = Advance<T>(context, batch);
    const int64_t units = filters_ / rank_;
    int8_t* out = context.output().as_mutable<int8_t>().data() + batch * units;
    // The activation is the output's range: TensorFlow Lite's kernel asks for RELU and clips no further.
    const Range<int32_t> out_range = LimitsOf(DType::kInt8);
    for (int64_t unit = 0; unit < units; ++unit) {
      int32_t sum = context.has_input(3) ? context.input(3).as<int32_t>()[static_cast<size_t>(unit)] : 0;
      for (int64_t f = unit * rank_; f < (unit + 1) * rank_; ++f) {
        int32_t feature = 0;
        for (int64_t c = 0; c < size_; ++c)
          feature = WrappingAdd(feature, weights[f * size_ + c] * (x[c] - zero));
        T* memory = state + f * memory_;
        memory[memory_ - 1] = static_cast<T>(limits.Cut(Scale(feature, to_state_)));
        for (int64_t m = 0; m < memory_; ++m)
          sum = WrappingAdd(sum, time_weights[f * memory_ + m] * memory[m]);
      }
      out[unit] = static_cast<int8_t>(out_range.Cut(WrappingAdd(Scale(sum, to_output_), out_zero)));
    }
  }

  int64_t batches_ = 0, size_ = 0, filters_ = 0, memory_ = 0, rank_ = 1;
  bool integer_ = false, wide_ = false;
  Activation activation_ = Activation::kNone;
  FixedMultiplier to_state_, to_output_;
};

}  // namespace

LS_KERNEL(SVDF) { return std::make_unique<Svdf>(); }

}  // namespace litesmith
