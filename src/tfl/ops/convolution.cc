// Convolutions, pooling and matrix products.
#include "tfl/ops.h"
#include "tfl/versions.h"

namespace litesmith::tfl {
namespace {

// A field quantized_bias_type other than its default FLOAT32 states the type of the bias.
bool Int16WithStatedBias(const ir::Node& node) {
  return Mixes(node, DType::kInt16, DType::kInt8) && node.attributes.Int("quantized_bias_type") != 0;
}

bool Grouped(const ir::Node& node) {
  if (InputRank(node, 0) != 4 || InputRank(node, 1) != 4) return false;
  const Dim channels = node.operand(0)->type.shape[3], filter_channels = node.operand(1)->type.shape[3];
  return channels.known() && filter_channels.known() && !channels.Same(filter_channels);
}

int Conv2DVersion(const ir::Node& node) {
  if (Int16WithStatedBias(node)) return 8;
  if (Grouped(node)) return 6;
  if (Mixes(node, DType::kInt16, DType::kInt16)) return 4;
  if (Mixes(node, DType::kInt8, DType::kInt8)) return 3;
  if (Mixes(node, DType::kInt8, DType::kInt4)) return 7;
  if (Mixes(node, DType::kFloat32, DType::kInt8)) return ScalePerSlice(node.operand(1), 0) ? 5 : 2;
  return 1;
}

int DepthwiseVersion(const ir::Node& node) {
  if (Mixes(node, DType::kInt16, DType::kInt16)) return 5;
  if (Mixes(node, DType::kFloat32, DType::kInt8)) return ScalePerSlice(node.operand(1), 3) ? 6 : 4;
  if (Mixes(node, DType::kInt8, DType::kInt8)) return 3;
  if (Mixes(node, DType::kInt8, DType::kInt4)) return 7;
  const bool dilated =
      node.attributes.Int("dilation_w_factor", 1) != 1 || node.attributes.Int("dilation_h_factor", 1) != 1;
  return dilated ? 2 : 1;
}

bool SparseWeights(const ir::Node& node) {
  const ir::Value* weights = node.operand_or_null(1);
  return weights != nullptr && weights->node() != nullptr && weights->node()->Is(kSparseConstant);
}

bool BlockwiseWeights(const ir::Node& node) {
  const ir::Value* weights = node.operand_or_null(1);
  return weights != nullptr && weights->type.quantization != nullptr &&
         weights->type.quantization->block_size > 0;
}

int FullyConnectedVersion(const ir::Node& node) {
  if (InputType(node, 1) == DType::kInt2) return 14;
  if (Mixes(node, DType::kInt16, DType::kInt4) || BlockwiseWeights(node)) return 13;
  if (Mixes(node, DType::kFloat32, DType::kInt8) && ScalePerSlice(node.operand(1), 0)) return 12;
  if (Int16WithStatedBias(node)) return 11;
  if (SparseWeights(node)) return 8;
  if (Mixes(node, DType::kInt16, DType::kInt16)) return 7;
  if (node.operand_count() == 2) return 6;
  if (node.attributes.Bool("keep_num_dims")) return 5;
  if (Mixes(node, DType::kInt8, DType::kInt8)) return 4;
  if (Mixes(node, DType::kInt8, DType::kInt4)) return 10;
  if (Mixes(node, DType::kFloat32, DType::kInt8)) {
    return node.attributes.Bool("asymmetric_quantize_inputs") ? 9 : 3;
  }
  return node.attributes.Int("weights_format") == 1 ? 2 : 1;  // SHUFFLED4x16INT8
}

// Operands: output shape, weights, input, bias.
int TransposeConvVersion(const ir::Node& node) {
  if (InputType(node, 2) == DType::kInt16 && InputType(node, 1) == DType::kInt8 &&
      OutputType(node) == DType::kInt16 && node.attributes.Int("quantized_bias_type") != 0) {
    return 5;
  }
  if (node.attributes.Int("fused_activation_function") != 0) return 4;
  if (node.operand_or_null(3) != nullptr) return 3;
  return InputType(node, 1) == DType::kInt8 ? 2 : 1;
}

int BatchMatMulVersion(const ir::Node& node) {
  if (Mixes(node, DType::kFloat32, DType::kInt8) && node.attributes.Bool("asymmetric_quantize_inputs"))
    return 4;
  return VersionInt8Int16(node);
}

}  // namespace

LS_TFL_OP(AVERAGE_POOL_2D, 1, "Pool2DOptions", "1.5 1.14 2.3", ir::kNone, VersionInt8Int16)
LS_TFL_OP(BATCH_MATMUL, 126, "BatchMatMulOptions", "2.3 2.3 2.4 2.5", ir::kNone, BatchMatMulVersion)
LS_TFL_OP(CONV_2D, 3, "Conv2DOptions", "1.5 1.14 1.14 2.3 2.4 2.9 2.11 2.15", ir::kNone, Conv2DVersion)
LS_TFL_OP(CONV_3D, 132, "Conv3DOptions", "2.5", ir::kNone, VersionOne)
LS_TFL_OP(CONV_3D_TRANSPOSE, 141, "Conv3DOptions", "2.6", ir::kNone, VersionOne)
LS_TFL_OP(DEPTHWISE_CONV_2D, 4, "DepthwiseConv2DOptions", "1.5 1.12 1.14 2.2 2.3 2.3 2.11", ir::kNone,
          DepthwiseVersion)
LS_TFL_OP(FULLY_CONNECTED, 9, "FullyConnectedOptions",
          "1.5 1.10 1.14 1.14 2.0 2.1 2.3 2.3 2.3 2.11 2.15 2.17 2.18 2.21", ir::kNone, FullyConnectedVersion)
LS_TFL_OP(L2_POOL_2D, 12, "Pool2DOptions", "1.5", ir::kNone, VersionOne)
LS_TFL_OP(MAX_POOL_2D, 17, "Pool2DOptions", "1.5 1.14 2.3", ir::kNone, VersionInt8Int16)
LS_TFL_OP(TRANSPOSE_CONV, 67, "TransposeConvOptions", "1.9 2.2 2.3 2.13 2.15", ir::kNone,
          TransposeConvVersion)

}  // namespace litesmith::tfl
