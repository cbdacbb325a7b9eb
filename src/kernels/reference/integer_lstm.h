// One LSTM cell in integers: int8 activations and weights, int16 cell state and gates (in units of 2^-12),
// int32 biases. The op's intermediate tensors give the scales between its parts: 0-3 the gates with layer
// normalization, 4 what goes into the projection. lstm_cell.h has the equations.
#pragma once

#include "kernels/reference/lstm_cell.h"
#include "kernels/reference/quantized_arithmetic.h"

namespace litesmith {

class IntegerLstmCell {
 public:
  Result<void> Prepare(PrepareContext& context, const LstmCell::Places& places, int64_t batches,
                       int64_t size);
  int64_t outputs() const { return outputs_; }
  // `x`: the input of one batch entry; updates the states and writes `outputs()` numbers.
  void Step(InvokeContext& context, const int8_t* x, int64_t batch, int8_t* out) const;

 private:
  struct Gate {
    FixedMultiplier input, recurrent, peephole;
    double norm_scale = 0;  // of the coefficients
  };
  Result<void> CheckGate(PrepareContext& context, size_t gate);
  Result<void> CheckTensor(PrepareContext& context, size_t place, DType dtype, const Dims& dims,
                           std::string_view what, bool quantized = true) const;
  Result<void> PrepareStates(PrepareContext& context, int64_t batches);
  Result<void> PrepareScales(PrepareContext& context);
  void RunGate(InvokeContext& context, size_t gate, const int8_t* x, const int8_t* hidden,
               const int16_t* cell, std::vector<int16_t>& out) const;
  void Normalize(InvokeContext& context, size_t gate, std::vector<int16_t>& values) const;

  LstmCell::Places places_{};
  int64_t size_ = 0, units_ = 0, outputs_ = 0;
  bool has_input_gate_ = true, has_projection_ = false, has_norm_ = false;
  std::array<Gate, 4> gates_;
  int cell_log2_ = 0;  // of the cell state's scale
  int16_t cell_clip_ = 0;
  int8_t projection_clip_ = 0;
  FixedMultiplier hidden_, projection_;
  int32_t input_zero_ = 0, state_zero_ = 0, hidden_zero_ = 0;
};

}  // namespace litesmith
