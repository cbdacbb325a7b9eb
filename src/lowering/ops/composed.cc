// Ops that TensorFlow Lite lacks and that a few of its others compute.
#include <array>

#include "lowering/broadcast.h"
#include "lowering/layout.h"

namespace litesmith::lowering {
namespace {

ir::Value* One(Lowering& lower) { return lower.Constant(Tensor::Scalar(1.0f)); }

Result<void> ExpectFloat(Lowering& lower) {
  if (lower.dtype(0) == DType::kFloat32) return {};
  return lower.Report(Code::kDtypeUnsupported,
                      fmt::format("it is computed for float32 only, not for {}", NameOf(lower.dtype(0))),
                      "cast its operand to float32 in the model's code");
}

Result<void> OneOver(Lowering& lower) {
  LS_RETURN_IF_FAILED(ExpectFloat(lower));
  return lower.Replace(lower.Make(tfl::DIV, {One(lower), lower.operand(0)}, NoActivation()));
}

}  // namespace

LS_LOWER(Reciprocal) { return OneOver(lower); }
LS_LOWER(Inv) { return OneOver(lower); }

// x / (|x| + 1)
LS_LOWER(Softsign) {
  LS_RETURN_IF_FAILED(ExpectFloat(lower));
  ir::Value* size = lower.Make(tfl::ABS, {lower.operand(0)});
  ir::Value* above = lower.Make(tfl::ADD, {size, One(lower)}, NoActivation());
  return lower.Replace(lower.Make(tfl::DIV, {lower.operand(0), above}, NoActivation()));
}

// max(x, 0) + log(exp(-|x|) + 1): never overflows, unlike log(exp(x) + 1).
LS_LOWER(Softplus) {
  LS_RETURN_IF_FAILED(ExpectFloat(lower));
  ir::Value* falling =
      lower.Make(tfl::EXP, {lower.Make(tfl::NEG, {lower.Make(tfl::ABS, {lower.operand(0)})})});
  ir::Value* rest = lower.Make(tfl::LOG, {lower.Make(tfl::ADD, {falling, One(lower)}, NoActivation())});
  ir::Value* kept = lower.Make(tfl::RELU, {lower.operand(0)});
  return lower.Replace(lower.Make(tfl::ADD, {kept, rest}, NoActivation()));
}

// Its kernel broadcasts nothing (kernels/atan2.cc).
LS_LOWER(Atan2) { return LowerBroadcast(lower, tfl::ATAN2, 0); }
LS_LOWER(BitwiseXor) { return LowerBroadcast(lower, tfl::BITWISE_XOR, 4); }
LS_LOWER(RightShift) { return LowerBroadcast(lower, tfl::RIGHT_SHIFT, 4); }

// The gradient of a convolution is a transposed convolution: operands are the result's shape, the filter
// [h, w, out, in], the input.
LS_LOWER(Conv2DBackpropInput) {
  if (lower.attributes().Text("data_format", "NHWC") != "NHWC")
    return lower.Refuse("its channels come first");
  const Spatial dilations = SpatialOf(lower, "dilations");
  if (dilations.height != 1 || dilations.width != 1) return lower.Refuse("it is dilated");
  const std::string padding = lower.attributes().Text("padding");
  if (padding != "SAME" && padding != "VALID") return lower.Refuse("its padding is '{}'", padding);
  if (lower.dtype(1) != DType::kFloat32 || lower.dtype(2) != DType::kFloat32) {
    return lower.Report(Code::kDtypeUnsupported, "TensorFlow Lite's transposed convolution takes float32",
                        "cast the operands to float32 in the model's code");
  }
  constexpr std::array<int, 4> kOhwi = {2, 0, 1, 3};
  ir::Value* weights = Permuted(lower, lower.operand(1), kOhwi);
  const Spatial strides = SpatialOf(lower, "strides");
  const auto kind = padding == "SAME" ? tfl::Padding::kSame : tfl::Padding::kValid;
  return lower.Replace(lower.Make(tfl::TRANSPOSE_CONV, {lower.operand(0), weights, lower.operand(2)},
                                  {{"padding", static_cast<int64_t>(kind)},
                                   {"stride_h", strides.height},
                                   {"stride_w", strides.width},
                                   {"fused_activation_function", int64_t{0}}}));
}

}  // namespace litesmith::lowering
