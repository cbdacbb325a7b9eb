// Matrix products, and functions of the matrices in the last two axes.
#include <algorithm>

#include "tf/shape/common.h"

namespace litesmith::tf::shape {
namespace {

bool Flag(const ShapeContext& context, std::string_view one, std::string_view other) {
  return context.attributes().Bool(one) || context.attributes().Bool(other);
}

// The operand's shape up to its last two axes; fails for fewer than two.
Result<std::optional<std::vector<Dim>>> BatchOf(ShapeContext& context, size_t operand) {
  LS_RETURN_IF_FAILED(NeedRankAtLeast(context, operand, 2, "a matrix operand"));
  const Shape& shape = context.input(operand);
  if (!shape.ranked()) return std::optional<std::vector<Dim>>();
  return std::optional(DimsOf(shape, 0, shape.rank() - 2));
}

Dim Rows(const Shape& shape) { return shape[shape.rank() - 2]; }
Dim Columns(const Shape& shape) { return shape[shape.rank() - 1]; }

Dim SmallerOf(Dim a, Dim b) {
  if (a.known() && b.known()) return a.value() < b.value() ? a : b;
  return a.Same(b) ? a : Dim::Unknown();
}

}  // namespace

Result<void> MatMul(ShapeContext& context) {
  LS_RETURN_IF_FAILED(NeedRank(context, 0, 2, "the left matrix"));
  LS_RETURN_IF_FAILED(NeedRank(context, 1, 2, "the right matrix"));
  const Shape a = context.input(0).ranked() ? context.input(0) : Shape::OfRank(2);
  const Shape b = context.input(1).ranked() ? context.input(1) : Shape::OfRank(2);
  const bool transpose_a = Flag(context, "transpose_a", "adj_x"),
             transpose_b = Flag(context, "transpose_b", "adj_y");
  LS_RETURN_IF_FAILED(SharedDim(context, a[transpose_a ? 0 : 1], b[transpose_b ? 1 : 0],
                                "the axes that a matrix product sums over"));
  context.set_shape(0, {a[transpose_a ? 1 : 0], b[transpose_b ? 0 : 1]});
  return {};
}

Result<void> BatchMatMul(ShapeContext& context) {
  LS_TRY(const auto batch_a, BatchOf(context, 0));
  LS_TRY(const auto batch_b, BatchOf(context, 1));
  if (!batch_a || !batch_b) return {};
  const Shape &a = context.input(0), &b = context.input(1);
  const bool adjoint_a = context.attributes().Bool("adj_x"), adjoint_b = context.attributes().Bool("adj_y");
  LS_RETURN_IF_FAILED(SharedDim(context, adjoint_a ? Rows(a) : Columns(a), adjoint_b ? Columns(b) : Rows(b),
                                "the axes that a matrix product sums over"));
  LS_TRY(const Shape batch, Broadcasted(context, Shape(*batch_a), Shape(*batch_b)));
  context.set_shape(
      0, Concatenated(batch.dims(), {adjoint_a ? Columns(a) : Rows(a), adjoint_b ? Rows(b) : Columns(b)}));
  return {};
}

// MatrixSolve(matrix [..., m, n], rhs [..., m, k]) -> [..., n, k].
Result<void> MatrixSolve(ShapeContext& context) {
  LS_TRY(const auto batch_a, BatchOf(context, 0));
  LS_TRY(const auto batch_b, BatchOf(context, 1));
  if (!batch_a || !batch_b) return {};
  const Shape &a = context.input(0), &b = context.input(1);
  LS_TRY(const Shape batch, Broadcasted(context, Shape(*batch_a), Shape(*batch_b)));
  context.set_shape(
      0,
      Concatenated(batch.dims(), {context.attributes().Bool("adjoint") ? Rows(a) : Columns(a), Columns(b)}));
  return {};
}

// One number for each matrix; for LogMatrixDeterminant two.
Result<void> MatrixToScalar(ShapeContext& context) {
  LS_TRY(const auto batch, BatchOf(context, 0));
  if (!batch) return {};
  for (size_t i = 0; i < context.output_count(); ++i) context.set_shape(i, Shape(*batch));
  return {};
}

Result<void> MatrixDiag(ShapeContext& context) {
  LS_RETURN_IF_FAILED(NeedRankAtLeast(context, 0, 1, "the diagonal"));
  const Shape& input = context.input(0);
  if (!input.ranked()) return {};
  context.set_shape(0, Concatenated(input.dims(), {input[input.rank() - 1]}));
  return {};
}

Result<void> MatrixDiagPart(ShapeContext& context) {
  LS_TRY(const auto batch, BatchOf(context, 0));
  if (!batch) return {};
  const Shape& input = context.input(0);
  context.set_shape(0, Concatenated(*batch, {SmallerOf(Rows(input), Columns(input))}));
  return {};
}

// MatrixDiagV2/V3(diagonal, k, num_rows, num_cols, padding_value): diagonals k0..k1; several of them lie in
// an axis of their own before the last. Sizes of -1 follow from the diagonal's length (array_ops.cc of
// TensorFlow's core/ops).
Result<void> MatrixDiagV2(ShapeContext& context) {
  LS_RETURN_IF_FAILED(NeedRankAtLeast(context, 0, 1, "the diagonal"));
  const Shape& input = context.input(0);
  const auto k = context.ints(1);
  if (!input.ranked() || !k || k->empty() || k->size() > 2) return {};
  const int64_t low = k->front(), high = k->back();
  if (low > high) return context.Fail("the lower diagonal {} is above the upper one {}", low, high);
  const int consumed = low == high ? 1 : 2;
  LS_RETURN_IF_FAILED(NeedRankAtLeast(context, 0, consumed, "the diagonals"));
  const auto rows = context.scalar(2), columns = context.scalar(3);
  Dim row_dim, column_dim;
  if (rows && columns && input[input.rank() - 1].known()) {
    const int64_t length = input[input.rank() - 1].value();
    int64_t least_rows = length - std::min<int64_t>(high, 0),
            least_columns = length + std::max<int64_t>(low, 0);
    if (*rows == -1 && *columns == -1) {
      least_rows = least_columns = std::max(least_rows, least_columns);
    } else {
      if (*rows != -1) least_rows = *rows;
      if (*columns != -1) least_columns = *columns;
    }
    row_dim = least_rows;
    column_dim = least_columns;
  }
  context.set_shape(0, Concatenated(DimsOf(input, 0, input.rank() - consumed), {row_dim, column_dim}));
  return {};
}

// MatrixDiagPartV2/V3(input, k, padding_value): the longest of the diagonals k0..k1.
Result<void> MatrixDiagPartV2(ShapeContext& context) {
  LS_TRY(const auto batch, BatchOf(context, 0));
  const auto k = context.ints(1);
  if (!batch || !k || k->empty() || k->size() > 2) return {};
  const int64_t low = k->front(), high = k->back();
  if (low > high) return context.Fail("the lower diagonal {} is above the upper one {}", low, high);
  const Shape& input = context.input(0);
  Dim length;
  if (Rows(input).known() && Columns(input).known()) {
    length = std::max<int64_t>(0, std::min(Rows(input).value() + std::min<int64_t>(high, 0),
                                           Columns(input).value() - std::max<int64_t>(low, 0)));
  }
  std::vector<Dim> tail = {length};
  if (low != high) tail.insert(tail.begin(), Dim(high - low + 1));
  context.set_shape(0, Concatenated(*batch, tail));
  return {};
}

Result<void> Diag(ShapeContext& context) {
  const Shape& input = context.input(0);
  if (input.ranked()) context.set_shape(0, Concatenated(input.dims(), input.dims()));
  return {};
}

Result<void> DiagPart(ShapeContext& context) {
  const Shape& input = context.input(0);
  if (!input.ranked()) return {};
  if (input.rank() % 2 != 0) return context.Fail("the operand {} has an odd number of axes", ToText(input));
  const int half = input.rank() / 2;
  std::vector<Dim> dims;
  for (int i = 0; i < half; ++i) {
    LS_TRY(const Dim dim, SharedDim(context, input[i], input[i + half], "the two halves of the axes"));
    dims.push_back(dim);
  }
  context.set_shape(0, Shape(std::move(dims)));
  return {};
}

// Qr: q [..., m, p], r [..., p, n]; p is the smaller of m and n, or m with full_matrices.
Result<void> Qr(ShapeContext& context) {
  LS_TRY(const auto batch, BatchOf(context, 0));
  if (!batch) return {};
  const Dim m = Rows(context.input(0)), n = Columns(context.input(0));
  const Dim p = context.attributes().Bool("full_matrices") ? m : SmallerOf(m, n);
  context.set_shape(0, Concatenated(*batch, {m, p}));
  context.set_shape(1, Concatenated(*batch, {p, n}));
  return {};
}

// Svd: s [..., p], u [..., m, p], v [..., n, p]; empty u and v without compute_uv.
Result<void> Svd(ShapeContext& context) {
  LS_TRY(const auto batch, BatchOf(context, 0));
  if (!batch) return {};
  const Dim m = Rows(context.input(0)), n = Columns(context.input(0)), p = SmallerOf(m, n);
  context.set_shape(0, Concatenated(*batch, {p}));
  if (!context.attributes().Bool("compute_uv", true)) {
    context.set_shape(1, {0});
    context.set_shape(2, {0});
    return {};
  }
  const bool full = context.attributes().Bool("full_matrices");
  context.set_shape(1, Concatenated(*batch, {m, full ? m : p}));
  context.set_shape(2, Concatenated(*batch, {n, full ? n : p}));
  return {};
}

// Eigenvalues [..., n], eigenvectors [..., n, n] or empty.
Result<void> Eigen(ShapeContext& context) {
  LS_TRY(const auto batch, BatchOf(context, 0));
  if (!batch) return {};
  const Dim n = Rows(context.input(0));
  context.set_shape(0, Concatenated(*batch, {n}));
  context.set_shape(1, context.attributes().Bool("compute_v", true) ? context.input(0) : Shape{0});
  return {};
}

// Lu: lu like the input, permutation [..., n].
Result<void> Lu(ShapeContext& context) {
  LS_TRY(const auto batch, BatchOf(context, 0));
  if (!batch) return {};
  context.set_shape(0, context.input(0));
  context.set_shape(1, Concatenated(*batch, {Rows(context.input(0))}));
  return {};
}

}  // namespace litesmith::tf::shape
