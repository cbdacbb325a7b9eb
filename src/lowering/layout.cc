#include "lowering/layout.h"

#include <array>

#include "tensor/transpose.h"

namespace litesmith::lowering {
namespace {

constexpr std::array<int, 4> kToLast = {0, 2, 3, 1}, kToFirst = {0, 3, 1, 2};

Shape PermutedShape(const Shape& shape, std::span<const int> permutation) {
  if (!shape.ranked() || shape.rank() != static_cast<int>(permutation.size())) return Shape::Unknown();
  Shape result = shape;
  for (int i = 0; i < shape.rank(); ++i) result[i] = shape[permutation[static_cast<size_t>(i)]];
  return result;
}

}  // namespace

ir::Value* Permuted(Lowering& lower, ir::Value* value, std::span<const int> permutation) {
  if (const Tensor* tensor = value->constant(); tensor != nullptr && BitsOf(tensor->dtype()) >= 8) {
    ir::Value* constant = lower.Constant(Transposed(*tensor, permutation));
    constant->name = value->name;
    return constant;
  }
  return lower.Make(tfl::TRANSPOSE, {value, lower.Int32s({permutation.begin(), permutation.end()})},
                    {value->type.dtype, PermutedShape(value->type.shape, permutation), nullptr});
}

bool ChannelsFirst(const Lowering& lower) { return lower.attributes().Text("data_format", "NHWC") == "NCHW"; }

Spatial SpatialOf(const Lowering& lower, std::string_view attribute) {
  const std::vector<int64_t> values = lower.attributes().Ints(attribute);
  if (values.size() != 4) return {};
  return ChannelsFirst(lower) ? Spatial{values[2], values[3]} : Spatial{values[1], values[2]};
}

ir::Value* ToChannelsLast(Lowering& lower, ir::Value* value) {
  return ChannelsFirst(lower) ? Permuted(lower, value, kToLast) : value;
}

ir::Type ChannelsLastType(const Lowering& lower, const ir::Type& type) {
  return ChannelsFirst(lower) ? ir::Type{type.dtype, PermutedShape(type.shape, kToLast), nullptr} : type;
}

ir::Value* FromChannelsLast(Lowering& lower, ir::Value* value) {
  return ChannelsFirst(lower) ? Permuted(lower, value, kToFirst) : value;
}

Result<int64_t> PaddingOf(Lowering& lower, ir::Value*& input, std::optional<float> fill) {
  const std::string padding = lower.attributes().Text("padding", "VALID");
  if (padding == "SAME") return static_cast<int64_t>(tfl::Padding::kSame);
  if (padding == "VALID") return static_cast<int64_t>(tfl::Padding::kValid);
  std::vector<int64_t> pads = lower.attributes().Ints("explicit_paddings");
  if (padding != "EXPLICIT" || pads.size() != 8) return lower.Refuse("its padding is '{}'", padding);
  if (ChannelsFirst(lower)) pads = {pads[0], pads[1], pads[4], pads[5], pads[6], pads[7], pads[2], pads[3]};
  Shape shape = input->type.shape;
  for (int i = 0; shape.ranked() && i < shape.rank(); ++i) {
    const size_t at = static_cast<size_t>(2 * i);
    if (shape[i].known())
      shape[i] = Dim(shape[i].value() + pads[at] + pads[at + 1]);
    else if (pads[at] + pads[at + 1] != 0)
      shape[i] = Dim::Unknown();
  }
  ir::Value* amounts =
      lower.Constant(Tensor::Of<int32_t>({4, 2}, std::vector<int32_t>(pads.begin(), pads.end())));
  const ir::Type type{input->type.dtype, shape, nullptr};
  input = fill ? lower.Make(tfl::PADV2, {input, amounts, lower.Constant(Tensor::Scalar(*fill))}, type)
               : lower.Make(tfl::PAD, {input, amounts}, type);
  return static_cast<int64_t>(tfl::Padding::kValid);
}

}  // namespace litesmith::lowering
