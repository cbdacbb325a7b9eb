#include "kernels/reference/integer_lstm.h"

#include <cmath>

#include "kernels/reference/wrapping.h"

namespace litesmith {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"input gate", "forget gate", "cell gate", "output gate"};

bool Has(const KernelContext& context, size_t place) {
  return place != LstmCell::kNone && context.has_input(place);
}

int16_t Cut16(int32_t value) { return static_cast<int16_t>(std::clamp(value, -32768, 32767)); }
int8_t Cut8(int32_t value) { return static_cast<int8_t>(std::clamp(value, -128, 127)); }

// sum of weights[c] * (values[c] - zero)
int32_t Product(const int8_t* weights, const int8_t* values, int32_t zero, int64_t count) {
  int32_t sum = 0;
  for (int64_t c = 0; c < count; ++c) sum = WrappingAdd(sum, weights[c] * (values[c] - zero));
  return sum;
}

// Gates come in units of 2^-12 and leave in units of 2^-15; computed exactly, where LiteRT's fixed point is
// some units in the last place away.
int16_t SigmoidOf(int16_t x) { return Cut16(RoundToInt32(32768.0 / (1.0 + std::exp(-x / 4096.0)))); }
int16_t TanhOf(int16_t x, int integer_bits) {
  return Cut16(RoundToInt32(32768.0 * std::tanh(std::ldexp(static_cast<double>(x), integer_bits - 15))));
}

}  // namespace

Result<void> IntegerLstmCell::CheckTensor(PrepareContext& context, size_t place, DType dtype,
                                          const Dims& dims, std::string_view what, bool quantized) const {
  const TensorView& tensor = context.input(place);
  if (!tensor.present) return context.Mismatch("the {} is left out, but the op needs it", what);
  if (tensor.dims != dims) {
    return context.Mismatch("the {} has shape {}; the other tensors want {}", what, ToText(tensor.dims),
                            ToText(dims));
  }
  LS_RETURN_IF_FAILED(ExpectDType(context, tensor, {dtype}, what));
  if (!quantized) return {};
  return ExpectQuantized(context, tensor, what);
}

Result<void> IntegerLstmCell::CheckGate(PrepareContext& context, size_t gate) {
  const auto what = [&](std::string_view part) { return fmt::format("{} of the {}", part, kNames[gate]); };
  LS_RETURN_IF_FAILED(
      CheckTensor(context, places_.weights[gate], DType::kInt8, {units_, size_}, what("weights")));
  LS_RETURN_IF_FAILED(CheckTensor(context, places_.recurrent[gate], DType::kInt8, {units_, outputs_},
                                  what("recurrent weights")));
  LS_RETURN_IF_FAILED(CheckTensor(context, places_.bias[gate], DType::kInt32, {units_}, what("bias"), false));
  if (Has(context, places_.peephole[gate])) {
    LS_RETURN_IF_FAILED(
        CheckTensor(context, places_.peephole[gate], DType::kInt16, {units_}, what("peephole weights")));
  }
  if (has_norm_) {
    LS_RETURN_IF_FAILED(
        CheckTensor(context, places_.norm[gate], DType::kInt16, {units_}, what("normalization")));
  }
  return {};
}

Result<void> IntegerLstmCell::PrepareStates(PrepareContext& context, int64_t batches) {
  LS_RETURN_IF_FAILED(
      CheckTensor(context, places_.hidden, DType::kInt8, {batches, outputs_}, "output state"));
  LS_RETURN_IF_FAILED(CheckTensor(context, places_.cell, DType::kInt16, {batches, units_}, "cell state"));
  LS_RETURN_IF_FAILED(ExpectState(context, places_.hidden, "output state"));
  LS_RETURN_IF_FAILED(ExpectState(context, places_.cell, "cell state"));
  const float scale = context.input(places_.cell).scale();
  const double log2 = std::log2(static_cast<double>(scale));
  cell_log2_ = static_cast<int>(std::lround(log2));
  if (std::abs(log2 - cell_log2_) > 1e-3 || cell_log2_ < -15 || cell_log2_ > -9) {
    return context.Report(
        Code::kQuantizationInvalid,
        fmt::format("the cell state has scale {}; it must be a power of two from 2^-15 to 2^-9", scale));
  }
  const float cell_clip = context.attributes->Float("cell_clip"),
              clip = context.attributes->Float("proj_clip");
  cell_clip_ = cell_clip > 0 ? static_cast<int16_t>(std::min(cell_clip / scale, 32767.0f)) : int16_t{0};
  projection_clip_ =
      clip > 0 ? static_cast<int8_t>(std::min(clip / context.output().scale(), 127.0f)) : int8_t{0};
  return {};
}

