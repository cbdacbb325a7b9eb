// Diagonals. TensorFlow Lite puts the main one of square matrices in place; others stay refused.
#include <algorithm>

#include "base/checked.h"
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

// Masks and places are written into the file.
constexpr int64_t kMostPlaces = int64_t{1} << 20;

// Rows and columns of the matrices in operand 0. Reports kShapeUnknown, and kLoweringRefused for more places
// than a file should hold.
Result<std::pair<int64_t, int64_t>> MatrixSize(Lowering& lower) {
  const Shape& shape = lower.shape(0);
  const int rank = shape.rank();
  if (rank < 2 || !shape[rank - 1].known() || !shape[rank - 2].known())
    return lower.Report(Code::kShapeUnknown, "the size of its matrices is not known");
  const int64_t rows = shape[rank - 2].value(), columns = shape[rank - 1].value();
  const auto places = CheckedProduct(Dims{rows, columns});
  if (!places || *places > kMostPlaces)
    return lower.Refuse("its matrices have {} x {} elements; up to {} in all are possible", rows, columns,
                        kMostPlaces);
  return std::pair(rows, columns);
}

// Operands: matrices, k. The main diagonal of matrices of known size.
Result<void> DiagonalPart(Lowering& lower) {
  const Shape& shape = lower.shape(0);
  const int rank = shape.rank();
  if (!IsNumber(lower, 1, 0)) return lower.Refuse("it takes another diagonal than the main one, or several");
  LS_TRY(const auto size, MatrixSize(lower));
  const auto [rows, columns] = size;
  std::vector<Dim> flat(shape.dims().begin(), shape.dims().end() - 2);
  flat.emplace_back(rows * columns);
  LS_TRY(ir::Value * rows_in_one, ReshapeTo(lower, lower.operand(0), {lower.dtype(0), Shape(flat), nullptr}));
  std::vector<int64_t> places;
  for (int64_t i = 0; i < std::min(rows, columns); ++i) places.push_back(i * (columns + 1));
  return lower.Replace(lower.Make(tfl::GATHER, {rows_in_one, lower.Int32s(places)},
                                  {{"axis", int64_t{rank - 2}}, {"batch_dims", int64_t{0}}}));
}

}  // namespace

LS_LOWER(MatrixDiagPart) { return DiagonalPart(lower); }
LS_LOWER(MatrixDiagPartV2) { return DiagonalPart(lower); }
LS_LOWER(MatrixDiagPartV3) { return DiagonalPart(lower); }

// A constant mask says which elements stay.
LS_LOWER(MatrixBandPart) {
  const Shape& shape = lower.shape(0);
  const int rank = shape.rank();
  const auto below = ConstantInts(lower, 1), above = ConstantInts(lower, 2);
  if (!below || !above || below->size() != 1 || above->size() != 1)
    return lower.Refuse("the width of its band is computed at run time");
  LS_TRY(const auto size, MatrixSize(lower));
  const auto [rows, columns] = size;
  if (rank > 5) return lower.Refuse("it has {} dimensions; up to 5 are possible", rank);
  Tensor mask = Tensor::Zeros(DType::kBool, {rows, columns});
  const auto stays = mask.mutable_data<bool>();
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) {
      stays[static_cast<size_t>(i * columns + j)] =
          (below->front() < 0 || i - j <= below->front()) && (above->front() < 0 || j - i <= above->front());
    }
  }
  return lower.Replace(lower.Make(tfl::SELECT_V2, {lower.Constant(std::move(mask)), lower.operand(0),
                                                   lower.Constant(Tensor::Zeros(lower.dtype(0), {}))}));
}

LS_LOWER(MatrixDiag) { return Diagonal(lower); }
LS_LOWER(MatrixDiagV2) { return Diagonal(lower); }
LS_LOWER(MatrixDiagV3) { return Diagonal(lower); }
LS_LOWER(MatrixSetDiag) { return SetDiagonal(lower); }
LS_LOWER(MatrixSetDiagV2) { return SetDiagonal(lower); }
LS_LOWER(MatrixSetDiagV3) { return SetDiagonal(lower); }

}  // namespace litesmith::lowering
