// Ops that imitate quantization in floating point, as training puts them into a graph.
#include <algorithm>
#include <cmath>
#include <limits>

#include "lowering/lowering.h"
#include "tf/shape_context.h"

namespace litesmith::lowering {
namespace {

// A grid of numbers that holds zero.
struct Grid {
  float low = 0, high = 0, step = 0;
};

const Attributes kPlain{{"fused_activation_function", int64_t{0}}};

Failed RefuseRange(Lowering& lower, float low, float high) {
  return lower.Report(
      Code::kQuantizationInvalid,
      fmt::format("its range is min {} to max {}, from which no scale follows", low, high),
      std::isnan(low) || std::isnan(high)
          ? "the range was never trained: train or calibrate until min and max are numbers, or remove the "
            "op, and export "
            "again"
          : "give it a range whose min is below its max, both of them numbers, and export again");
}

Result<int64_t> BitsIn(Lowering& lower, int64_t bits) {
  if (bits < 2 || bits > 16) return lower.Refuse("{} bits; 2 to 16 are possible", bits);
  return bits;
}

void WarnOfMovedRange(Lowering& lower, float low, float high, const Grid& grid) {
  Finding finding = tf::FindingAt(Code::kQuantizationInvalid, lower.node());
  lower.context().findings.Report(
      std::move(finding)
          .As(Severity::kWarning)
          .Headline("the trained range of {} does not hold zero", lower.node().op_name())
          .Cause(
              "min {} to max {} has no place for zero, which integers need: TensorFlow moves it to {} to {}, "
              "and so does the converted model; numbers outside of that are clipped",
              low, high, grid.low, grid.high)
          .Fix("if that was not meant, train with a range that holds zero"));
}

// A range as TensorFlow moves it so that zero is one of its steps (fake_quant_ops_functor.h, Nudge).
Result<Grid> NudgedRange(Lowering& lower, float low, float high) {
  if (!(low < high) || std::isinf(low) || std::isinf(high)) return RefuseRange(lower, low, high);
  LS_TRY(const int64_t bits, BitsIn(lower, lower.attributes().Int("num_bits", 8)));
  const float first = lower.attributes().Bool("narrow_range") ? 1.0f : 0.0f;
  const float last = static_cast<float>((1 << bits) - 1);
  const float step = (high - low) / (last - first);
  const float zero_from_low = first - low / step;
  const float zero = zero_from_low < first ? first : zero_from_low > last ? last : std::round(zero_from_low);
  const Grid grid{(first - zero) * step, (last - zero) * step, step};
  if (low > 0 || high < 0) WarnOfMovedRange(lower, low, high, grid);
  return grid;
}

// clamp, floor((x - low) / step + 0.5) * step + low, with one range for all, or one for each place of the
// last axis.
Result<void> Imitate(Lowering& lower, const std::vector<Grid>& grids, const Dims& dims) {
  const auto row = [&](auto&& number) {
    std::vector<float> values;
    for (const Grid& grid : grids) values.push_back(number(grid));
    return lower.Constant(Tensor::Of<float>(dims, values));
  };
  ir::Value* lows = row([](const Grid& grid) { return grid.low; });
  ir::Value* value = lower.Make(tfl::MAXIMUM, {lower.operand(0), lows});
  value = lower.Make(tfl::MINIMUM, {value, row([](const Grid& grid) { return grid.high; })});
  value = lower.Make(tfl::SUB, {value, lows}, kPlain);
  value = lower.Make(tfl::MUL, {value, row([](const Grid& grid) { return 1.0f / grid.step; })}, kPlain);
  value = lower.Make(tfl::ADD, {value, lower.Constant(Tensor::Scalar(0.5f))}, kPlain);
  value = lower.Make(tfl::FLOOR, {value});
  value = lower.Make(tfl::MUL, {value, row([](const Grid& grid) { return grid.step; })}, kPlain);
  return lower.Replace(lower.Make(tfl::ADD, {value, lows}, kPlain));
}

// One grid for all. The official kernel refuses narrow ranges: such a grid is the wide one with its lowest
// step cut off.
Result<void> WithGrid(Lowering& lower, const Grid& grid, int64_t bits, bool narrow) {
  ir::Value* value = lower.operand(0);
  if (narrow) value = lower.Make(tfl::MAXIMUM, {value, lower.Constant(Tensor::Scalar(grid.low))});
  return lower.Replace(lower.Make(tfl::FAKE_QUANT, {value},
                                  {{"min", narrow ? grid.low - grid.step : grid.low},
                                   {"max", grid.high},
                                   {"num_bits", bits},
                                   {"narrow_range", false}}));
}

Result<void> WithRange(Lowering& lower, float low, float high) {
  LS_TRY(const Grid grid, NudgedRange(lower, low, high));
  return WithGrid(lower, grid, lower.attributes().Int("num_bits", 8),
                  lower.attributes().Bool("narrow_range"));
}

const Tensor* ConstantRange(const Lowering& lower, size_t operand) {
  const Tensor* tensor = lower.constant(operand);
  return tensor != nullptr && tensor->dtype() == DType::kFloat32 ? tensor : nullptr;
}

Failed RefuseComputedRange(Lowering& lower) {
  return lower.Report(Code::kQuantizationInvalid, "its range is computed while the model runs",
                      "freeze the trained min and max into constants and export again");
}

}  // namespace

LS_LOWER(FakeQuantWithMinMaxArgs) {
  return WithRange(lower, lower.attributes().Float("min", -6), lower.attributes().Float("max", 6));
}

LS_LOWER(FakeQuantWithMinMaxVars) {
  const Tensor *low = ConstantRange(lower, 1), *high = ConstantRange(lower, 2);
  if (low == nullptr || high == nullptr || low->elements() != 1 || high->elements() != 1)
    return RefuseComputedRange(lower);
  return WithRange(lower, low->data<float>()[0], high->data<float>()[0]);
}

LS_LOWER(FakeQuantWithMinMaxVarsPerChannel) {
  const Tensor *low = ConstantRange(lower, 1), *high = ConstantRange(lower, 2);
  if (low == nullptr || high == nullptr || low->elements() != high->elements())
    return RefuseComputedRange(lower);
  std::vector<Grid> grids;
  for (int64_t i = 0; i < low->elements(); ++i) {
    LS_TRY(grids.emplace_back(), NudgedRange(lower, low->data<float>()[i], high->data<float>()[i]));
  }
  return Imitate(lower, grids, {low->elements()});
}

namespace {

// QuantizeAndDequantize: zero is a step of its own accord, and one scale serves both ends of the range
// (TensorFlow's quantize_and_dequantize_op.h).
struct Symmetric {
  int64_t bits = 8;
  float low = -128, high = 127;  // in steps
  bool narrow = false, half_up = false;
};

Result<Symmetric> SymmetricOf(Lowering& lower, int64_t wanted_bits) {
  LS_TRY(const int64_t bits, BitsIn(lower, wanted_bits));
  const Attributes& attributes = lower.attributes();
  Symmetric grid{bits, 0, static_cast<float>((1 << bits) - 1)};
  grid.half_up = attributes.Text("round_mode", "HALF_TO_EVEN") == "HALF_UP";
  if (!attributes.Bool("signed_input", true)) return grid;
  grid.narrow = attributes.Bool("narrow_range");
  grid.high = static_cast<float>((1 << (bits - 1)) - 1);
  grid.low = grid.narrow ? -grid.high : -grid.high - 1;
  return grid;
}

// The step of the end that needs the larger one.
Result<Grid> GridOf(Lowering& lower, const Symmetric& symmetric, float min, float max) {
  float step = symmetric.high * max > 0 ? max / symmetric.high : 0;
  if (symmetric.low * min > 0) step = std::max(step, min / symmetric.low);
  if (!(min <= max) || !(step > 0) || std::isinf(step)) return RefuseRange(lower, min, max);
  return Grid{symmetric.low * step, symmetric.high * step, step};
}

// round(x / step) * step
ir::Value* Rounded(Lowering& lower, ir::Value* value, ir::Value* steps, bool half_up) {
  value = lower.Make(tfl::DIV, {value, steps}, kPlain);
  if (half_up) value = lower.Make(tfl::ADD, {value, lower.Constant(Tensor::Scalar(0.5f))}, kPlain);
  value = lower.Make(half_up ? tfl::FLOOR : tfl::ROUND, {value});
  return lower.Make(tfl::MUL, {value, steps}, kPlain);
}

// One range for each slice of an axis.
Result<void> ByAxis(Lowering& lower, const Symmetric& symmetric, const Tensor& min, const Tensor& max,
                    const Dims& dims) {
  std::vector<float> lows, highs, steps;
  for (int64_t i = 0; i < min.elements(); ++i) {
    LS_TRY(const Grid grid, GridOf(lower, symmetric, min.data<float>()[i], max.data<float>()[i]));
    lows.push_back(grid.low);
    highs.push_back(grid.high);
    steps.push_back(grid.step);
  }
  const auto row = [&](const std::vector<float>& values) {
    return lower.Constant(Tensor::Of<float>(dims, values));
  };
  ir::Value* value = lower.Make(tfl::MAXIMUM, {lower.operand(0), row(lows)});
  value = lower.Make(tfl::MINIMUM, {value, row(highs)});
  return lower.Replace(Rounded(lower, value, row(steps), symmetric.half_up));
}

// The range of the numbers themselves, found while the model runs. Nothing lies outside of it but negative
// numbers on an unsigned grid.
Result<void> ByData(Lowering& lower, const Symmetric& symmetric, int64_t axis) {
  const Shape& shape = lower.shape(0);
  if (!shape.ranked()) return lower.Refuse("the rank of its input is not known");
  std::vector<int64_t> axes;
  for (int i = 0; i < shape.rank(); ++i) {
    if (i != axis) axes.push_back(i);
  }
  ir::Value* value = lower.operand(0);
  const auto end = [&](const ir::OpDef& reduce, float steps) {
    ir::Type type = lower.result_type();
    std::vector<Dim> dims;
    for (int i = 0; i < shape.rank(); ++i) dims.push_back(i == axis ? shape[i] : Dim(1));
    type.shape = Shape(dims);
    ir::Value* found = lower.Make(reduce, {value, lower.Int32s(axes)}, type, {{"keep_dims", true}});
    return lower.Make(tfl::MUL, {found, lower.Constant(Tensor::Scalar(1 / steps))}, type, kPlain);
  };
  // Numbers that are all zero have no step: any will do.
  ir::Value* least = lower.Constant(Tensor::Scalar(std::numeric_limits<float>::min()));
  ir::Value* steps = end(tfl::REDUCE_MAX, symmetric.high);
  steps = lower.Make(tfl::MAXIMUM, {steps, least}, steps->type);
  if (symmetric.low < 0) {
    steps = lower.Make(tfl::MAXIMUM, {steps, end(tfl::REDUCE_MIN, symmetric.low)}, steps->type);
  } else {
    value = lower.Make(tfl::RELU, {value});
  }
  return lower.Replace(Rounded(lower, value, steps, symmetric.half_up));
}

Result<void> RoundTrip(Lowering& lower, int64_t bits, bool range_given) {
  LS_TRY(const Symmetric symmetric, SymmetricOf(lower, bits));
  const int64_t axis = lower.attributes().Int("axis", -1);
  if (!range_given) return ByData(lower, symmetric, axis);
  const Tensor *min = ConstantRange(lower, 1), *max = ConstantRange(lower, 2);
  if (min == nullptr || max == nullptr || min->elements() != max->elements() || min->elements() == 0)
    return RefuseComputedRange(lower);
  if (axis >= 0) {
    if (axis >= lower.shape(0).rank())
      return lower.Refuse("the shape of its input is not known, or has no axis {}", axis);
    Dims dims(static_cast<size_t>(lower.shape(0).rank()), 1);
    dims[static_cast<size_t>(axis)] = min->elements();
    return ByAxis(lower, symmetric, *min, *max, dims);
  }
  if (min->elements() != 1) return RefuseComputedRange(lower);
  LS_TRY(const Grid grid, GridOf(lower, symmetric, min->data<float>()[0], max->data<float>()[0]));
  return WithGrid(lower, grid, symmetric.bits, symmetric.narrow);
}

}  // namespace

LS_LOWER(QuantizeAndDequantizeV2) {
  return RoundTrip(lower, lower.attributes().Int("num_bits", 8), lower.attributes().Bool("range_given"));
}
LS_LOWER(QuantizeAndDequantizeV4) {
  return RoundTrip(lower, lower.attributes().Int("num_bits", 8), lower.attributes().Bool("range_given"));
}
LS_LOWER(QuantizeAndDequantizeV3) {
  const Tensor* bits = lower.constant(3);
  const auto known = bits != nullptr ? bits->ToInt64() : std::nullopt;
  if (!known || known->size() != 1)
    return lower.Refuse("its number of bits is computed while the model runs");
  return RoundTrip(lower, known->front(), lower.attributes().Bool("range_given", true));
}

}  // namespace litesmith::lowering
