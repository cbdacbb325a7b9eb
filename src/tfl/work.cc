#include "tfl/work.h"

#include <vector>

#include "base/checked.h"
#include "tfl/ops.h"

namespace litesmith::tfl {
namespace {

std::optional<Dims> DimsOf(const ir::Value* value) {
  if (value == nullptr || !value->type.shape.known()) return std::nullopt;
  return value->type.shape.known_dims();
}

// The product of all dimensions of `value` and the further factors.
std::optional<int64_t> Times(const ir::Value* value, std::initializer_list<int64_t> factors) {
  std::optional<Dims> dims = DimsOf(value);
  if (!dims) return std::nullopt;
  dims->insert(dims->end(), factors);
  return CheckedProduct(*dims);
}

}  // namespace

std::optional<int64_t> MultiplyAdds(const ir::Node& node) {
  const bool convolves = node.Is(CONV_2D) || node.Is(DEPTHWISE_CONV_2D) || node.Is(TRANSPOSE_CONV);
  if (!convolves && !node.Is(FULLY_CONNECTED) && !node.Is(BATCH_MATMUL)) return 0;
  const std::optional<Dims> weights = DimsOf(node.operand_or_null(1));
  if (!weights || node.output_count() == 0) return std::nullopt;
  const Dims& w = *weights;
  const ir::Value* output = node.output(0);
  if (convolves && w.size() != 4) return std::nullopt;
  // Filters: CONV_2D and TRANSPOSE_CONV [out, height, width, in], in groups for CONV_2D;
  // DEPTHWISE_CONV_2D [1, height, width, out].
  if (node.Is(CONV_2D)) return Times(output, {w[1], w[2], w[3]});
  if (node.Is(DEPTHWISE_CONV_2D)) return Times(output, {w[1], w[2]});
  if (node.Is(TRANSPOSE_CONV)) return Times(node.operand_or_null(2), {w[0], w[1], w[2]});
  if (node.Is(FULLY_CONNECTED)) {  // [out, in]
    return w.size() == 2 ? Times(output, {w[1]}) : std::nullopt;
  }
  if (w.size() < 2) return std::nullopt;
  const bool transposed = node.attributes.Bool("adj_y");  // [..., in, out], or [..., out, in]
  return Times(output, {w[w.size() - (transposed ? 1 : 2)]});
}

bool HasHybridKernel(const ir::Node& node) {
  return node.Is(CONV_2D) || node.Is(FULLY_CONNECTED) || node.Is(BATCH_MATMUL);
}

Arithmetic ArithmeticOf(const ir::Node& node) {
  const auto is = [](const ir::Value* value, DType dtype) {
    return value != nullptr && value->type.dtype == dtype;
  };
  if (node.output_count() > 0 && IsInteger(node.output()->type.dtype)) return Arithmetic::kInteger;
  const bool hybrid = HasHybridKernel(node) && is(node.operand_or_null(0), DType::kFloat32) &&
                      is(node.operand_or_null(1), DType::kInt8);
  return hybrid ? Arithmetic::kHybrid : Arithmetic::kFloat;
}

}  // namespace litesmith::tfl
