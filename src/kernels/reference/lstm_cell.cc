#include "kernels/reference/lstm_cell.h"

#include <cmath>

namespace litesmith {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"input gate", "forget gate", "cell gate", "output gate"};

bool Has(const KernelContext& context, size_t place) {
  return place != LstmCell::kNone && context.has_input(place);
}

float Clip(float x, float limit) { return limit > 0 ? Range<float>{-limit, limit}.Cut(x) : x; }

float Sigmoid(float x) { return 1.0f / (1.0f + std::exp(-x)); }

// Mean 0 and variance 1, as far as the constant of TensorFlow Lite's kernels allows.
void Normalize(std::span<float> values) {
  double sum = 0, squares = 0;
  for (float value : values) sum += value;
  const double mean = sum / static_cast<double>(values.size());
  for (float value : values) squares += (value - mean) * (value - mean);
  const double inverse = 1.0 / std::sqrt(squares / static_cast<double>(values.size()) + 1e-8);
  for (float& value : values) value = static_cast<float>((value - mean) * inverse);
}

}  // namespace

LstmCell::Places LstmCell::PlacesFrom(size_t first, size_t hidden, size_t cell) {
  Places places;
  for (size_t gate = 0; gate < 4; ++gate) {
    places.weights[gate] = first + gate;
    places.recurrent[gate] = first + 4 + gate;
    places.bias[gate] = first + 11 + gate;
  }
  places.peephole = {first + 8, first + 9, kNone, first + 10};
  places.projection = first + 15;
  places.projection_bias = first + 16;
  places.hidden = hidden;
  places.cell = cell;
  return places;
}

Result<void> LstmCell::PrepareGate(PrepareContext& context, size_t gate, int64_t size, int64_t aux_size) {
  const auto what = [&](std::string_view part) { return fmt::format("{} of the {}", part, kNames[gate]); };
  LS_RETURN_IF_FAILED(ExpectWeights(context, places_.weights[gate], {units_, size}, what("weights")));
  const Dims recurrent = diagonal_ ? Dims{outputs_} : Dims{units_, outputs_};
  LS_RETURN_IF_FAILED(ExpectWeights(context, places_.recurrent[gate], recurrent, what("recurrent weights")));
  LS_RETURN_IF_FAILED(ExpectFloats(context, places_.bias[gate], {units_}, what("bias")));
  if (Has(context, places_.peephole[gate])) {
    LS_RETURN_IF_FAILED(ExpectWeights(context, places_.peephole[gate], {units_}, what("peephole weights")));
  }
  if (Has(context, places_.norm[gate])) {
    LS_RETURN_IF_FAILED(ExpectFloats(context, places_.norm[gate], {units_}, what("normalization")));
  }
  if (Has(context, places_.aux[gate])) {
    LS_RETURN_IF_FAILED(
        ExpectWeights(context, places_.aux[gate], {units_, aux_size}, what("auxiliary weights")));
  }
  return {};
}

Result<void> LstmCell::Prepare(PrepareContext& context, const Places& places, int64_t batches, int64_t size,
                               int64_t aux_size) {
  places_ = places;
  const TensorView& forget = context.input(places_.weights[kForgetGate]);
  LS_RETURN_IF_FAILED(ExpectRank(context, forget, 2, 2, "weights of the forget gate"));
  units_ = forget.dim(0);
  diagonal_ = context.attributes->Bool("diagonal_recurrent_tensors");
  const TensorView& hidden = context.input(places_.hidden);
  LS_RETURN_IF_FAILED(ExpectRank(context, hidden, 2, 2, "output state"));
  outputs_ = hidden.dim(1);
  LS_RETURN_IF_FAILED(ExpectFloats(context, places_.hidden, {batches, outputs_}, "output state"));
  LS_RETURN_IF_FAILED(ExpectFloats(context, places_.cell, {batches, units_}, "cell state"));
  LS_RETURN_IF_FAILED(ExpectState(context, places_.hidden, "output state"));
  LS_RETURN_IF_FAILED(ExpectState(context, places_.cell, "cell state"));
  has_input_gate_ = Has(context, places_.weights[kInputGate]);
  for (size_t gate = has_input_gate_ ? kInputGate : kForgetGate; gate < 4; ++gate) {
    LS_RETURN_IF_FAILED(PrepareGate(context, gate, size, aux_size));
  }
  has_projection_ = Has(context, places_.projection);
  if (has_projection_) {
    LS_RETURN_IF_FAILED(ExpectWeights(context, places_.projection, {outputs_, units_}, "projection weights"));
    if (Has(context, places_.projection_bias)) {
      LS_RETURN_IF_FAILED(ExpectFloats(context, places_.projection_bias, {outputs_}, "projection bias"));
    }
  } else if (outputs_ != units_) {
    return context.Mismatch("{} outputs of {} cells without a projection", outputs_, units_);
  }
  if (diagonal_ && outputs_ != units_)
    return context.Mismatch("diagonal recurrent weights with a projection");
  LS_TRY(activation_, RecurrentActivation(context));
  asymmetric_ = context.attributes->Bool("asymmetric_quantize_inputs");
  cell_clip_ = context.attributes->Float("cell_clip");
  projection_clip_ = context.attributes->Float("proj_clip");
  return {};
}

