// Discrete Fourier transforms, computed in double.
#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <numbers>

#include "evaluate/dispatch.h"
#include "evaluate/operands.h"

namespace litesmith::evaluate {
namespace {

using Complex = std::complex<double>;

Complex Root(double turns) { return std::polar(1.0, 2 * std::numbers::pi * turns); }

// In place; the size is a power of two (Cooley and Tukey).
void TransformPowerOfTwo(std::span<Complex> x, bool inverse) {
  const size_t n = x.size();
  for (size_t i = 1, j = 0; i < n; ++i) {
    size_t bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(x[i], x[j]);
  }
  for (size_t length = 2; length <= n; length *= 2) {
    std::vector<Complex> roots(length / 2);
    for (size_t k = 0; k < roots.size(); ++k) {
      roots[k] = Root((inverse ? 1.0 : -1.0) * static_cast<double>(k) / static_cast<double>(length));
    }
    for (size_t start = 0; start < n; start += length) {
      for (size_t k = 0; k < length / 2; ++k) {
        const Complex a = x[start + k], b = x[start + k + length / 2] * roots[k];
        x[start + k] = a + b;
        x[start + k + length / 2] = a - b;
      }
    }
  }
}

// Any size, as a convolution of a power of two (Bluestein). Not scaled.
void Transform(std::vector<Complex>& x, bool inverse) {
  const size_t n = x.size();
  if (n < 2) return;
  if (std::has_single_bit(n)) return TransformPowerOfTwo(x, inverse);
  const size_t padded = std::bit_ceil(2 * n - 1);
  std::vector<Complex> chirp(n), a(padded), b(padded);
  for (size_t k = 0; k < n; ++k) {
    const size_t square = k * k % (2 * n);  // keeps the angle small
    chirp[k] = Root((inverse ? 0.5 : -0.5) * static_cast<double>(square) / static_cast<double>(n));
    a[k] = x[k] * chirp[k];
    b[k] = std::conj(chirp[k]);
    if (k > 0) b[padded - k] = b[k];
  }
  TransformPowerOfTwo(a, false);
  TransformPowerOfTwo(b, false);
  for (size_t i = 0; i < padded; ++i) a[i] *= b[i];
  TransformPowerOfTwo(a, true);
  for (size_t k = 0; k < n; ++k) x[k] = a[k] * chirp[k] / static_cast<double>(padded);
}

// Along one axis of a dense array of complex numbers.
void TransformAxis(std::vector<Complex>& values, const Dims& dims, size_t axis, bool inverse) {
  const int64_t length = dims[axis],
                inner = ProductOf(dims, static_cast<int>(axis) + 1, static_cast<int>(dims.size()));
  if (length < 2 || values.empty()) return;
  std::vector<Complex> line(static_cast<size_t>(length));
  const int64_t lines = static_cast<int64_t>(values.size()) / length;
  for (int64_t i = 0; i < lines; ++i) {
    const int64_t first = i / inner * length * inner + i % inner;
    for (int64_t k = 0; k < length; ++k)
      line[static_cast<size_t>(k)] = values[static_cast<size_t>(first + k * inner)];
    Transform(line, inverse);
    for (int64_t k = 0; k < length; ++k)
      values[static_cast<size_t>(first + k * inner)] = line[static_cast<size_t>(k)];
  }
}

// The elements with the last dimensions cut or filled with zeros to `dims`.
template <class T>
std::vector<Complex> Fitted(std::span<const T> from, const Dims& old_dims, const Dims& dims) {
  std::vector<Complex> values(static_cast<size_t>(ProductOf(dims, 0, static_cast<int>(dims.size()))));
  for (size_t i = 0; i < values.size(); ++i) {
    int64_t rest = static_cast<int64_t>(i), at = 0, stride = 1;
    bool inside = true;
    for (size_t axis = dims.size(); axis-- > 0;) {
      const int64_t index = rest % dims[axis];
      rest /= dims[axis];
      inside &= index < old_dims[axis];
      at += index * stride;
      stride *= old_dims[axis];
    }
    if (!inside) continue;
    const T value = from[static_cast<size_t>(at)];
    if constexpr (kIsComplex<T>)
      values[i] = Complex(value.real(), value.imag());
    else
      values[i] = Complex(static_cast<double>(value), 0);
  }
  return values;
}

Result<std::vector<Complex>> Fitted(const Call& call, const Dims& dims) {
  LS_RETURN_IF_FAILED(CheckSize(call, dims, sizeof(Complex)));
  std::vector<Complex> values;
  const Tensor& input = call.input(0);
  if (!Dispatch(Join<Floats, Complexes>{}, input.dtype(), [&]<class T>(std::type_identity<T>) {
        values = Fitted<T>(input.data<T>(), input.dims(), dims);
      })) {
    return WrongDType(call, input.dtype());
  }
  return values;
}

template <class List, class Convert>
Result<Tensor> TensorOf(const Call& call, DType dtype, const Dims& dims, Convert convert) {
  LS_TRY(Tensor output, Allocate(call, dtype, dims));
  const bool known = Dispatch(List{}, dtype, [&]<class T>(std::type_identity<T>) {
    const auto to = output.mutable_data<T>();
    for (size_t i = 0; i < to.size(); ++i) to[i] = static_cast<T>(convert(i));
  });
  if (!known) return WrongDType(call, dtype);
  return output;
}

Result<Outputs> ComplexTransform(const Call& call, int axes, bool inverse) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  const Dims& dims = call.input(0).dims();
  if (call.input(0).rank() < axes) return call.Fail(fmt::format("it transforms {} dimensions", axes));
  LS_TRY(auto values, Fitted(call, dims));
  double scale = 1;
  for (size_t axis = dims.size() - static_cast<size_t>(axes); axis < dims.size(); ++axis) {
    TransformAxis(values, dims, axis, inverse);
    if (inverse) scale /= static_cast<double>(std::max<int64_t>(dims[axis], 1));
  }
  return One(
      TensorOf<Complexes>(call, call.input(0).dtype(), dims, [&](size_t i) { return values[i] * scale; }));
}

// The lengths of operand 1 in place of the last dimensions, which may be longer; `half`: the last one holds
// the first half of a spectrum.
Result<Dims> LengthsOf(const Call& call, int axes, bool half) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  if (call.input(0).rank() < axes) return call.Fail(fmt::format("it transforms {} dimensions", axes));
  LS_TRY(const auto lengths, IntegersOf(call, 1));
  Dims dims = call.input(0).dims();
  if (static_cast<int>(lengths.size()) != axes ||
      std::ranges::any_of(lengths, [](int64_t n) { return n < 1; })) {
    return call.Fail(
        fmt::format("{} are no lengths of a transform over {} dimensions", ToText(lengths), axes));
  }
  for (int axis = 0; axis < axes; ++axis) {
    const size_t at = dims.size() - static_cast<size_t>(axes - axis);
    const int64_t length = lengths[static_cast<size_t>(axis)];
    const int64_t needed = half && axis + 1 == axes ? length / 2 + 1 : length;
    if (dims[at] != 0 && dims[at] < needed) {
      return call.Fail(fmt::format("{} elements are too few for a transform of {}", dims[at], length));
    }
    dims[at] = length;
  }
  return dims;
}

