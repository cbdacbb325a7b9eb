// Small dense linear algebra, one matrix after the other.
#include <algorithm>
#include <cmath>

#include "evaluate/contraction.h"
#include "evaluate/dispatch.h"
#include "evaluate/elements.h"
#include "evaluate/operands.h"

namespace litesmith::evaluate {
namespace {

using Solvable = Join<Floats, Complexes>;

// Checks that an operand holds square matrices; the number of them and their size.
struct Squares {
  int64_t batch = 1, size = 0;
};
Result<Squares> SquaresOf(const Call& call, const Tensor& tensor) {
  if (tensor.rank() < 2 || tensor.dims().back() != tensor.dims()[tensor.dims().size() - 2]) {
    return call.Fail(fmt::format("{} is no shape of square matrices", ToText(tensor.dims())));
  }
  return Squares{ProductOf(tensor.dims(), 0, tensor.rank() - 2), tensor.dims().back()};
}

// Solves a * x = b by Gaussian elimination with row pivots, in place of both: a is [n, n], b is [n, columns].
// Returns the determinant of a, 0 when there is no solution.
template <class T>
T Solve(int64_t n, std::span<T> a, int64_t columns, std::span<T> b) {
  T determinant{1};
  const auto at = [n](int64_t row, int64_t column) { return static_cast<size_t>(row * n + column); };
  const auto of = [columns](int64_t row, int64_t column) {
    return static_cast<size_t>(row * columns + column);
  };
  for (int64_t k = 0; k < n; ++k) {
    int64_t pivot = k;
    for (int64_t row = k + 1; row < n; ++row) {
      if (std::abs(a[at(row, k)]) > std::abs(a[at(pivot, k)])) pivot = row;
    }
    const T value = a[at(pivot, k)];
    if (value == T{0}) return T{0};
    determinant *= pivot == k ? value : -value;
    for (int64_t column = 0; column < n; ++column) std::swap(a[at(k, column)], a[at(pivot, column)]);
    for (int64_t column = 0; column < columns; ++column) std::swap(b[of(k, column)], b[of(pivot, column)]);
    for (int64_t row = k + 1; row < n; ++row) {
      const T factor = a[at(row, k)] / value;
      if (factor == T{0}) continue;
      for (int64_t column = k; column < n; ++column) a[at(row, column)] -= factor * a[at(k, column)];
      for (int64_t column = 0; column < columns; ++column) b[of(row, column)] -= factor * b[of(k, column)];
    }
  }
  for (int64_t k = n - 1; k >= 0; --k) {
    for (int64_t column = 0; column < columns; ++column) {
      T sum = b[of(k, column)];
      for (int64_t i = k + 1; i < n; ++i) sum -= a[at(k, i)] * b[of(i, column)];
      b[of(k, column)] = sum / a[at(k, k)];
    }
  }
  return determinant;
}

// The operand, or its adjoint where the attribute asks for it.
Result<Tensor> MatrixOperand(const Call& call) {
  if (call.input(0).rank() < 2) return call.Fail("its operand is no matrix");
  if (!call.attributes().Bool("adjoint")) return call.input(0);
  return MatrixTransposed(call, call.input(0), true);
}

// x with a * x = b for each matrix; without `right`, b is the identity.
Result<Outputs> SolveAll(const Call& call, const Tensor* right) {
  LS_TRY(const Tensor a, MatrixOperand(call));
  LS_TRY(const Squares squares, SquaresOf(call, a));
  const int64_t n = squares.size, columns = right == nullptr        ? n
                                            : right->dims().empty() ? 0
                                                                    : right->dims().back();
  Dims dims(a.dims().begin(), a.dims().end() - 1);
  dims.push_back(columns);
  if (right != nullptr && (right->dims() != dims || right->dtype() != a.dtype())) {
    return call.Fail(fmt::format("the right side has shape {}, not {}", ToText(right->dims()), ToText(dims)));
  }
  LS_TRY(Tensor output, Allocate(call, a.dtype(), dims));
  bool singular = false;
  const bool known = Dispatch(Solvable{}, a.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto to = output.mutable_data<T>();
    if (right != nullptr) std::ranges::copy(right->data<T>(), to.begin());
    for (int64_t m = 0; m < squares.batch; ++m) {
      const auto matrix = a.data<T>().subspan(static_cast<size_t>(m * n * n), static_cast<size_t>(n * n));
      std::vector<T> work(matrix.begin(), matrix.end());
      const auto solution =
          to.subspan(static_cast<size_t>(m * n * columns), static_cast<size_t>(n * columns));
      for (int64_t i = 0; right == nullptr && i < n; ++i) solution[static_cast<size_t>(i * n + i)] = T{1};
      singular |= n > 0 && Solve<T>(n, work, columns, solution) == T{0};
    }
  });
  if (!known) return WrongDType(call, a.dtype());
  if (singular) return call.Fail("a matrix is not invertible");
  return One(output);
}

}  // namespace

