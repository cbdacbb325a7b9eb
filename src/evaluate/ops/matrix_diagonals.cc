// Diagonals and bands of matrices.
#include <algorithm>
#include <array>
#include <cstring>

#include "evaluate/elements.h"
#include "evaluate/operands.h"

namespace litesmith::evaluate {
namespace {

// Diagonals first..last of matrices [rows, columns]: diagonal d holds the elements with column - row = d.
struct Band {
  int64_t first = 0, last = 0, rows = 0, columns = 0;
  bool super_left = true, sub_left = true;  // where shorter diagonals begin in their row of `width()` places
  int64_t count() const { return last - first + 1; }
  int64_t length(int64_t d) const {
    return std::min(rows + std::min<int64_t>(d, 0), columns - std::max<int64_t>(d, 0));
  }
  int64_t width() const {
    return std::min(rows + std::min<int64_t>(last, 0), columns - std::max<int64_t>(first, 0));
  }
  // The place of element `i` of diagonal d among the packed diagonals, which start with the last one.
  int64_t packed(int64_t d, int64_t i) const {
    const bool left = d >= 0 ? super_left : sub_left;
    return (last - d) * width() + (left ? 0 : width() - length(d)) + i;
  }
  int64_t place(int64_t d, int64_t i) const {
    return (i - std::min<int64_t>(d, 0)) * columns + i + std::max<int64_t>(d, 0);
  }
};

// "k" (operand `index`; absent in the first version of the ops): one diagonal or the first and last one.
Result<void> ReadDiagonals(const Call& call, size_t index, Band& band) {
  LS_TRY(const auto k, IntegersOf(call, index));
  if (k.empty() || k.size() > 2 || k.front() > k.back())
    return call.Fail(fmt::format("{} names no diagonals", ToText(k)));
  band.first = k.front();
  band.last = k.back();
  return {};
}

// The second versions of the ops align to the left, the third by an attribute; superdiagonals are named
// first.
void ReadAlignment(const Call& call, Band& band) {
  const std::string align =
      call.node.op_name().ends_with("V3") ? call.attributes().Text("align", "RIGHT_LEFT") : "LEFT_LEFT";
  band.super_left = align.starts_with("LEFT");
  band.sub_left = align.ends_with("LEFT");
}

Result<void> CheckBand(const Call& call, const Band& band) {
  const auto inside = [&](int64_t d) { return (d > -band.rows && d < band.columns) || d == 0; };
  if (inside(band.first) && inside(band.last)) return {};
  return call.Fail(fmt::format("diagonals {} to {} are not in a matrix of {} x {}", band.first, band.last,
                               band.rows, band.columns));
}

// Copies the diagonals of all matrices between their packed form and their places.
void CopyBand(const Band& band, int64_t batch, size_t size, const std::byte* from, bool from_packed,
              std::byte* to) {
  const int64_t packed_size = band.count() * band.width(), matrix_size = band.rows * band.columns;
  for (int64_t b = 0; b < batch; ++b) {
    for (int64_t d = band.first; d <= band.last; ++d) {
      for (int64_t i = 0; i < band.length(d); ++i) {
        const int64_t packed = b * packed_size + band.packed(d, i),
                      place = b * matrix_size + band.place(d, i);
        std::memcpy(to + static_cast<size_t>(from_packed ? place : packed) * size,
                    from + static_cast<size_t>(from_packed ? packed : place) * size, size);
      }
    }
  }
}

// The shape of the packed diagonals of matrices with these leading dimensions.
Dims PackedDims(Dims batch, const Band& band) {
  if (band.count() > 1) batch.push_back(band.count());
  batch.push_back(band.width());
  return batch;
}

// Fills with the padding value of the later versions (operand `index`), else leaves zeros.
Result<void> FillPadding(const Call& call, size_t index, const Target& target) {
  if (index >= call.inputs.size()) return {};
  const Tensor& value = call.input(index);
  if (value.elements() != 1 || value.dtype() != call.input(0).dtype()) {
    return call.Fail("the padding value must be a scalar of the diagonals' dtype");
  }
  LS_TRY(const Source source, Source::Of(call, value));
  target.Fill(source.data());
  return {};
}

// Rows and columns that were not given (-1) follow from the diagonals' length.
Result<void> FindSizes(const Call& call, Band& band, int64_t width) {
  const int64_t least_rows = width - std::min<int64_t>(band.last, 0);
  const int64_t least_columns = width + std::max<int64_t>(band.first, 0);
  const bool both_open = band.rows == -1 && band.columns == -1;
  if (both_open) {
    band.rows = band.columns = std::max(least_rows, least_columns);
  } else {
    if (band.rows == -1) band.rows = least_rows;
    if (band.columns == -1) band.columns = least_columns;
  }
  LS_RETURN_IF_FAILED(CheckSize(call, std::to_array({band.rows, band.columns}), 1));
  LS_RETURN_IF_FAILED(CheckBand(call, band));
  if (band.width() == width) return {};
  return call.Fail(
      fmt::format("diagonals of {} do not fit a matrix of {} x {}", width, band.rows, band.columns));
}

Result<Outputs> DiagonalMatrix(const Call& call, bool first_version) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, first_version ? 1 : 5));
  const Tensor& diagonals = call.input(0);
  Band band{.rows = -1, .columns = -1};
  if (!first_version) {
    LS_RETURN_IF_FAILED(ReadDiagonals(call, 1, band));
    LS_TRY(band.rows, IntegerOf(call, 2));
    LS_TRY(band.columns, IntegerOf(call, 3));
    ReadAlignment(call, band);
  }
  Dims dims = diagonals.dims();
  const bool several = band.first != band.last;
  if (dims.size() < (several ? 2u : 1u)) return call.Fail("the diagonals have too few dimensions");
  const int64_t width = dims.back();
  dims.pop_back();
  if (several) {
    // Compared as a distance, since what the file says may be anywhere.
    if (band.last - band.first != dims.back() - 1)
      return call.Fail("their number is not that of the diagonals");
    dims.pop_back();
  }
  if (band.first < -0x7fffffff || band.last > 0x7fffffff) return call.Fail("a diagonal is too far away");
  LS_RETURN_IF_FAILED(FindSizes(call, band, width));
  const int64_t batch = ProductOf(dims, 0, static_cast<int>(dims.size()));
  dims.insert(dims.end(), {band.rows, band.columns});
  LS_TRY(const Source source, Source::Of(call, diagonals));
  LS_TRY(Target target, Target::Of(call, diagonals.dtype(), dims));
  LS_RETURN_IF_FAILED(FillPadding(call, 4, target));
  CopyBand(band, batch, source.element_size(), source.data(), true, target.data());
  return One(target.Finish(call));
}