Result<void> IntegerLstmCell::PrepareScales(PrepareContext& context) {
  if (context.intermediates.size() < 5) {
    return context.Mismatch("it has {} intermediate tensors; in integers the op needs 5",
                            context.intermediates.size());
  }
  const double input_scale = context.input(0).scale(), state_scale = context.input(places_.hidden).scale();
  for (size_t gate = has_input_gate_ ? kInputGate : kForgetGate; gate < 4; ++gate) {
    double scale = std::ldexp(1.0, -12);
    if (has_norm_) {
      LS_RETURN_IF_FAILED(
          ExpectQuantized(context, context.intermediate(gate), "intermediate tensor of a gate"));
      scale = context.intermediate(gate).scale();
      gates_[gate].norm_scale = context.input(places_.norm[gate]).scale();
    }
    // In float32, as TensorFlow Lite computes them.
    const auto factor = [&](float a, double b) {
      return ToFixed(static_cast<float>(a * static_cast<float>(b) / scale));
    };
    gates_[gate].input = factor(context.input(places_.weights[gate]).scale(), input_scale);
    gates_[gate].recurrent = factor(context.input(places_.recurrent[gate]).scale(), state_scale);
    if (Has(context, places_.peephole[gate])) {
      gates_[gate].peephole =
          factor(context.input(places_.peephole[gate]).scale(), std::ldexp(1.0, cell_log2_));
    }
  }
  const TensorView& hidden = context.intermediate(4);
  LS_RETURN_IF_FAILED(ExpectQuantized(context, hidden, "intermediate tensor before the projection"));
  hidden_ = ToFixed(std::ldexp(1.0, -30) / hidden.scale());
  hidden_zero_ = hidden.zero_point();
  input_zero_ = context.input(0).zero_point();
  state_zero_ = context.input(places_.hidden).zero_point();
  if (has_projection_) {
    projection_ =
        ToFixed(context.input(places_.projection).scale() * hidden.scale() / static_cast<float>(state_scale));
  }
  return {};
}

Result<void> IntegerLstmCell::Prepare(PrepareContext& context, const LstmCell::Places& places,
                                      int64_t batches, int64_t size) {
  places_ = places;
  size_ = size;
  LS_RETURN_IF_FAILED(context.Expect(!context.attributes->Bool("diagonal_recurrent_tensors"),
                                     "diagonal recurrent weights in integers"));
  LS_RETURN_IF_FAILED(context.Expect(context.attributes->Int("fused_activation_function") == 4,
                                     "another activation than TANH in integers"));
  LS_RETURN_IF_FAILED(ExpectDType(context, context.output(), {DType::kInt8}, "output"));
  LS_RETURN_IF_FAILED(ExpectQuantized(context, context.input(0), "input"));
  LS_RETURN_IF_FAILED(ExpectQuantized(context, context.output(), "output"));
  const TensorView &forget = context.input(places.weights[kForgetGate]),
                   &state = context.input(places.hidden);
  LS_RETURN_IF_FAILED(ExpectRank(context, forget, 2, 2, "weights of the forget gate"));
  LS_RETURN_IF_FAILED(ExpectRank(context, state, 2, 2, "output state"));
  units_ = forget.dim(0);
  outputs_ = state.dim(1);
  if (units_ < 1) return context.Mismatch("a cell without units");
  has_input_gate_ = Has(context, places.weights[kInputGate]);
  has_norm_ = Has(context, places.norm[kForgetGate]);
  for (size_t gate = has_input_gate_ ? kInputGate : kForgetGate; gate < 4; ++gate) {
    LS_RETURN_IF_FAILED(CheckGate(context, gate));
  }
  has_projection_ = Has(context, places.projection);
  if (has_projection_) {
    LS_RETURN_IF_FAILED(
        CheckTensor(context, places.projection, DType::kInt8, {outputs_, units_}, "projection weights"));
    if (Has(context, places.projection_bias)) {
      LS_RETURN_IF_FAILED(
          CheckTensor(context, places.projection_bias, DType::kInt32, {outputs_}, "projection bias", false));
    }
  } else if (outputs_ != units_) {
    return context.Mismatch("{} outputs of {} cells without a projection", outputs_, units_);
  }
  LS_RETURN_IF_FAILED(PrepareStates(context, batches));
  return PrepareScales(context);
}

// (normalized * coefficient + bias / 2^10) * scale, in units of 2^-12.
void IntegerLstmCell::Normalize(InvokeContext& context, size_t gate, std::vector<int16_t>& values) const {
  double sum = 0, squares = 0;
  for (int16_t value : values) sum += value;
  const double mean = sum / static_cast<double>(values.size());
  for (int16_t value : values) squares += (value - mean) * (value - mean);
  double variance = squares / static_cast<double>(values.size());
  if (variance < 1) variance = std::max(1.0, std::floor(10000 * gates_[gate].norm_scale));
  const int16_t* scale = context.input(places_.norm[gate]).as<int16_t>().data();
  const int32_t* bias = context.input(places_.bias[gate]).as<int32_t>().data();
  for (size_t i = 0; i < values.size(); ++i) {
    const double normalized = (values[i] - mean) / std::sqrt(variance);
    values[i] =
        Cut16(RoundToInt32((normalized * scale[i] + bias[i] / 1024.0) * gates_[gate].norm_scale * 4096));
  }
}

