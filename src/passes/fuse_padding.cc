// A PAD of zeros before a convolution without padding is the convolution's own SAME padding where both put
// the same number of zeros on each side. SAME: ceil(size / stride) results, the zeros they need in all split
// in two, the odd one after (TensorFlow's definition of the padding).
#include <algorithm>

#include "passes/passes.h"
#include "tfl/ops.h"

namespace litesmith::passes {
namespace {

struct Amount {
  int64_t before, after;
  friend bool operator==(const Amount&, const Amount&) = default;
};

Amount SamePadding(int64_t size, int64_t filter, int64_t stride, int64_t dilation) {
  const int64_t results = (size + stride - 1) / stride;
  const int64_t reach = (filter - 1) * dilation + 1;
  const int64_t total = std::max<int64_t>((results - 1) * stride + reach - size, 0);
  return {total / 2, total - total / 2};
}

bool Fuse(ir::Node& convolution) {
  if (!convolution.Is(tfl::CONV_2D) && !convolution.Is(tfl::DEPTHWISE_CONV_2D)) return false;
  if (convolution.attributes.Int("padding") != static_cast<int64_t>(tfl::Padding::kValid)) return false;
  const ir::Node* pad = convolution.operand(0)->node();
  if (pad == nullptr || !pad->Is(tfl::PAD)) return false;
  const Tensor* amounts = pad->constant_operand(1);
  const auto pads = amounts != nullptr ? amounts->ToInt64() : std::nullopt;
  const Shape& input = pad->operand(0)->type.shape;
  const Shape& filter = convolution.operand(1)->type.shape;
  if (!pads || pads->size() != 8 || !input.ranked() || input.rank() != 4 || !filter.ranked() ||
      filter.rank() != 4)
    return false;
  if (!input[1].known() || !input[2].known() || !filter[1].known() || !filter[2].known()) return false;
  if ((*pads)[0] != 0 || (*pads)[1] != 0 || (*pads)[6] != 0 || (*pads)[7] != 0) return false;
  const Attributes& options = convolution.attributes;
  const int64_t stride_h = options.Int("stride_h"), stride_w = options.Int("stride_w");
  if (stride_h <= 0 || stride_w <= 0) return false;
  const Amount rows =
      SamePadding(input[1].value(), filter[1].value(), stride_h, options.Int("dilation_h_factor", 1));
  const Amount columns =
      SamePadding(input[2].value(), filter[2].value(), stride_w, options.Int("dilation_w_factor", 1));
  if (rows != Amount{(*pads)[2], (*pads)[3]} || columns != Amount{(*pads)[4], (*pads)[5]}) return false;
  convolution.SetOperand(0, pad->operand(0));
  convolution.attributes.Set("padding", static_cast<int64_t>(tfl::Padding::kSame));
  convolution.origin = convolution.function()->module()->origins.Join(convolution.origin, pad->origin);
  return true;
}

}  // namespace

Result<Changed> FusePadding(Module& module, PassContext&) {
  bool changed = false;
  for (const auto& function : module.functions()) {
    for (ir::Node& node : function->nodes()) changed |= Fuse(node);
    function->EraseDeadNodes();
  }
  return changed ? Changed::kYes : Changed::kNo;
}

}  // namespace litesmith::passes
