#include <limits>

#include "base/checked.h"
#include "lowering/indices.h"
#include "lowering/layout.h"

namespace litesmith::lowering {
namespace {

Result<void> Pool(Lowering& lower, const ir::OpDef& op, std::optional<float> fill) {
  const std::vector<int64_t> sizes = lower.attributes().Ints("ksize"),
                             strides = lower.attributes().Ints("strides");
  const size_t channel = ChannelsFirst(lower) ? 1 : 3;
  if (sizes.size() != 4 || strides.size() != 4 || sizes[0] != 1 || strides[0] != 1 || sizes[channel] != 1 ||
      strides[channel] != 1) {
    return lower.Refuse("it pools over batch or channels; TensorFlow Lite pools over height and width only");
  }
  ir::Value* input = ToChannelsLast(lower, lower.operand(0));
  LS_TRY(const int64_t padding, PaddingOf(lower, input, fill));
  const Spatial size = SpatialOf(lower, "ksize"), stride = SpatialOf(lower, "strides");
  ir::Value* result = lower.Make(op, {input}, ChannelsLastType(lower, lower.result_type()),
                                 {{"padding", padding},
                                  {"stride_h", stride.height},
                                  {"stride_w", stride.width},
                                  {"filter_height", size.height},
                                  {"filter_width", size.width},
                                  {"fused_activation_function", int64_t{0}}});
  return lower.Replace(FromChannelsLast(lower, result));
}

// Over height and width first, then over depth, with height and width as one axis: greatest ones and means of
// rectangles are those of their rows. Channels last.
Result<void> PoolVolume(Lowering& lower, const ir::OpDef& op) {
  const std::vector<int64_t> sizes = lower.attributes().Ints("ksize"),
                             strides = lower.attributes().Ints("strides");
  const std::string padding = lower.attributes().Text("padding");
  if (lower.attributes().Text("data_format", "NDHWC") != "NDHWC")
    return lower.Refuse("its channels come first");
  if (padding != "SAME" && padding != "VALID") return lower.Refuse("its padding is '{}'", padding);
  if (sizes.size() != 5 || strides.size() != 5 || sizes[0] != 1 || strides[0] != 1 || sizes[4] != 1 ||
      strides[4] != 1) {
    return lower.Refuse("it pools over batch or channels");
  }
  const Shape from = lower.shape(0), to = lower.result_type().shape;
  if (from.rank() != 5 || to.rank() != 5)
    return lower.Report(Code::kShapeUnknown, "the rank of its operand is not known");
  for (int axis = 1; axis < 5; ++axis) {
    if (!from[axis].known() || !to[axis].known())
      return lower.Report(Code::kShapeUnknown, fmt::format("the size of its axis {} is not known", axis));
  }
  const auto area = CheckedProduct(Dims{to[2].value(), to[3].value()});
  if (!area) return lower.Refuse("its result {} is too large", ToText(to));
  const DType dtype = lower.dtype(0);
  const auto pool = [&](ir::Value* value, Shape shape, Spatial size, Spatial stride) {
    const auto kind = padding == "SAME" ? tfl::Padding::kSame : tfl::Padding::kValid;
    return lower.Make(op, {value}, {dtype, std::move(shape), nullptr},
                      {{"padding", static_cast<int64_t>(kind)},
                       {"stride_h", stride.height},
                       {"stride_w", stride.width},
                       {"filter_height", size.height},
                       {"filter_width", size.width},
                       {"fused_activation_function", int64_t{0}}});
  };
  const Shape slices{Dim::Unknown(), from[2], from[3], from[4]};
  LS_TRY(ir::Value * value, ReshapeTo(lower, lower.operand(0), {dtype, slices, nullptr}));
  value = pool(value, {Dim::Unknown(), to[2], to[3], to[4]}, {sizes[2], sizes[3]}, {strides[2], strides[3]});
  LS_TRY(value, ReshapeTo(lower, value, {dtype, {from[0], from[1], Dim(*area), to[4]}, nullptr}));
  value = pool(value, {from[0], to[1], Dim(*area), to[4]}, {sizes[1], 1}, {strides[1], 1});
  LS_TRY(value, ReshapeTo(lower, value, lower.result_type()));
  return lower.Replace(value);
}

}  // namespace

LS_LOWER(AvgPool3D) { return PoolVolume(lower, tfl::AVERAGE_POOL_2D); }
LS_LOWER(MaxPool3D) { return PoolVolume(lower, tfl::MAX_POOL_2D); }

LS_LOWER(AvgPool) {
  if (lower.attributes().Text("padding") == "EXPLICIT")
    return lower.Refuse("average pooling has no explicit padding");
  return Pool(lower, tfl::AVERAGE_POOL_2D, std::nullopt);
}
// Padded places must never be the greatest.
LS_LOWER(MaxPool) { return Pool(lower, tfl::MAX_POOL_2D, std::numeric_limits<float>::lowest()); }

}  // namespace litesmith::lowering
