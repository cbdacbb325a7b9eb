// RNN, UNIDIRECTIONAL_SEQUENCE_RNN, BIDIRECTIONAL_SEQUENCE_RNN: h = act(W x + W_aux a + R h + b).
#include "kernels/reference/recurrent.h"

namespace litesmith {
namespace {

// One direction: where its tensors stand among the op's inputs.
struct RnnCell {
  size_t weights, recurrent, bias, state;
  size_t aux_weights = 0;  // 0: never any
  int64_t units = 0;
  bool has_aux = false;

  Result<void> Prepare(PrepareContext& context, int64_t batches, int64_t size, int64_t aux_size) {
    const TensorView& matrix = context.input(weights);
    LS_RETURN_IF_FAILED(ExpectRank(context, matrix, 2, 2, "input weights"));
    units = matrix.dim(0);
    LS_RETURN_IF_FAILED(ExpectWeights(context, weights, {units, size}, "input weights"));
    LS_RETURN_IF_FAILED(ExpectWeights(context, recurrent, {units, units}, "recurrent weights"));
    LS_RETURN_IF_FAILED(ExpectFloats(context, bias, {units}, "bias"));
    LS_RETURN_IF_FAILED(ExpectFloats(context, state, {batches, units}, "hidden state"));
    LS_RETURN_IF_FAILED(ExpectState(context, state, "hidden state"));
    has_aux = aux_weights != 0 && context.has_input(aux_weights);
    if (!has_aux) return {};
    return ExpectWeights(context, aux_weights, {units, aux_size}, "auxiliary weights");
  }

  // `out`: `units` numbers.
  void Step(InvokeContext& context, std::span<const float> x, std::span<const float> aux, int64_t batch,
            Activation activation, bool asymmetric, float* out) const {
    const auto count = static_cast<size_t>(units);
    float* hidden = context.input(state).as_mutable<float>().data() + batch * units;
    const float* offset = context.input(bias).as<float>().data();
    std::vector<float> sums(offset, offset + count);
    ActivationVector(x, asymmetric).AddProduct(context.input(weights), sums);
    if (has_aux) ActivationVector(aux, asymmetric).AddProduct(context.input(aux_weights), sums);
    ActivationVector({hidden, count}, asymmetric).AddProduct(context.input(recurrent), sums);
    for (size_t i = 0; i < count; ++i) out[i] = hidden[i] = Activate(activation, sums[i]);
  }
};

std::span<const float> RowOf(const TensorView& tensor, int64_t row) {
  const int64_t size = tensor.dim(-1);
  return {reinterpret_cast<const float*>(tensor.data) + row * size, static_cast<size_t>(size)};
}

// Input [batch, size] or, as a sequence, [time, batch, size] or [batch, time, size].
class Rnn : public Kernel {
 public:
  explicit Rnn(bool sequence) : sequence_(sequence) {}

  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 5, 5));
    const TensorView& input = context.input(0);
    LS_RETURN_IF_FAILED(ExpectRank(context, input, sequence_ ? 3 : 2, sequence_ ? 3 : 2, "input"));
    LS_RETURN_IF_FAILED(ExpectDType(context, input, {DType::kFloat32}, "input"));
    LS_RETURN_IF_FAILED(ExpectDType(context, context.output(), {DType::kFloat32}, "output"));
    LS_TRY(activation_, RecurrentActivation(context));
    layout_ = sequence_ ? SequenceLayout::Of(input, context.attributes->Bool("time_major"))
                        : SequenceLayout{true, 1, input.dim(0)};
    LS_RETURN_IF_FAILED(cell_.Prepare(context, layout_.batches, input.dim(-1), 0));
    return context.SetOutput(
        0, sequence_ ? layout_.OutputDims(cell_.units) : Dims{layout_.batches, cell_.units});
  }
  Result<void> Invoke(InvokeContext& context) override {
    const bool asymmetric = context.attributes->Bool("asymmetric_quantize_inputs");
    float* out = context.output().as_mutable<float>().data();
    for (int64_t batch = 0; batch < layout_.batches; ++batch) {
      for (int64_t step = 0; step < layout_.steps; ++step) {
        const int64_t row = layout_.At(step, batch);
        cell_.Step(context, RowOf(context.input(0), row), {}, batch, activation_, asymmetric,
                   out + row * cell_.units);
      }
    }
    return {};
  }

 private:
  bool sequence_;
  RnnCell cell_{1, 2, 3, 4};
  Activation activation_ = Activation::kNone;
  SequenceLayout layout_;
};

