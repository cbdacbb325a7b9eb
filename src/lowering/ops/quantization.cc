// Ops that imitate quantization in floating point, as training puts them into a graph.
#include <cmath>

#include "lowering/lowering.h"

namespace litesmith::lowering {
namespace {

// A range of numbers as TensorFlow moves it so that zero is one of its steps (fake_quant_ops_functor.h,
// Nudge).
struct Range {
  float low = 0, high = 0, step = 0;
};

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

Result<Range> NudgedRange(Lowering& lower, float low, float high) {
  if (!(low < high) || std::isinf(low) || std::isinf(high)) return RefuseRange(lower, low, high);
  const int64_t bits = lower.attributes().Int("num_bits", 8);
  if (bits < 2 || bits > 16) return lower.Refuse("{} bits; 2 to 16 are possible", bits);
  const float first = lower.attributes().Bool("narrow_range") ? 1.0f : 0.0f;
  const float last = static_cast<float>((1 << bits) - 1);
  const float step = (high - low) / (last - first);
  const float zero_from_low = first - low / step;
  const float zero = zero_from_low < first ? first : zero_from_low > last ? last : std::round(zero_from_low);
  return Range{(first - zero) * step, (last - zero) * step, step};
}

// clamp, floor((x - low) / step + 0.5) * step + low, with one range for all, or one for each place of the
// last axis.
Result<void> Imitate(Lowering& lower, const std::vector<Range>& ranges, const Dims& dims) {
  const auto row = [&](auto&& number) {
    std::vector<float> values;
    for (const Range& range : ranges) values.push_back(number(range));
    return lower.Constant(Tensor::Of<float>(dims, values));
  };
  ir::Value* lows = row([](const Range& range) { return range.low; });
  const Attributes plain{{"fused_activation_function", int64_t{0}}};
  ir::Value* value = lower.Make(tfl::MAXIMUM, {lower.operand(0), lows});
  value = lower.Make(tfl::MINIMUM, {value, row([](const Range& range) { return range.high; })});
  value = lower.Make(tfl::SUB, {value, lows}, plain);
  value = lower.Make(tfl::MUL, {value, row([](const Range& range) { return 1.0f / range.step; })}, plain);
  value = lower.Make(tfl::ADD, {value, lower.Constant(Tensor::Scalar(0.5f))}, plain);
  value = lower.Make(tfl::FLOOR, {value});
  value = lower.Make(tfl::MUL, {value, row([](const Range& range) { return range.step; })}, plain);
  return lower.Replace(lower.Make(tfl::ADD, {value, lows}, plain));
}

// FAKE_QUANT nudges by itself, but takes ranges that hold zero only, and the official runtime refuses narrow
// ones.
Result<void> WithRange(Lowering& lower, float low, float high) {
  LS_TRY(const Range nudged, NudgedRange(lower, low, high));
  if (lower.attributes().Bool("narrow_range")) return Imitate(lower, {nudged}, {});
  const bool holds_zero = low <= 0 && high >= 0;
  return lower.Replace(lower.Make(tfl::FAKE_QUANT, {lower.operand(0)},
                                  {{"min", holds_zero ? low : nudged.low},
                                   {"max", holds_zero ? high : nudged.high},
                                   {"num_bits", lower.attributes().Int("num_bits", 8)},
                                   {"narrow_range", false}}));
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
  std::vector<Range> ranges;
  for (int64_t i = 0; i < low->elements(); ++i) {
    LS_TRY(const Range range, NudgedRange(lower, low->data<float>()[i], high->data<float>()[i]));
    ranges.push_back(range);
  }
  return Imitate(lower, ranges, {low->elements()});
}

}  // namespace litesmith::lowering