LS_EVALUATE(MatrixInverse) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  return SolveAll(call, nullptr);
}
LS_EVALUATE(MatrixSolve) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  return SolveAll(call, &call.input(1));
}

LS_EVALUATE(MatrixDeterminant) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  const Tensor& input = call.input(0);
  LS_TRY(const Squares squares, SquaresOf(call, input));
  const int64_t n = squares.size;
  LS_TRY(Tensor output, Allocate(call, input.dtype(), {input.dims().begin(), input.dims().end() - 2}));
  const bool known = Dispatch(Solvable{}, input.dtype(), [&]<class T>(std::type_identity<T>) {
    for (int64_t m = 0; m < squares.batch; ++m) {
      const auto matrix = input.data<T>().subspan(static_cast<size_t>(m * n * n), static_cast<size_t>(n * n));
      std::vector<T> work(matrix.begin(), matrix.end());
      output.mutable_data<T>()[static_cast<size_t>(m)] = Solve<T>(n, work, 0, {});
    }
  });
  if (!known) return WrongDType(call, input.dtype());
  return One(output);
}

// Lower triangular l with l * l^H = input (Cholesky and Banachiewicz).
LS_EVALUATE(Cholesky) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  const Tensor& input = call.input(0);
  LS_TRY(const Squares squares, SquaresOf(call, input));
  const int64_t n = squares.size;
  LS_TRY(Tensor output, Allocate(call, input.dtype(), input.dims()));
  bool definite = true;
  const bool known = Dispatch(Floats{}, input.dtype(), [&]<class T>(std::type_identity<T>) {
    for (int64_t m = 0; m < squares.batch; ++m) {
      const T* a = input.data<T>().data() + m * n * n;
      T* l = output.mutable_data<T>().data() + m * n * n;
      for (int64_t row = 0; row < n; ++row) {
        for (int64_t column = 0; column <= row; ++column) {
          T sum = a[row * n + column];
          for (int64_t k = 0; k < column; ++k) sum -= l[row * n + k] * l[column * n + k];
          definite &= row != column || sum > 0;
          l[row * n + column] = row == column ? std::sqrt(sum) : sum / l[column * n + column];
        }
      }
    }
  });
  if (!known) return WrongDType(call, input.dtype());
  if (!definite) return call.Fail("a matrix is not positive definite");
  return One(output);
}

// The vector product over the last axis, which has three elements.
LS_EVALUATE(Cross) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  const Tensor a = Widen(call.input(0)), b = Widen(call.input(1));
  if (a.dims() != b.dims() || a.dtype() != b.dtype() || a.rank() < 1 || a.dims().back() != 3) {
    return call.Fail(
        fmt::format("shapes {} and {} are not those of vectors of 3", ToText(a.dims()), ToText(b.dims())));
  }
  LS_TRY(Tensor output, Allocate(call, a.dtype(), a.dims()));
  const bool known = Dispatch(Floats{}, a.dtype(), [&]<class T>(std::type_identity<T>) {
    for (size_t i = 0; i + 3 <= static_cast<size_t>(a.elements()); i += 3) {
      const T *u = a.data<T>().data() + i, *v = b.data<T>().data() + i;
      T* to = output.mutable_data<T>().data() + i;
      for (size_t c = 0; c < 3; ++c)
        to[c] = u[(c + 1) % 3] * v[(c + 2) % 3] - u[(c + 2) % 3] * v[(c + 1) % 3];
    }
  });
  if (!known) return WrongDType(call, call.input(0).dtype());
  return One(Narrow(output, call.input(0).dtype()));
}

}  // namespace litesmith::evaluate
