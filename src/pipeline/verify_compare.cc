#include "pipeline/verify_compare.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace litesmith::pipeline {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Dims WithoutOnes(const Dims& dims) {
  Dims kept;
  std::copy_if(dims.begin(), dims.end(), std::back_inserter(kept), [](int64_t dim) { return dim != 1; });
  return kept;
}

// Complex numbers as two real ones.
template <class T>
std::vector<double> Parts(const Tensor& tensor) {
  std::vector<double> numbers;
  for (const T& value : tensor.data<T>()) {
    numbers.push_back(value.real());
    numbers.push_back(value.imag());
  }
  return numbers;
}

std::optional<std::vector<double>> NumbersOf(const Tensor& tensor) {
  if (tensor.dtype() == DType::kComplex64) return Parts<std::complex<float>>(tensor);
  if (tensor.dtype() == DType::kComplex128) return Parts<std::complex<double>>(tensor);
  if (auto numbers = tensor.ToDouble()) return numbers;
  const auto integers = tensor.ToInt64();
  if (!integers) return std::nullopt;
  return std::vector<double>(integers->begin(), integers->end());
}

void Dequantize(std::vector<double>& numbers, const Dims& dims, const Quantization& quantization) {
  size_t inner = 1;  // elements behind one index of the quantized dimension
  for (size_t axis = static_cast<size_t>(std::max(quantization.dimension, 0)) + 1; axis < dims.size(); ++axis)
    inner *= static_cast<size_t>(dims[axis]);
  const size_t channels = quantization.scale.size();
  for (size_t i = 0; i < numbers.size(); ++i) {
    const size_t channel = channels > 1 && inner > 0 ? i / inner % channels : 0;
    const double zero = static_cast<double>(quantization.zero_point_at(channel));
    numbers[i] = (numbers[i] - zero) * quantization.scale_at(channel);
  }
}

bool IsReal(DType dtype) { return IsFloat(dtype) || IsComplex(dtype); }

void Measure(const std::vector<double>& source, const std::vector<double>& file, Deviation& result) {
  double errors = 0, signal = 0;
  for (size_t i = 0; i < source.size(); ++i) {
    const double a = source[i], b = file[i];
    if (std::isfinite(a)) {
      result.largest = std::max(result.largest, std::abs(a));
      signal += a * a;
    }
    if (a == b || (std::isnan(a) && std::isnan(b))) continue;
    ++result.different;
    const double error = std::isfinite(a) && std::isfinite(b) ? std::abs(a - b) : kInfinity;
    result.max_error = std::max(result.max_error, error);
    errors += error * error;
  }
  const double count = static_cast<double>(std::max<size_t>(source.size(), 1));
  result.rms_error = std::sqrt(errors / count);
  result.snr_db = errors == 0 ? kInfinity : 20 * std::log10(std::sqrt(signal / count) / result.rms_error);
}

bool HasScale(const Quantization* quantization) {
  return quantization != nullptr && !quantization->scale.empty();
}

}  // namespace

Precision PrecisionOf(const ir::Module& file) {
  Precision coarsest = Precision::kFloat32;
  for (const auto& function : file.functions()) {
    for (const ir::Node& node : function->nodes()) {
      for (size_t i = 0; i < node.output_count(); ++i) {
        const ir::Type& type = node.output(i)->type;
        Precision precision = Precision::kFloat32;
        if (HasScale(type.quantization.get())) {
          const bool wide = type.dtype == DType::kInt16 || BitsOf(type.dtype) > 16;
          precision = wide ? Precision::kInt16 : Precision::kInt8;
        } else if (type.dtype == DType::kFloat16 || type.dtype == DType::kBFloat16) {
          precision = Precision::kFloat16;
        }
        coarsest = std::max(coarsest, precision);
      }
    }
  }
  return coarsest;
}

std::string_view NameOf(Precision precision) {
  switch (precision) {
    case Precision::kFloat32:
      return "float32";
    case Precision::kFloat16:
      return "float16";
    case Precision::kInt16:
      return "int16";
    case Precision::kInt8:
      return "int8";
  }
  return "";
}

bool Deviation::Agrees(Precision precision) const {
  if (different == 0) return true;
  if (!real) return precision >= Precision::kInt16 || different * 1000 <= elements;
  switch (precision) {
    case Precision::kFloat32:
      return max_error <= 1e-3 * largest + 1e-7;
    case Precision::kFloat16:
    case Precision::kInt16:
      return snr_db >= 30;
    case Precision::kInt8:
      return snr_db >= 10;
  }
  return false;
}

std::optional<Deviation> Compare(const Tensor& source, const Tensor& file, const Quantization* quantization) {
  if (!source.valid() || !file.valid() || WithoutOnes(source.dims()) != WithoutOnes(file.dims()))
    return std::nullopt;
  Deviation result;
  result.elements = source.elements();
  result.real = IsReal(source.dtype());
  if (source.dtype() == DType::kString || file.dtype() == DType::kString) {
    if (source.dtype() != file.dtype()) return std::nullopt;
    const auto a = source.strings(), b = file.strings();
    for (size_t i = 0; i < a.size(); ++i) result.different += a[i] != b[i];
    result.max_error = result.different > 0 ? kInfinity : 0;
    result.rms_error = result.max_error;
    result.snr_db = result.different > 0 ? -kInfinity : kInfinity;
    return result;
  }
  const auto numbers = NumbersOf(source);
  auto others = NumbersOf(file);
  if (!numbers || !others || numbers->size() != others->size()) return std::nullopt;
  if (HasScale(quantization) && !IsReal(file.dtype())) Dequantize(*others, file.dims(), *quantization);
  Measure(*numbers, *others, result);
  return result;
}

}  // namespace litesmith::pipeline
