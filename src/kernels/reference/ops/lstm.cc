// LSTM (one step), UNIDIRECTIONAL_SEQUENCE_LSTM, BIDIRECTIONAL_SEQUENCE_LSTM in float32 and hybrid form.
#include "kernels/reference/integer_lstm.h"
#include "kernels/reference/lstm_cell.h"

namespace litesmith {
namespace {

std::span<const float> RowOf(const TensorView& tensor, int64_t row) {
  const int64_t size = tensor.dim(-1);
  return {reinterpret_cast<const float*>(tensor.data) + row * size, static_cast<size_t>(size)};
}

// Inputs: 0 input, 1-17 the cell's weights and biases, 18 output state, 19 cell state, 20-23 layer
// normalization.
class Lstm : public Kernel {
 public:
  explicit Lstm(bool sequence) : sequence_(sequence) {}

  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(
        context.Expect(context.attributes->Int("kernel_type", 0) == 0, "the BASIC kernel type"));
    LS_RETURN_IF_FAILED(CheckCounts(context));
    const TensorView& input = context.input(0);
    const int rank = sequence_ ? 3 : 2;
    LS_RETURN_IF_FAILED(ExpectRank(context, input, rank, rank, "input"));
    layout_ = sequence_ ? SequenceLayout::Of(input, context.attributes->Bool("time_major"))
                        : SequenceLayout{true, 1, input.dim(0)};
    LstmCell::Places places = LstmCell::PlacesFrom(1, 18, 19);
    places.norm = {20, 21, 22, 23};
    integer_ = input.dtype == DType::kInt8;
    int64_t outputs = 0;
    if (integer_) {
      LS_RETURN_IF_FAILED(integers_.Prepare(context, places, layout_.batches, input.dim(-1)));
      outputs = integers_.outputs();
    } else {
      LS_RETURN_IF_FAILED(ExpectDType(context, input, {DType::kFloat32}, "input"));
      LS_RETURN_IF_FAILED(ExpectDType(context, context.output(), {DType::kFloat32}, "output"));
      LS_RETURN_IF_FAILED(floats_.Prepare(context, places, layout_.batches, input.dim(-1), 0));
      outputs = floats_.outputs();
    }
    return context.SetOutput(0, sequence_ ? layout_.OutputDims(outputs) : Dims{layout_.batches, outputs});
  }

  Result<void> Invoke(InvokeContext& context) override {
    const TensorView &input = context.input(0), &output = context.output();
    for (int64_t batch = 0; batch < layout_.batches; ++batch) {
      for (int64_t step = 0; step < layout_.steps; ++step) {
        const int64_t row = layout_.At(step, batch);
        if (integer_) {
          integers_.Step(context, reinterpret_cast<const int8_t*>(input.data) + row * input.dim(-1), batch,
                         output.as_mutable<int8_t>().data() + row * integers_.outputs());
        } else {
          floats_.Step(context, RowOf(input, row), {}, batch,
                       output.as_mutable<float>().data() + row * floats_.outputs());
        }
      }
    }
    return {};
  }

 private:
  // Absent gates are ordinary, and files leave out the trailing inputs for normalization.
  static Result<void> CheckCounts(PrepareContext& context) {
    const size_t count = context.input_count();
    if (count != 20 && count != 24) return context.Mismatch("it has {} inputs; the op takes 20 or 24", count);
    if (context.output_count() != 1)
      return context.Mismatch("it has {} outputs, not 1", context.output_count());
    if (!context.has_input(0)) return context.Mismatch("its input is left out");
    return {};
  }

