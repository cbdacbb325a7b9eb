// One LSTM cell in float32 and hybrid form, for all ops that have one: with or without an input gate (CIFG),
// peepholes, projection, layer normalization, an auxiliary input.
//
//   i = sigmoid(W_i x + A_i a + R_i h + P_i c + b_i)     (CIFG: i = 1 - f)
//   f = sigmoid(W_f x + A_f a + R_f h + P_f c + b_f)
//   g = act    (W_g x + A_g a + R_g h + b_g)
//   c = clip(f c + i g)
//   o = sigmoid(W_o x + A_o a + R_o h + P_o c + b_o)     (with the new c)
//   h = o act(c), with a projection h = clip(W_p h + b_p)
// With layer normalization the sum of a gate becomes normalized(sum without bias) * coefficients + bias.
#pragma once

#include <array>

#include "kernels/reference/recurrent.h"

namespace litesmith {

enum LstmGate : size_t { kInputGate, kForgetGate, kCellGate, kOutputGate };

class LstmCell {
 public:
  // Places among the op's inputs; gates in the order input, forget, cell, output; kNone: the op never has it.
  static constexpr size_t kNone = static_cast<size_t>(-1);
  struct Places {
    std::array<size_t, 4> weights, recurrent;
    std::array<size_t, 4> peephole = {kNone, kNone, kNone, kNone};  // the cell gate never has one
    std::array<size_t, 4> bias;
    size_t projection, projection_bias;
    size_t hidden, cell;
    std::array<size_t, 4> norm = {kNone, kNone, kNone, kNone};
    std::array<size_t, 4> aux = {kNone, kNone, kNone, kNone};
  };

  // Tensors from `first` on in the usual order: input weights, recurrent weights, peepholes, biases,
  // projection.
  static Places PlacesFrom(size_t first, size_t hidden, size_t cell);

  // Checks every tensor; `size`, `aux_size`: of a step's input.
  Result<void> Prepare(PrepareContext& context, const Places& places, int64_t batches, int64_t size,
                       int64_t aux_size);
  int64_t outputs() const { return outputs_; }

  // One step of one batch entry; updates the states and writes `outputs()` numbers.
  void Step(InvokeContext& context, std::span<const float> x, std::span<const float> aux, int64_t batch,
            float* out) const;

 private:
  Result<void> PrepareGate(PrepareContext& context, size_t gate, int64_t size, int64_t aux_size);
  struct Inputs {
    ActivationVector x, aux, hidden;
    bool has_aux;
  };
  void Gate(InvokeContext& context, size_t gate, Inputs& inputs, std::span<const float> cell,
            std::span<float> out) const;

  Places places_{};
  Activation activation_ = Activation::kTanh;
  bool asymmetric_ = false, diagonal_ = false;
  bool has_input_gate_ = true, has_projection_ = false;
  float cell_clip_ = 0, projection_clip_ = 0;
  int64_t units_ = 0, outputs_ = 0;
};

}  // namespace litesmith
