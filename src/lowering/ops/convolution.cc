// Convolutions: weights HWIO become OHWI, depthwise [h, w, in, multiplier] become [1, h, w, in * multiplier];
// a bias of zeros stands ready for the sum that follows (passes/fuse_bias.cc).
#include <array>

#include "base/checked.h"
#include "lowering/indices.h"
#include "lowering/layout.h"
#include "tensor/transpose.h"

namespace litesmith::lowering {
namespace {

Result<void> ExpectFloat(Lowering& lower) {
  if (lower.dtype(0) == DType::kFloat32 && lower.dtype(1) == DType::kFloat32) return {};
  return lower.Report(
      Code::kDtypeUnsupported,
      fmt::format("TensorFlow Lite's kernel takes float32, here it gets {}", NameOf(lower.dtype(0))),
      "cast the operands to float32 in the model's code");
}

Attributes ConvolutionOptions(const Lowering& lower, int64_t padding) {
  const Spatial strides = SpatialOf(lower, "strides"), dilations = SpatialOf(lower, "dilations");
  return {{"padding", padding},
          {"stride_h", strides.height},
          {"stride_w", strides.width},
          {"dilation_h_factor", dilations.height},
          {"dilation_w_factor", dilations.width},
          {"fused_activation_function", int64_t{0}}};
}

// Options of CONV_3D and CONV_3D_TRANSPOSE, which know channels last, SAME and VALID only. Reports
// kLoweringRefused.
Result<Attributes> VolumeOptions(Lowering& lower) {
  const std::string padding = lower.attributes().Text("padding");
  const std::vector<int64_t> strides = lower.attributes().Ints("strides");
  std::vector<int64_t> dilations = lower.attributes().Ints("dilations");
  if (dilations.empty()) dilations.assign(5, 1);
  if (lower.attributes().Text("data_format", "NDHWC") != "NDHWC")
    return lower.Refuse("its channels come first");
  if (padding != "SAME" && padding != "VALID") return lower.Refuse("its padding is '{}'", padding);
  if (strides.size() != 5 || dilations.size() != 5 || strides[0] != 1 || strides[4] != 1 ||
      dilations[0] != 1 || dilations[4] != 1) {
    return lower.Refuse("it moves over batch or channels; TensorFlow Lite over depth, height and width only");
  }
  const auto kind = padding == "SAME" ? tfl::Padding::kSame : tfl::Padding::kValid;
  return Attributes{{"padding", static_cast<int64_t>(kind)},
                    {"stride_d", strides[1]},
                    {"stride_h", strides[2]},
                    {"stride_w", strides[3]},
                    {"dilation_d_factor", dilations[1]},
                    {"dilation_h_factor", dilations[2]},
                    {"dilation_w_factor", dilations[3]},
                    {"fused_activation_function", int64_t{0}}};
}

ir::Value* ZeroBias(Lowering& lower, int64_t channels) {
  return lower.Constant(Tensor::Zeros(DType::kFloat32, {channels}));
}

}  // namespace

LS_LOWER(Conv2D) {
  LS_RETURN_IF_FAILED(ExpectFloat(lower));
  const Shape& filter = lower.shape(1);
  if (!filter.ranked() || filter.rank() != 4 || !filter[3].known()) {
    return lower.Report(Code::kShapeUnknown, "the number of output channels of its filter is not known");
  }
  ir::Value* input = ToChannelsLast(lower, lower.operand(0));
  LS_TRY(const int64_t padding, PaddingOf(lower, input));
  constexpr std::array<int, 4> kOhwi = {3, 0, 1, 2};
  ir::Value* weights = Permuted(lower, lower.operand(1), kOhwi);
  ir::Value* result =
      lower.Make(tfl::CONV_2D, {input, weights, ZeroBias(lower, filter[3].value())},
                 ChannelsLastType(lower, lower.result_type()), ConvolutionOptions(lower, padding));
  return lower.Replace(FromChannelsLast(lower, result));
}

LS_LOWER(DepthwiseConv2dNative) {
  LS_RETURN_IF_FAILED(ExpectFloat(lower));
  const Shape& filter = lower.shape(1);
  if (!filter.known() || filter.rank() != 4) {
    return lower.Report(Code::kShapeUnknown, "the shape of its filter is not known");
  }
  ir::Value* input = ToChannelsLast(lower, lower.operand(0));
  LS_TRY(const int64_t padding, PaddingOf(lower, input));
  const int64_t multiplier = filter[3].value(), channels = filter[2].value() * multiplier;
  const Dims flat = {1, filter[0].value(), filter[1].value(), channels};
  ir::Value* weights = nullptr;
  if (const Tensor* tensor = lower.constant(1)) {
    weights = lower.Constant(tensor->Reshaped(flat));
    weights->name = lower.operand(1)->name;
  } else {
    weights = lower.Make(tfl::RESHAPE, {lower.operand(1), lower.Int32s(flat)},
                         {DType::kFloat32, Shape::Of(flat), nullptr}, {{"new_shape", flat}});
  }
  Attributes options = ConvolutionOptions(lower, padding);
  options.Set("depth_multiplier", multiplier);
  ir::Value* result = lower.Make(tfl::DEPTHWISE_CONV_2D, {input, weights, ZeroBias(lower, channels)},
                                 ChannelsLastType(lower, lower.result_type()), std::move(options));
  return lower.Replace(FromChannelsLast(lower, result));
}

// A convolution whose filters each pick one place and channel.
LS_LOWER(ExtractImagePatches) {
  constexpr int64_t kMostPlaces = 1024;  // a million weights
  const std::vector<int64_t> sizes = lower.attributes().Ints("ksizes"),
                             strides = lower.attributes().Ints("strides"),
                             rates = lower.attributes().Ints("rates");
  const std::string padding = lower.attributes().Text("padding");
  const Shape& shape = lower.shape(0);
  if (lower.dtype(0) != DType::kFloat32)
    return lower.Refuse("it takes patches of {}", NameOf(lower.dtype(0)));
  if (sizes.size() != 4 || strides.size() != 4 || rates.size() != 4 ||
      (padding != "SAME" && padding != "VALID"))
    return lower.Refuse("its sizes, strides, rates or padding are not those of pictures");
  if (shape.rank() != 4 || !shape[3].known())
    return lower.Report(Code::kShapeUnknown, "the number of its channels is not known");
  const Dims dims = {0, sizes[1], sizes[2], shape[3].value()};
  const auto places = CheckedProduct(Dims{dims[1], dims[2], dims[3]});
  if (!places || *places <= 0 || *places > kMostPlaces)
    return lower.Refuse("its patches have more than {} elements", kMostPlaces);
  Tensor picks = Tensor::Zeros(DType::kFloat32, {*places, dims[1], dims[2], dims[3]});
  for (int64_t i = 0; i < *places; ++i)
    picks.mutable_data<float>()[static_cast<size_t>(i * (*places + 1))] = 1;
  const auto kind = padding == "SAME" ? tfl::Padding::kSame : tfl::Padding::kValid;
  return lower.Replace(
      lower.Make(tfl::CONV_2D, {lower.operand(0), lower.Constant(std::move(picks)), ZeroBias(lower, *places)},
                 {{"padding", static_cast<int64_t>(kind)},
                  {"stride_h", strides[1]},
                  {"stride_w", strides[2]},
                  {"dilation_h_factor", rates[1]},
                  {"dilation_w_factor", rates[2]},
                  {"fused_activation_function", int64_t{0}}}));
}

// Weights have the same order in both: [d, h, w, in, out].
LS_LOWER(Conv3D) {
  LS_RETURN_IF_FAILED(ExpectFloat(lower));
  LS_TRY(Attributes options, VolumeOptions(lower));
  return lower.Replace(lower.Make(tfl::CONV_3D, {lower.operand(0), lower.operand(1)}, std::move(options)));
}

// Operands are the result's shape, the filter [d, h, w, out, in], the input.
LS_LOWER(Conv3DBackpropInputV2) {
  if (lower.dtype(2) != DType::kFloat32) {
    return lower.Report(Code::kDtypeUnsupported, "TensorFlow Lite's transposed convolution takes float32",
                        "cast the operands to float32 in the model's code");
  }
  LS_TRY(Attributes options, VolumeOptions(lower));
  return lower.Replace(lower.Make(
      tfl::CONV_3D_TRANSPOSE, {AsInt32(lower, 0), lower.operand(1), lower.operand(2)}, std::move(options)));
}

}  // namespace litesmith::lowering
