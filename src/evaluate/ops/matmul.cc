// Matrix products and biases.
#include "evaluate/contraction.h"
#include "evaluate/elementwise.h"

namespace litesmith::evaluate {
namespace {

Result<Tensor> Factor(const Call& call, size_t index, bool transpose, bool conjugate) {
  const Tensor& tensor = call.input(index);
  if (tensor.rank() < 2) return call.Fail(fmt::format("input {} is no matrix", index));
  if (!transpose) return tensor;
  return MatrixTransposed(call, tensor, conjugate);
}

Result<Outputs> Product(const Call& call, const char* flip_a, const char* flip_b, bool conjugate) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  LS_TRY(const Tensor a, Factor(call, 0, call.attributes().Bool(flip_a), conjugate));
  LS_TRY(const Tensor b, Factor(call, 1, call.attributes().Bool(flip_b), conjugate));
  // BatchMatMulV3 may give int32 for int8.
  const bool wide = call.attributes().Type("Tout") == DType::kInt32 && IsInteger(a.dtype());
  return One(MatrixProduct(call, a, b, wide));
}

}  // namespace

LS_EVALUATE(MatMul) {
  LS_RETURN_IF_FAILED(ExpectRank(call, 0, 2));
  LS_RETURN_IF_FAILED(ExpectRank(call, 1, 2));
  return Product(call, "transpose_a", "transpose_b", false);
}
LS_EVALUATE(BatchMatMul) { return Product(call, "adj_x", "adj_y", true); }
LS_EVALUATE(BatchMatMulV2) { return Product(call, "adj_x", "adj_y", true); }
LS_EVALUATE(BatchMatMulV3) { return Product(call, "adj_x", "adj_y", true); }

LS_EVALUATE(BiasAdd) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  LS_RETURN_IF_FAILED(ExpectRank(call, 1, 1));
  const Tensor &value = call.input(0), &bias = call.input(1);
  const bool first = call.attributes().Text("data_format", "NHWC").starts_with("NC");
  if (value.rank() < 2) return call.Fail("what a bias is added to has at least two dimensions");
  const size_t axis = first ? 1 : value.dims().size() - 1;
  if (value.dims()[axis] != bias.elements()) {
    return call.Fail(fmt::format("a bias of {} for {} channels", bias.elements(), value.dims()[axis]));
  }
  Dims dims(value.dims().size() - axis, 1);
  dims[0] = bias.elements();
  return One(BinaryTensor<Numbers>(call, value, bias.Reshaped(std::move(dims)), []<class T>(T a, T b) {
    if constexpr (std::is_integral_v<T>)
      return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
    else
      return a + b;
  }));
}
LS_EVALUATE(BiasAddV1) { return Evaluate_BiasAdd(call); }

}  // namespace litesmith::evaluate
