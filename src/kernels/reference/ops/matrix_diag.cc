// MATRIX_DIAG and MATRIX_SET_DIAG.
#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "kernels/reference/movement.h"

namespace litesmith {
namespace {

using reference::ShapedKernel;

// Puts vectors on the diagonals of matrices.
class Diagonal : public ShapedKernel {
 protected:
  Diagonal(size_t inputs) : ShapedKernel(inputs, 1), diagonal_(inputs - 1) {}

  Result<void> Check(PrepareContext& context) override {
    const DType dtype = context.output().dtype;
    LS_RETURN_IF_FAILED(context.Expect(BitsOf(dtype) >= 8, "it does not move {}", NameOf(dtype)));
    for (size_t i = 0; i <= diagonal_; ++i) {
      if (context.input(i).dtype != dtype) return context.Mismatch("input {} and output differ in type", i);
    }
    return {};
  }

  // The other elements are in place already.
  void Place(InvokeContext& context) const {
    const TensorView& output = context.output();
    if (output.elements() == 0) return;
    const auto width = static_cast<size_t>(BitsOf(output.dtype)) / 8;
    const int64_t rows = output.dim(-2), columns = output.dim(-1), length = std::min(rows, columns);
    reference::CopyStrided(
        context.input(diagonal_).data, output.data, width,
        {{output.elements() / (rows * columns), length, rows * columns}, {length, 1, columns + 1}});
  }

 private:
  size_t diagonal_;
};

class MatrixDiag : public Diagonal {
 public:
  MatrixDiag() : Diagonal(1) {}

 private:
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    Dims dims = context.input(0).dims;
    if (dims.empty()) return context.Mismatch("a scalar is no diagonal");
    dims.push_back(dims.back());
    if (!CheckedProduct(dims)) return context.Mismatch("{} has too many elements", ToText(dims));
    return std::vector<Dims>{dims};
  }
  Result<void> Compute(InvokeContext& context) override {
    if (context.output().bytes > 0) std::memset(context.output().data, 0, context.output().bytes);
    Place(context);
    return {};
  }
};

class MatrixSetDiag : public Diagonal {
 public:
  MatrixSetDiag() : Diagonal(2) {}

 private:
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const Dims& dims = context.input(0).dims;
    Dims expected = dims;
    if (dims.size() >= 2) {
      expected.pop_back();
      expected.back() = std::min(dims.back(), expected.back());
    }
    if (dims.size() < 2 || context.input(1).dims != expected) {
      return context.Mismatch("{} is no diagonal of {}", ToText(context.input(1).dims), ToText(dims));
    }
    return std::vector<Dims>{dims};
  }
  Result<void> Compute(InvokeContext& context) override {
    const TensorView& input = context.input(0);
    if (input.bytes > 0) std::memcpy(context.output().data, input.data, input.bytes);
    Place(context);
    return {};
  }
};

}  // namespace

LS_KERNEL(MATRIX_DIAG) { return std::make_unique<MatrixDiag>(); }
LS_KERNEL(MATRIX_SET_DIAG) { return std::make_unique<MatrixSetDiag>(); }

}  // namespace litesmith
