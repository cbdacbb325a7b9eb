#include "quantization/parameters.h"

#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "quantization/grid.h"

namespace litesmith::quantization {
namespace {

constexpr std::array<std::pair<Mode, std::string_view>, 7> kModes = {{
    {Mode::kNone, "none"},
    {Mode::kDynamic, "dynamic"},
    {Mode::kFloat16, "float16"},
    {Mode::kInt8, "int8"},
    {Mode::kInt16x8, "int16x8"},
    {Mode::kWeight8, "weight8"},
    {Mode::kWeight4, "weight4"},
}};

// Kernels multiply and divide scales; far below this the quotients leave their fixed-point numbers.
constexpr float kSmallestScale = 1e-20f;

template <class T>
Tensor QuantizeTo(const Tensor& values, const Parameters& parameters) {
  Tensor result = Tensor::Zeros(kDTypeOf<T>, values.dims());
  const auto from = values.data<float>();
  const auto to = result.mutable_data<T>();
  constexpr double kLow = std::numeric_limits<T>::min(), kHigh = std::numeric_limits<T>::max();
  for (size_t i = 0; i < from.size(); ++i) {
    const double steps = std::round(static_cast<double>(from[i]) / parameters.scale) +
                         static_cast<double>(parameters.zero_point);
    to[i] = static_cast<T>(std::clamp(steps, kLow, kHigh));
  }
  return result;
}

}  // namespace

std::string_view NameOf(Mode mode) {
  for (const auto& [value, name] : kModes) {
    if (value == mode) return name;
  }
  return "";
}

std::optional<Mode> ModeOfName(std::string_view wanted) {
  for (const auto& [value, name] : kModes) {
    if (name == wanted) return value;
  }
  return std::nullopt;
}

Parameters ParametersOf(Range range, Mode mode) {
  range.Include({0, 0});
  if (mode == Mode::kInt16x8) {
    const float most = std::max(-range.min, range.max);
    return {most > kSmallestScale ? most / 32767.0f : 1.0f / 32767.0f, 0};
  }
  if (!(range.width() > kSmallestScale)) return {1.0f / 255.0f, -128};
  const float scale = range.width() / 255.0f;
  const double zero = std::round(-128.0 - static_cast<double>(range.min) / scale);
  return {scale, static_cast<int64_t>(std::clamp(zero, -128.0, 127.0))};
}

Range RangeOf(const Parameters& parameters, Mode mode) {
  if (mode == Mode::kInt16x8) return {-32767 * parameters.scale, 32767 * parameters.scale};
  const auto zero = static_cast<float>(parameters.zero_point);
  return {(-128 - zero) * parameters.scale, (127 - zero) * parameters.scale};
}

Range RangeOf(const Tensor& constant) {
  Range range;
  for (const float value : constant.data<float>()) range.Include({value, value});
  return range;
}

Parameters ParametersOf(const Tensor& constant, Mode mode) {
  const Range range = RangeOf(constant);
  const auto step = mode == Mode::kInt8 ? StepOf(constant.data<float>(), {255, 255, 255}) : std::nullopt;
  if (!step || !(*step > kSmallestScale)) return ParametersOf(range, mode);
  return {*step, static_cast<int64_t>(-128 - std::round(static_cast<double>(range.min) / *step))};
}

std::shared_ptr<const Quantization> ToQuantization(const Parameters& parameters) {
  auto quantization = std::make_shared<Quantization>();
  quantization->scale = {parameters.scale};
  quantization->zero_point = {parameters.zero_point};
  return quantization;
}

Tensor QuantizeActivation(const Tensor& values, const Parameters& parameters, DType dtype) {
  if (dtype == DType::kInt16) return QuantizeTo<int16_t>(values, parameters);
  if (dtype == DType::kUInt8) return QuantizeTo<uint8_t>(values, parameters);
  return QuantizeTo<int8_t>(values, parameters);
}

}  // namespace litesmith::quantization