// The band of the matrices of operand 0.
Result<Band> BandOf(const Call& call, int diagonals_operand) {
  const Tensor& input = call.input(0);
  Band band;
  if (input.rank() < 2) return call.Fail("its operand is no matrix");
  band.rows = input.dims()[input.dims().size() - 2];
  band.columns = input.dims().back();
  if (diagonals_operand > 0) {
    LS_RETURN_IF_FAILED(ReadDiagonals(call, static_cast<size_t>(diagonals_operand), band));
    ReadAlignment(call, band);
  }
  LS_RETURN_IF_FAILED(CheckBand(call, band));
  return band;
}

Dims BatchOf(const Tensor& matrices) { return {matrices.dims().begin(), matrices.dims().end() - 2}; }

Result<Outputs> DiagonalsOf(const Call& call, bool first_version) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, first_version ? 1 : 3));
  LS_TRY(const Band band, BandOf(call, first_version ? 0 : 1));
  const Dims batch = BatchOf(call.input(0));
  LS_TRY(const Source source, Source::Of(call, call.input(0)));
  LS_TRY(Target target, Target::Of(call, call.input(0).dtype(), PackedDims(batch, band)));
  LS_RETURN_IF_FAILED(FillPadding(call, 2, target));
  CopyBand(band, ProductOf(batch, 0, static_cast<int>(batch.size())), source.element_size(), source.data(),
           false, target.data());
  return One(target.Finish(call));
}

