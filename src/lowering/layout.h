// Data formats and weights: TensorFlow's NCHW and HWIO against TensorFlow Lite's NHWC and OHWI.
#pragma once

#include <span>

#include "lowering/lowering.h"

namespace litesmith::lowering {

// The value with its axes permuted: a constant is permuted now, anything else by a TRANSPOSE.
ir::Value* Permuted(Lowering& lower, ir::Value* value, std::span<const int> permutation);

// The two spatial entries of a list of four ("strides", "ksize", "dilations") under the node's data_format.
struct Spatial {
  int64_t height = 1, width = 1;
};
Spatial SpatialOf(const Lowering& lower, std::string_view attribute);
// Whether the node says NCHW.
bool ChannelsFirst(const Lowering& lower);

// SAME and VALID as the schema numbers them; EXPLICIT becomes a PAD (of `fill`, float only if not zero) and
// VALID. `input` is replaced by the padded value. The input is NHWC.
Result<int64_t> PaddingOf(Lowering& lower, ir::Value*& input, std::optional<float> fill = std::nullopt);

// The input as NHWC, and the result brought back: for ops that exist channels-last only.
ir::Value* ToChannelsLast(Lowering& lower, ir::Value* value);
// The NHWC type of an output of the node.
ir::Type ChannelsLastType(const Lowering& lower, const ir::Type& type);
ir::Value* FromChannelsLast(Lowering& lower, ir::Value* value);

}  // namespace litesmith::lowering