// One cell forwards, one backwards in time; the outputs are merged along the last axis or stay two. An
// auxiliary input without weights of its own is the backward cell's input.
class BidirectionalRnn : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    merged_ = context.attributes->Bool("merge_outputs");
    LS_RETURN_IF_FAILED(ExpectCounts(context, 9, 12, merged_ ? 1 : 2));
    const TensorView &input = context.input(0), &aux = context.input(9);
    LS_RETURN_IF_FAILED(ExpectRank(context, input, 3, 3, "input"));
    LS_RETURN_IF_FAILED(ExpectDType(context, input, {DType::kFloat32}, "input"));
    LS_TRY(activation_, RecurrentActivation(context));
    layout_ = SequenceLayout::Of(input, context.attributes->Bool("time_major"));
    aux_weights_ = context.has_input(10);
    if (aux_weights_ != context.has_input(11) || (aux_weights_ && !aux.present)) {
      return context.Mismatch("auxiliary input and weights for both directions come together");
    }
    if (aux.present) {
      LS_RETURN_IF_FAILED(ExpectDType(context, aux, {DType::kFloat32}, "auxiliary input"));
      if (aux.rank() != 3 || aux.dim(0) != input.dim(0) || aux.dim(1) != input.dim(1)) {
        return context.Mismatch("an auxiliary input {} beside an input {}", ToText(aux.dims),
                                ToText(input.dims));
      }
    }
    backward_input_ = aux.present && !aux_weights_ ? 9 : 0;
    const int64_t aux_size = aux_weights_ ? aux.dim(2) : 0;
    LS_RETURN_IF_FAILED(forward_.Prepare(context, layout_.batches, input.dim(2), aux_size));
    LS_RETURN_IF_FAILED(
        backward_.Prepare(context, layout_.batches, context.input(backward_input_).dim(2), aux_size));
    for (size_t i = 0; i < context.output_count(); ++i) {
      LS_RETURN_IF_FAILED(ExpectDType(context, context.output(i), {DType::kFloat32}, "output"));
    }
    if (merged_) return context.SetOutput(0, layout_.OutputDims(forward_.units + backward_.units));
    LS_RETURN_IF_FAILED(context.SetOutput(0, layout_.OutputDims(forward_.units)));
    return context.SetOutput(1, layout_.OutputDims(backward_.units));
  }

  Result<void> Invoke(InvokeContext& context) override {
    const int64_t forward_size = forward_.units + (merged_ ? backward_.units : 0);
    const int64_t backward_size = backward_.units + (merged_ ? forward_.units : 0);
    float* forward_out = context.output(0).as_mutable<float>().data();
    float* backward_out =
        merged_ ? forward_out + forward_.units : context.output(1).as_mutable<float>().data();
    const bool asymmetric = context.attributes->Bool("asymmetric_quantize_inputs");
    const auto step = [&](const RnnCell& cell, size_t input, int64_t batch, int64_t row, float* out) {
      const std::span<const float> aux =
          aux_weights_ ? RowOf(context.input(9), row) : std::span<const float>();
      cell.Step(context, RowOf(context.input(input), row), aux, batch, activation_, asymmetric, out);
    };
    for (int64_t batch = 0; batch < layout_.batches; ++batch) {
      for (int64_t i = 0; i < layout_.steps; ++i) {
        const int64_t row = layout_.At(i, batch), back = layout_.At(layout_.steps - 1 - i, batch);
        step(forward_, 0, batch, row, forward_out + row * forward_size);
        step(backward_, backward_input_, batch, back, backward_out + back * backward_size);
      }
    }
    return {};
  }

 private:
  RnnCell forward_{1, 2, 3, 4, 10}, backward_{5, 6, 7, 8, 11};
  Activation activation_ = Activation::kNone;
  SequenceLayout layout_;
  bool merged_ = false, aux_weights_ = false;
  size_t backward_input_ = 0;
};

}  // namespace

LS_KERNEL(RNN) { return std::make_unique<Rnn>(false); }
LS_KERNEL(UNIDIRECTIONAL_SEQUENCE_RNN) { return std::make_unique<Rnn>(true); }
LS_KERNEL(BIDIRECTIONAL_SEQUENCE_RNN) { return std::make_unique<BidirectionalRnn>(); }

}  // namespace litesmith
