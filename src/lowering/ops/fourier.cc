// Fourier transforms of real numbers, and the parts of complex ones: what TensorFlow Lite has of them is
// complex64, with lengths that are powers of two.
#include <bit>

#include "lowering/indices.h"

namespace litesmith::lowering {
namespace {

Result<std::vector<int64_t>> Lengths(Lowering& lower, size_t count) {
  const auto lengths = ConstantInts(lower, 1);
  if (!lengths || lengths->size() != count) return lower.Refuse("its lengths are computed at run time");
  for (const int64_t length : *lengths) {
    if (length > 0 && std::has_single_bit(static_cast<uint64_t>(length))) continue;
    return lower.Refuse("its length is {}; TensorFlow Lite's RFFT2D takes powers of two", length);
  }
  if (lower.result_type().dtype != DType::kComplex64)
    return lower.Refuse("it gives {}; TensorFlow Lite knows complex64 only",
                        NameOf(lower.result_type().dtype));
  return *lengths;
}

}  // namespace

LS_LOWER(Real) { return lower.Rename(tfl::REAL); }
LS_LOWER(Imag) { return lower.Rename(tfl::IMAG); }
LS_LOWER(ComplexAbs) { return lower.Rename(tfl::COMPLEX_ABS); }

LS_LOWER(RFFT2D) {
  LS_TRY(const std::vector<int64_t> lengths, Lengths(lower, 2));
  return lower.Replace(lower.Make(tfl::RFFT2D, {lower.operand(0), lower.Int32s(lengths)}));
}

// Of rows alone: pictures that are one row high.
LS_LOWER(RFFT) {
  LS_TRY(const std::vector<int64_t> lengths, Lengths(lower, 1));
  const Shape& from = lower.shape(0);
  if (!from.ranked() || from.rank() < 1)
    return lower.Report(Code::kShapeUnknown, "the rank of its operand is not known");
  const auto with_row = [](const Shape& shape) {
    std::vector<Dim> dims = shape.dims();
    dims.insert(dims.end() - 1, Dim(1));
    return Shape(std::move(dims));
  };
  ir::Value* row = lower.Make(tfl::EXPAND_DIMS, {lower.operand(0), lower.Int32(from.rank() - 1)},
                              {lower.dtype(0), with_row(from), nullptr});
  const ir::Type& type = lower.result_type();
  ir::Value* turned = lower.Make(tfl::RFFT2D, {row, lower.Int32s({1, lengths[0]})},
                                 {type.dtype, with_row(type.shape), nullptr});
  return lower.Replace(lower.Make(tfl::SQUEEZE, {turned}, {{"squeeze_dims", std::vector<int64_t>{-2}}}));
}

}  // namespace litesmith::lowering