  bool sequence_;
  bool integer_ = false;
  SequenceLayout layout_;
  LstmCell floats_;
  IntegerLstmCell integers_;
};

// Inputs: 0 input, 1-17 forward cell, 18-34 backward cell, 35-38 states (forward output and cell, backward
// output and cell), 39 auxiliary input, 40-43 and 44-47 its weights. An auxiliary input without weights is
// the backward cell's.
class BidirectionalLstm : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    merged_ = context.attributes->Bool("merge_outputs");
    if (context.input_count() != 48)
      return context.Mismatch("it has {} inputs, not 48", context.input_count());
    if (context.output_count() != (merged_ ? 1u : 2u)) {
      return context.Mismatch("it has {} outputs, not {}", context.output_count(), merged_ ? 1 : 2);
    }
    if (!context.has_input(0)) return context.Mismatch("its input is left out");
    const TensorView &input = context.input(0), &aux = context.input(39);
    LS_RETURN_IF_FAILED(ExpectRank(context, input, 3, 3, "input"));
    LS_RETURN_IF_FAILED(ExpectDType(context, input, {DType::kFloat32}, "input"));
    for (size_t i = 0; i < context.output_count(); ++i) {
      LS_RETURN_IF_FAILED(ExpectDType(context, context.output(i), {DType::kFloat32}, "output"));
    }
    // Absent in files of the first version, where sequences were time major.
    layout_ = SequenceLayout::Of(input, context.attributes->Bool("time_major"));
    LstmCell::Places forward = LstmCell::PlacesFrom(1, 35, 36), backward = LstmCell::PlacesFrom(18, 37, 38);
    aux_weights_ = context.has_input(41);
    if (aux.present) {
      LS_RETURN_IF_FAILED(ExpectDType(context, aux, {DType::kFloat32}, "auxiliary input"));
      if (aux.rank() != 3 || aux.dim(0) != input.dim(0) || aux.dim(1) != input.dim(1)) {
        return context.Mismatch("an auxiliary input {} beside an input {}", ToText(aux.dims),
                                ToText(input.dims));
      }
    } else if (aux_weights_) {
      return context.Mismatch("auxiliary weights without an auxiliary input");
    }
    if (aux_weights_) {
      forward.aux = {40, 41, 42, 43};
      backward.aux = {44, 45, 46, 47};
    }
    backward_input_ = aux.present && !aux_weights_ ? 39 : 0;
    const int64_t aux_size = aux_weights_ ? aux.dim(2) : 0;
    LS_RETURN_IF_FAILED(forward_.Prepare(context, forward, layout_.batches, input.dim(2), aux_size));
    LS_RETURN_IF_FAILED(backward_.Prepare(context, backward, layout_.batches,
                                          context.input(backward_input_).dim(2), aux_size));
    if (merged_) return context.SetOutput(0, layout_.OutputDims(forward_.outputs() + backward_.outputs()));
    LS_RETURN_IF_FAILED(context.SetOutput(0, layout_.OutputDims(forward_.outputs())));
    return context.SetOutput(1, layout_.OutputDims(backward_.outputs()));
  }

  Result<void> Invoke(InvokeContext& context) override {
    const int64_t forward_size = forward_.outputs() + (merged_ ? backward_.outputs() : 0);
    const int64_t backward_size = backward_.outputs() + (merged_ ? forward_.outputs() : 0);
    float* forward_out = context.output(0).as_mutable<float>().data();
    float* backward_out =
        merged_ ? forward_out + forward_.outputs() : context.output(1).as_mutable<float>().data();
    const auto step = [&](const LstmCell& cell, size_t input, int64_t batch, int64_t row, float* out) {
      const std::span<const float> aux =
          aux_weights_ ? RowOf(context.input(39), row) : std::span<const float>();
      cell.Step(context, RowOf(context.input(input), row), aux, batch, out);
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
  LstmCell forward_, backward_;
  SequenceLayout layout_;
  bool merged_ = false, aux_weights_ = false;
  size_t backward_input_ = 0;
};

}  // namespace

LS_KERNEL(LSTM) { return std::make_unique<Lstm>(false); }
LS_KERNEL(UNIDIRECTIONAL_SEQUENCE_LSTM) { return std::make_unique<Lstm>(true); }
LS_KERNEL(BIDIRECTIONAL_SEQUENCE_LSTM) { return std::make_unique<BidirectionalLstm>(); }

}  // namespace litesmith
