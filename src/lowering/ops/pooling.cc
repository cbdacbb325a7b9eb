#include <limits>

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

}  // namespace

LS_LOWER(AvgPool) {
  if (lower.attributes().Text("padding") == "EXPLICIT")
    return lower.Refuse("average pooling has no explicit padding");
  return Pool(lower, tfl::AVERAGE_POOL_2D, std::nullopt);
}
// Padded places must never be the greatest.
LS_LOWER(MaxPool) { return Pool(lower, tfl::MAX_POOL_2D, std::numeric_limits<float>::lowest()); }

}  // namespace litesmith::lowering
