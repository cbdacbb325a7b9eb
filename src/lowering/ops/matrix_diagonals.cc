// Diagonals. TensorFlow Lite puts the main one of square matrices in place; others stay refused.
#include <algorithm>

#include "base/checked.h"
#include "lowering/broadcast.h"
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

// Of matrices of known size.
Result<void> MainDiagonal(Lowering& lower) {
  const Shape& shape = lower.shape(0);
  const int rank = shape.rank();
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

// The last two dimensions, -1 where not known.
Dims MatrixDims(const Shape& shape) {
  const int rank = shape.rank();
  if (rank < 2) return {-1, -1};
  return {shape[rank - 2].value_or(-1), shape[rank - 1].value_or(-1)};
}

// Which elements of a matrix lie in a band of so many diagonals below and above the main one; negative
// numbers stand for all.
ir::Value* BandMask(Lowering& lower, int64_t below, int64_t above) {
  const Dims dims = MatrixDims(lower.shape(0));
  Tensor mask = Tensor::Zeros(DType::kBool, dims);
  const auto stays = mask.mutable_data<bool>();
  for (int64_t i = 0; i < dims[0]; ++i) {
    for (int64_t j = 0; j < dims[1]; ++j)
      stays[static_cast<size_t>(i * dims[1] + j)] =
          (below < 0 || i - j <= below) && (above < 0 || j - i <= above);
  }
  return lower.Constant(std::move(mask));
}

// The size of the last axis (-1) or the one before (-2), read at run time.
ir::Value* SizeFromEnd(Lowering& lower, int64_t axis) {
  const Shape& shape = lower.shape(0);
  ir::Value* dims = lower.Make(tfl::SHAPE, {lower.operand(0)},
                               {DType::kInt32, {shape.ranked() ? Dim(shape.rank()) : Dim()}, nullptr},
                               {{"out_type", SchemaType(DType::kInt32)}});
  const bool last = axis == -1;
  return lower.Make(tfl::STRIDED_SLICE,
                    {dims, lower.Int32s({axis}), lower.Int32s({axis + 1}), lower.Int32s({1})},
                    {DType::kInt32, Shape::Scalar(), nullptr},
                    {{"begin_mask", int64_t{0}},
                     {"end_mask", int64_t{last ? 1 : 0}},
                     {"ellipsis_mask", int64_t{0}},
                     {"new_axis_mask", int64_t{0}},
                     {"shrink_axis_mask", int64_t{1}},
                     {"offset", false}});
}

// The same as BandMask at run time: from the number of each row less that of each column.
ir::Value* ComputedBandMask(Lowering& lower) {
  const Shape& shape = lower.shape(0);
  const int rank = shape.rank();
  const Shape matrix = rank >= 2 ? Shape{shape[rank - 2], shape[rank - 1]} : Shape::OfRank(2);
  const auto numbers = [&](int axis, const std::vector<int64_t>& around) {
    const Dim size = matrix[axis];
    ir::Value* count = size.known() ? lower.Int32(size.value()) : SizeFromEnd(lower, axis - 2);
    ir::Value* range =
        lower.Make(tfl::RANGE, {lower.Int32(0), count, lower.Int32(1)}, {DType::kInt32, {size}, nullptr});
    const Shape spread{around[0] < 0 ? size : Dim(1), around[1] < 0 ? size : Dim(1)};
    return lower.Make(tfl::RESHAPE, {range, lower.Int32s(around)}, {DType::kInt32, spread, nullptr},
                      {{"new_shape", around}});
  };
  const ir::Type truth{DType::kBool, matrix, nullptr};
  ir::Value* apart = lower.Make(tfl::SUB, {numbers(0, {-1, 1}), numbers(1, {1, -1})},
                                {DType::kInt32, matrix, nullptr}, NoActivation());
  const auto within = [&](ir::Value* distance, size_t operand) {
    ir::Value* width = AsInt32(lower, operand);
    ir::Value* near = lower.Make(tfl::LESS_EQUAL, {distance, width}, truth);
    ir::Value* all = lower.Make(tfl::LESS, {width, lower.Int32(0)}, {DType::kBool, Shape::Scalar(), nullptr});
    return lower.Make(tfl::LOGICAL_OR, {near, all}, truth);
  };
  ir::Value* other_way = lower.Make(tfl::NEG, {apart}, apart->type);
  return lower.Make(tfl::LOGICAL_AND, {within(apart, 1), within(other_way, 2)}, truth);
}

// Operands: matrices, k.
Result<void> DiagonalPart(Lowering& lower) {
  if (!IsNumber(lower, 1, 0)) return lower.Refuse("it takes another diagonal than the main one, or several");
  return MainDiagonal(lower);
}

}  // namespace

LS_LOWER(Diag) {
  if (lower.shape(0).rank() != 1) return lower.Refuse("its operand is no vector");
  return lower.Replace(lower.Make(tfl::MATRIX_DIAG, {lower.operand(0)}));
}
LS_LOWER(DiagPart) {
  if (lower.shape(0).rank() != 2) return lower.Refuse("its operand is no matrix");
  return MainDiagonal(lower);
}

LS_LOWER(MatrixDiagPart) { return DiagonalPart(lower); }
LS_LOWER(MatrixDiagPartV2) { return DiagonalPart(lower); }
LS_LOWER(MatrixDiagPartV3) { return DiagonalPart(lower); }

LS_LOWER(MatrixBandPart) {
  if (lower.shape(0).rank() > 5)
    return lower.Refuse("it has {} dimensions; up to 5 are possible", lower.shape(0).rank());
  const auto below = ConstantInts(lower, 1), above = ConstantInts(lower, 2);
  const auto places = CheckedProduct(MatrixDims(lower.shape(0)));
  const bool known = below && above && below->size() == 1 && above->size() == 1 && places;
  ir::Value* mask = known && *places <= kMostPlaces ? BandMask(lower, below->front(), above->front())
                                                    : ComputedBandMask(lower);
  return lower.Replace(lower.Make(
      tfl::SELECT_V2, {mask, lower.operand(0), lower.Constant(Tensor::Zeros(lower.dtype(0), {}))}));
}

LS_LOWER(MatrixDiag) { return Diagonal(lower); }
LS_LOWER(MatrixDiagV2) { return Diagonal(lower); }
LS_LOWER(MatrixDiagV3) { return Diagonal(lower); }
LS_LOWER(MatrixSetDiag) { return SetDiagonal(lower); }
LS_LOWER(MatrixSetDiagV2) { return SetDiagonal(lower); }
LS_LOWER(MatrixSetDiagV3) { return SetDiagonal(lower); }

}  // namespace litesmith::lowering