void IntegerLstmCell::RunGate(InvokeContext& context, size_t gate, const int8_t* x, const int8_t* hidden,
                              const int16_t* cell, std::vector<int16_t>& out) const {
  const int8_t* weights = context.input(places_.weights[gate]).as<int8_t>().data();
  const int8_t* recurrent = context.input(places_.recurrent[gate]).as<int8_t>().data();
  const int32_t* bias = context.input(places_.bias[gate]).as<int32_t>().data();
  const Gate& factors = gates_[gate];
  for (size_t i = 0; i < out.size(); ++i) {
    const auto row = static_cast<int64_t>(i);
    int32_t acc = Product(weights + row * size_, x, input_zero_, size_);
    if (!has_norm_) acc = WrappingAdd(acc, bias[i]);
    out[i] = Cut16(Scale(acc, factors.input));
    const int32_t more = Product(recurrent + row * outputs_, hidden, state_zero_, outputs_);
    out[i] = Cut16(WrappingAdd(Scale(more, factors.recurrent), int32_t{out[i]}));
  }
  if (Has(context, places_.peephole[gate])) {
    const int16_t* peephole = context.input(places_.peephole[gate]).as<int16_t>().data();
    for (size_t i = 0; i < out.size(); ++i) {
      out[i] = Cut16(WrappingAdd(Scale(peephole[i] * cell[i], factors.peephole), int32_t{out[i]}));
    }
  }
  if (has_norm_) Normalize(context, gate, out);
  for (int16_t& value : out) value = gate == kCellGate ? TanhOf(value, 3) : SigmoidOf(value);
}

void IntegerLstmCell::Step(InvokeContext& context, const int8_t* x, int64_t batch, int8_t* out) const {
  const auto units = static_cast<size_t>(units_);
  int8_t* hidden = context.input(places_.hidden).as_mutable<int8_t>().data() + batch * outputs_;
  int16_t* cell = context.input(places_.cell).as_mutable<int16_t>().data() + batch * units_;
  std::vector<int16_t> input_gate(units), forget_gate(units), cell_gate(units), output_gate(units);
  RunGate(context, kForgetGate, x, hidden, cell, forget_gate);
  if (has_input_gate_) {
    RunGate(context, kInputGate, x, hidden, cell, input_gate);
  } else {
    for (size_t i = 0; i < units; ++i) input_gate[i] = static_cast<int16_t>(32767 - forget_gate[i]);
  }
  RunGate(context, kCellGate, x, hidden, cell, cell_gate);
  for (size_t i = 0; i < units; ++i) {
    const int32_t kept = static_cast<int16_t>(RoundingShiftRight(forget_gate[i] * cell[i], 15));
    const int32_t added =
        static_cast<int16_t>(RoundingShiftRight(input_gate[i] * cell_gate[i], 30 + cell_log2_));
    cell[i] = Cut16(kept + added);
    if (cell_clip_ > 0) cell[i] = std::clamp<int16_t>(cell[i], static_cast<int16_t>(-cell_clip_), cell_clip_);
  }
  RunGate(context, kOutputGate, x, hidden, cell, output_gate);
  std::vector<int8_t> result(units);
  for (size_t i = 0; i < units; ++i) {
    const int32_t product = output_gate[i] * TanhOf(cell[i], 15 + cell_log2_);
    // Before a projection LiteRT takes the zero point with the other sign, on both sides of the product.
    result[i] = Cut8(WrappingAdd(Scale(product, hidden_), has_projection_ ? -hidden_zero_ : hidden_zero_));
  }
  if (has_projection_) {
    const int8_t* weights = context.input(places_.projection).as<int8_t>().data();
    const int32_t* bias = Has(context, places_.projection_bias)
                              ? context.input(places_.projection_bias).as<int32_t>().data()
                              : nullptr;
    std::vector<int8_t> projected(static_cast<size_t>(outputs_));
    for (int64_t o = 0; o < outputs_; ++o) {
      int32_t acc = Product(weights + o * units_, result.data(), -hidden_zero_, units_);
      if (bias != nullptr) acc = WrappingAdd(acc, bias[o]);
      int8_t value = Cut8(WrappingAdd(Scale(acc, projection_), state_zero_));
      if (projection_clip_ > 0)
        value = std::clamp<int8_t>(value, static_cast<int8_t>(-projection_clip_), projection_clip_);
      projected[static_cast<size_t>(o)] = value;
    }
    result = std::move(projected);
  }
  std::copy(result.begin(), result.end(), hidden);
  std::copy(result.begin(), result.end(), out);
}

}  // namespace litesmith