// Real numbers to the first half of their spectrum.
Result<Outputs> RealTransform(const Call& call, int axes) {
  LS_TRY(const Dims dims, LengthsOf(call, axes, false));
  LS_TRY(auto values, Fitted(call, dims));
  for (size_t axis = dims.size() - static_cast<size_t>(axes); axis < dims.size(); ++axis) {
    TransformAxis(values, dims, axis, false);
  }
  Dims half = dims;
  half.back() = dims.back() / 2 + 1;
  const auto width = static_cast<size_t>(dims.back()), kept = static_cast<size_t>(half.back());
  const DType dtype = call.input(0).dtype() == DType::kFloat64 ? DType::kComplex128 : DType::kComplex64;
  return One(
      TensorOf<Complexes>(call, dtype, half, [&](size_t i) { return values[i / kept * width + i % kept]; }));
}

// And back: the other half of the spectrum is the first one mirrored and conjugated.
Result<Outputs> InverseRealTransform(const Call& call, int axes) {
  LS_TRY(const Dims dims, LengthsOf(call, axes, true));
  Dims half = dims;
  half.back() = dims.back() / 2 + 1;
  LS_TRY(auto part, Fitted(call, half));
  double scale = 1 / static_cast<double>(dims.back());
  for (size_t axis = dims.size() - static_cast<size_t>(axes); axis + 1 < dims.size(); ++axis) {
    TransformAxis(part, half, axis, true);
    scale /= static_cast<double>(dims[axis]);
  }
  LS_RETURN_IF_FAILED(CheckSize(call, dims, sizeof(Complex)));
  const auto width = static_cast<size_t>(dims.back()), kept = static_cast<size_t>(half.back());
  std::vector<Complex> values(part.size() / kept * width);
  for (size_t i = 0; i < values.size(); ++i) {
    const size_t row = i / width, column = i % width;
    values[i] = column < kept ? part[row * kept + column] : std::conj(part[row * kept + width - column]);
  }
  TransformAxis(values, dims, dims.size() - 1, true);
  const DType dtype = call.input(0).dtype() == DType::kComplex128 ? DType::kFloat64 : DType::kFloat32;
  return One(TensorOf<Floats>(call, dtype, dims, [&](size_t i) { return values[i].real() * scale; }));
}

}  // namespace

LS_EVALUATE(FFT) { return ComplexTransform(call, 1, false); }
LS_EVALUATE(FFT2D) { return ComplexTransform(call, 2, false); }
LS_EVALUATE(FFT3D) { return ComplexTransform(call, 3, false); }
LS_EVALUATE(IFFT) { return ComplexTransform(call, 1, true); }
LS_EVALUATE(IFFT2D) { return ComplexTransform(call, 2, true); }
LS_EVALUATE(IFFT3D) { return ComplexTransform(call, 3, true); }
LS_EVALUATE(RFFT) { return RealTransform(call, 1); }
LS_EVALUATE(RFFT2D) { return RealTransform(call, 2); }
LS_EVALUATE(RFFT3D) { return RealTransform(call, 3); }
LS_EVALUATE(IRFFT) { return InverseRealTransform(call, 1); }
LS_EVALUATE(IRFFT2D) { return InverseRealTransform(call, 2); }
LS_EVALUATE(IRFFT3D) { return InverseRealTransform(call, 3); }

}  // namespace litesmith::evaluate
