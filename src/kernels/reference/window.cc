#include "kernels/reference/window.h"

namespace litesmith {
namespace {

constexpr int64_t kMaxExtent = std::numeric_limits<int32_t>::max();

}  // namespace

Result<Padding> PaddingOf(PrepareContext& context) {
  LS_TRY(const int64_t value, IntAttribute(context, "padding", 0, 0, 1));
  return static_cast<Padding>(value);
}

Result<Window> WindowOf(PrepareContext& context, Padding padding, int64_t input, int64_t size,
                        std::string_view stride_name, std::string_view dilation_name, std::string_view axis) {
  Window window;
  window.input = input;
  window.size = size;
  LS_TRY(window.stride, IntAttribute(context, stride_name, 1, 1, kMaxExtent));
  if (!dilation_name.empty()) {
    LS_TRY(window.dilation, IntAttribute(context, dilation_name, 1, 1, kMaxExtent));
  }
  if (size < 1 || size > kMaxExtent || input > kMaxExtent) {
    return context.Mismatch("a window of {} over {} elements of {}", size, input, axis);
  }
  const int64_t span = (size - 1) * window.dilation + 1;
  if (padding == Padding::kSame) {
    window.output = (input + window.stride - 1) / window.stride;
    window.before = std::max<int64_t>(0, (window.output - 1) * window.stride + span - input) / 2;
    return window;
  }
  if (input < span) {
    return context.Mismatch("a window that spans {} elements does not fit an input {} of {} (padding VALID)",
                            span, axis, input);
  }
  window.output = (input - span) / window.stride + 1;
  return window;
}

}  // namespace litesmith
