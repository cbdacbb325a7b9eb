// Products of matrices. FULLY_CONNECTED takes its weights as [out, in]; a constant right side is laid out so
// now.
#include <array>

#include "base/checked.h"
#include "lowering/broadcast.h"
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

// A product of integers, which no kernel computes: every product of elements, summed along the axis that the
// two share. Up to so many products are written out at once.
constexpr int64_t kMostProducts = int64_t{1} << 24;

Result<void> IntegerProduct(Lowering& lower, bool transpose_x, bool transpose_y) {
  const Shape &x = lower.shape(0), &y = lower.shape(1);
  const DType dtype = lower.dtype(0);
  if (x.rank() != 2 || y.rank() != 2)
    return lower.Refuse("its operands are {}, and no matrices", NameOf(dtype));
  ir::Value* left = transpose_x ? Permuted(lower, lower.operand(0), kSwap) : lower.operand(0);
  ir::Value* right = transpose_y ? Permuted(lower, lower.operand(1), kSwap) : lower.operand(1);
  const Dim rows = left->type.shape[0], inner = left->type.shape[1], columns = right->type.shape[1];
  const Dims known = {rows.value_or(1), inner.value_or(-1), columns.value_or(1)};
  const auto products = CheckedProduct(known);
  if (!products || *products > kMostProducts)
    return lower.Refuse("it is a product of {} matrices of unknown size, or of large ones", NameOf(dtype));
  // [rows, inner, 1] and [1, inner, columns].
  ir::Value* spread_left =
      lower.Make(tfl::EXPAND_DIMS, {left, lower.Int32(2)}, {dtype, {rows, inner, 1}, nullptr});
  ir::Value* spread_right =
      lower.Make(tfl::EXPAND_DIMS, {right, lower.Int32(0)}, {dtype, {1, inner, columns}, nullptr});
  ir::Value* all = lower.Make(tfl::MUL, {spread_left, spread_right}, {dtype, {rows, inner, columns}, nullptr},
                              NoActivation());
  return lower.Replace(lower.Make(tfl::SUM, {all, lower.Int32s({1})}, {{"keep_dims", false}}));
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
  if (lower.dtype(0) == DType::kInt32 || lower.dtype(0) == DType::kInt64)
    return IntegerProduct(lower, transpose_a, transpose_b);
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
