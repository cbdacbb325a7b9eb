// Diagonals. TensorFlow Lite puts the main one of square matrices in place; others stay refused.
#include "lowering/indices.h"

namespace litesmith::lowering {
namespace {

// Whether an operand is a constant of this one number, or absent.
bool IsNumber(const Lowering& lower, size_t operand, double number) {
  if (operand >= lower.node().operand_count()) return true;
  const Tensor* constant = lower.constant(operand);
  const auto values = constant != nullptr ? constant->ToDouble() : std::nullopt;
  return values && values->size() == 1 && values->front() == number;
}

// Operands: diagonal, k, rows, columns, padding value.
Result<void> Diagonal(Lowering& lower) {
  const Shape& shape = lower.result_type().shape;
  const bool square =
      shape.ranked() && shape.rank() >= 2 && shape[shape.rank() - 1].Same(shape[shape.rank() - 2]);
  const bool default_size = IsNumber(lower, 2, -1) && IsNumber(lower, 3, -1);
  if (!IsNumber(lower, 1, 0) || !(default_size || square) || !IsNumber(lower, 4, 0)) {
    return lower.Refuse(
        "TensorFlow Lite's MATRIX_DIAG makes square matrices of zeros with a main diagonal; here it is "
        "another "
        "diagonal, several, another size or another padding");
  }
  return lower.Replace(lower.Make(tfl::MATRIX_DIAG, {lower.operand(0)}));
}

// Operands: matrices, diagonal, k.
Result<void> SetDiagonal(Lowering& lower) {
  if (!IsNumber(lower, 2, 0))
    return lower.Refuse(
        "TensorFlow Lite's MATRIX_SET_DIAG sets the main diagonal; here it is another, or several");
  return lower.Replace(lower.Make(tfl::MATRIX_SET_DIAG, {lower.operand(0), lower.operand(1)}));
}

}  // namespace

LS_LOWER(MatrixDiag) { return Diagonal(lower); }
LS_LOWER(MatrixDiagV2) { return Diagonal(lower); }
LS_LOWER(MatrixDiagV3) { return Diagonal(lower); }
LS_LOWER(MatrixSetDiag) { return SetDiagonal(lower); }
LS_LOWER(MatrixSetDiagV2) { return SetDiagonal(lower); }
LS_LOWER(MatrixSetDiagV3) { return SetDiagonal(lower); }

}  // namespace litesmith::lowering