void LstmCell::Gate(InvokeContext& context, size_t gate, Inputs& inputs, std::span<const float> cell,
                    std::span<float> out) const {
  const float* bias = context.input(places_.bias[gate]).as<float>().data();
  const bool normalized = Has(context, places_.norm[gate]);
  for (size_t i = 0; i < out.size(); ++i) out[i] = normalized ? 0.0f : bias[i];
  inputs.x.AddProduct(context.input(places_.weights[gate]), out);
  if (inputs.has_aux) inputs.aux.AddProduct(context.input(places_.aux[gate]), out);
  if (diagonal_) {
    inputs.hidden.AddElementwise(context.input(places_.recurrent[gate]), out);
  } else {
    inputs.hidden.AddProduct(context.input(places_.recurrent[gate]), out);
  }
  if (Has(context, places_.peephole[gate])) {
    const TensorView& peephole = context.input(places_.peephole[gate]);
    for (size_t i = 0; i < out.size(); ++i) out[i] += RealAt(peephole, i) * cell[i];
  }
  if (normalized) {
    Normalize(out);
    const float* scale = context.input(places_.norm[gate]).as<float>().data();
    for (size_t i = 0; i < out.size(); ++i) out[i] = out[i] * scale[i] + bias[i];
  }
  for (float& value : out) value = gate == kCellGate ? Activate(activation_, value) : Sigmoid(value);
}

void LstmCell::Step(InvokeContext& context, std::span<const float> x, std::span<const float> aux,
                    int64_t batch, float* out) const {
  const auto units = static_cast<size_t>(units_), count = static_cast<size_t>(outputs_);
  const std::span<float> hidden(context.input(places_.hidden).as_mutable<float>().data() + batch * outputs_,
                                count);
  const std::span<float> cell(context.input(places_.cell).as_mutable<float>().data() + batch * units_, units);
  const bool has_aux = !aux.empty() && Has(context, places_.aux[kForgetGate]);
  Inputs inputs{{x, asymmetric_}, {aux, asymmetric_}, {hidden, asymmetric_}, has_aux};
  std::vector<float> input_gate(units), forget_gate(units), cell_gate(units), output_gate(units);
  Gate(context, kForgetGate, inputs, cell, forget_gate);
  if (has_input_gate_) {
    Gate(context, kInputGate, inputs, cell, input_gate);
  } else {
    for (size_t i = 0; i < units; ++i) input_gate[i] = 1 - forget_gate[i];
  }
  Gate(context, kCellGate, inputs, cell, cell_gate);
  for (size_t i = 0; i < units; ++i) {
    cell[i] = Clip(forget_gate[i] * cell[i] + input_gate[i] * cell_gate[i], cell_clip_);
  }
  Gate(context, kOutputGate, inputs, cell, output_gate);
  for (size_t i = 0; i < units; ++i) output_gate[i] *= Activate(activation_, cell[i]);
  std::vector<float> result = output_gate;
  if (has_projection_) {
    result.assign(count, 0.0f);
    if (Has(context, places_.projection_bias)) {
      const std::span<const float> bias = context.input(places_.projection_bias).as<float>();
      result.assign(bias.begin(), bias.end());
    }
    ActivationVector(output_gate, asymmetric_).AddProduct(context.input(places_.projection), result);
    for (float& value : result) value = Clip(value, projection_clip_);
  }
  std::copy(result.begin(), result.end(), hidden.begin());
  std::copy(result.begin(), result.end(), out);
}

}  // namespace litesmith