Result<Outputs> WithDiagonals(const Call& call, bool first_version) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, first_version ? 2 : 3));
  LS_TRY(const Band band, BandOf(call, first_version ? 0 : 2));
  const Tensor &input = call.input(0), &diagonals = call.input(1);
  const Dims batch = BatchOf(input);
  if (diagonals.dims() != PackedDims(batch, band) || diagonals.dtype() != input.dtype()) {
    return call.Fail(fmt::format("the diagonals have shape {}, not {}", ToText(diagonals.dims()),
                                 ToText(PackedDims(batch, band))));
  }
  LS_TRY(const Source source, Source::Of(call, input));
  LS_TRY(const Source values, Source::Of(call, diagonals));
  LS_TRY(Target target, Target::Of(call, input.dtype(), input.dims()));
  const Dims strides = DenseStrides(input.dims());
  CopyElements(input.dims(), source.element_size(), source.data(), strides, 0, target.data(), strides, 0);
  CopyBand(band, ProductOf(batch, 0, static_cast<int>(batch.size())), source.element_size(), values.data(),
           true, target.data());
  return One(target.Finish(call));
}

}  // namespace

LS_EVALUATE(MatrixDiag) { return DiagonalMatrix(call, true); }
LS_EVALUATE(MatrixDiagV2) { return DiagonalMatrix(call, false); }
LS_EVALUATE(MatrixDiagV3) { return DiagonalMatrix(call, false); }
LS_EVALUATE(MatrixDiagPart) { return DiagonalsOf(call, true); }
LS_EVALUATE(MatrixDiagPartV2) { return DiagonalsOf(call, false); }
LS_EVALUATE(MatrixDiagPartV3) { return DiagonalsOf(call, false); }
LS_EVALUATE(MatrixSetDiag) { return WithDiagonals(call, true); }
LS_EVALUATE(MatrixSetDiagV2) { return WithDiagonals(call, false); }
LS_EVALUATE(MatrixSetDiagV3) { return WithDiagonals(call, false); }

// Keeps num_lower diagonals below the main one and num_upper above; negative numbers keep all.
LS_EVALUATE(MatrixBandPart) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 3));
  LS_TRY(const int64_t lower, IntegerOf(call, 1));
  LS_TRY(const int64_t upper, IntegerOf(call, 2));
  const Tensor& input = call.input(0);
  LS_TRY(const Band whole, BandOf(call, 0));
  LS_TRY(const Source source, Source::Of(call, input));
  LS_TRY(Target target, Target::Of(call, input.dtype(), input.dims()));
  const size_t size = source.element_size();
  for (int64_t i = 0; i < input.elements(); ++i) {
    const int64_t distance = i % whole.columns - i / whole.columns % whole.rows;
    if ((lower >= 0 && -distance > lower) || (upper >= 0 && distance > upper)) continue;
    std::memcpy(target.data() + static_cast<size_t>(i) * size, source.data() + static_cast<size_t>(i) * size,
                size);
  }
  return One(target.Finish(call));
}

// A tensor of twice the rank with the operand on its diagonal, and back.
LS_EVALUATE(Diag) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  const Tensor& input = call.input(0);
  Dims dims = input.dims();
  dims.insert(dims.end(), input.dims().begin(), input.dims().end());
  LS_TRY(const Source source, Source::Of(call, input));
  LS_TRY(Target target, Target::Of(call, input.dtype(), dims));
  CopyElements(std::to_array({input.elements()}), source.element_size(), source.data(), {1}, 0, target.data(),
               {input.elements() + 1}, 0);
  return One(target.Finish(call));
}
LS_EVALUATE(DiagPart) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  const Tensor& input = call.input(0);
  const auto half = static_cast<ptrdiff_t>(input.dims().size() / 2);
  const Dims dims(input.dims().begin(), input.dims().begin() + half);
  if (input.dims().size() % 2 != 0 || !std::equal(dims.begin(), dims.end(), input.dims().begin() + half)) {
    return call.Fail(fmt::format("shape {} is not a shape twice", ToText(input.dims())));
  }
  const int64_t count = ProductOf(dims, 0, static_cast<int>(half));
  LS_TRY(const Source source, Source::Of(call, input));
  LS_TRY(Target target, Target::Of(call, input.dtype(), dims));
  CopyElements(std::to_array({count}), source.element_size(), source.data(), {count + 1}, 0, target.data(),
               {1}, 0);
  return One(target.Finish(call));
}

}  // namespace litesmith::evaluate
