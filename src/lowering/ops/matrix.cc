// Products of matrices. FULLY_CONNECTED takes its weights as [out, in]; a constant right side is laid out so
// now.
#include <array>

#include "lowering/layout.h"

namespace litesmith::lowering {
namespace {

constexpr std::array<int, 2> kSwap = {1, 0};

Attributes FullyConnectedOptions(bool keep_dims) {
  return {{"fused_activation_function", int64_t{0}},
          {"weights_format", int64_t{0}},
          {"keep_num_dims", keep_dims},
          {"asymmetric_quantize_inputs", false}};
}

bool IsWeights(const Lowering& lower) {
  const Tensor* right = lower.constant(1);
  return right != nullptr && right->rank() == 2 && right->dtype() == DType::kFloat32;
}

Result<void> BatchProduct(Lowering& lower, bool adjoint_x, bool adjoint_y) {
  return lower.Replace(
      lower.Make(tfl::BATCH_MATMUL, {lower.operand(0), lower.operand(1)},
                 {{"adj_x", adjoint_x}, {"adj_y", adjoint_y}, {"asymmetric_quantize_inputs", false}}));
}

Result<void> BatchMatMulOf(Lowering& lower) {
  const bool adjoint_x = lower.attributes().Bool("adj_x"), adjoint_y = lower.attributes().Bool("adj_y");
  if (!IsWeights(lower) || adjoint_x || lower.shape(0).rank() < 2)
    return BatchProduct(lower, adjoint_x, adjoint_y);
  ir::Value* weights = adjoint_y ? lower.operand(1) : Permuted(lower, lower.operand(1), kSwap);
  return lower.Replace(
      lower.Make(tfl::FULLY_CONNECTED, {lower.operand(0), weights, nullptr}, FullyConnectedOptions(true)));
}

}  // namespace

LS_LOWER(MatMul) {
  const bool transpose_a = lower.attributes().Bool("transpose_a"),
             transpose_b = lower.attributes().Bool("transpose_b");
  if (!IsWeights(lower)) return BatchProduct(lower, transpose_a, transpose_b);
  ir::Value* left = transpose_a ? Permuted(lower, lower.operand(0), kSwap) : lower.operand(0);
  ir::Value* weights = transpose_b ? lower.operand(1) : Permuted(lower, lower.operand(1), kSwap);
  return lower.Replace(
      lower.Make(tfl::FULLY_CONNECTED, {left, weights, nullptr}, FullyConnectedOptions(false)));
}

LS_LOWER(BatchMatMul) { return BatchMatMulOf(lower); }
LS_LOWER(BatchMatMulV2) { return BatchMatMulOf(lower); }
LS_LOWER(BatchMatMulV3) { return BatchMatMulOf(lower); }

}  // namespace litesmith::lowering
