// Resizing with a choice of kernels, with or without antialiasing (tf.image.resize makes it).
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "evaluate/dispatch.h"
#include "evaluate/operands.h"

namespace litesmith::evaluate {
namespace {

struct Kernel {
  double radius;
  double (*weight)(double distance);  // at least 0
};

template <int radius>
double Lanczos(double x) {
  if (x > radius) return 0;
  if (x <= 1e-3) return 1;
  const double angle = std::numbers::pi * x;
  return radius * std::sin(angle) * std::sin(angle / radius) / (angle * angle);
}

// The cubic kernels of Keys (1981) and of Mitchell and Netravali (1988, B = C = 1/3).
double KeysCubic(double x) {
  if (x >= 2) return 0;
  return x >= 1 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : ((1.5 * x - 2.5) * x) * x + 1;
}
double MitchellCubic(double x) {
  if (x >= 2) return 0;
  if (x >= 1) return (((-7.0 / 18) * x + 2) * x - 10.0 / 3) * x + 16.0 / 9;
  return (((7.0 / 6) * x - 2) * x) * x + 8.0 / 9;
}

Result<Kernel> KernelOf(const Call& call) {
  const std::string name = call.attributes().Text("kernel_type", "lanczos3");
  if (name == "lanczos1") return Kernel{1, Lanczos<1>};
  if (name == "lanczos3") return Kernel{3, Lanczos<3>};
  if (name == "lanczos5") return Kernel{5, Lanczos<5>};
  // A standard deviation of a third of the radius.
  if (name == "gaussian") return Kernel{1.5, [](double x) { return x >= 1.5 ? 0 : std::exp(-x * x / 0.5); }};
  if (name == "box") return Kernel{1, [](double x) { return x < 0.5 ? 1 : x == 0.5 ? 0.5 : 0; }};
  if (name == "triangle") return Kernel{1, [](double x) { return x < 1 ? 1 - x : 0; }};
  if (name == "keyscubic") return Kernel{2, KeysCubic};
  if (name == "mitchellcubic") return Kernel{2, MitchellCubic};
  return call.Fail(fmt::format("the kernel \"{}\" is not known", name));
}

// What one output is a weighted sum of.
struct Span {
  int64_t first = 0;
  std::vector<float> weights;
};

struct Axis {
  int64_t input, output;
  double scale, translation;
};

std::vector<Span> SpansOf(const Kernel& kernel, const Axis& axis, bool antialias) {
  const double step = 1 / axis.scale, widening = antialias ? std::max(step, 1.0) : 1.0;
  std::vector<Span> spans(static_cast<size_t>(axis.output));
  for (int64_t i = 0; i < axis.output; ++i) {
    Span& span = spans[static_cast<size_t>(i)];
    const double center = (static_cast<double>(i) + 0.5) * step - step * axis.translation;
    const auto last = static_cast<double>(axis.input - 1);
    if (!(center >= 0 && center <= static_cast<double>(axis.input))) continue;
    span.first =
        static_cast<int64_t>(std::clamp(std::ceil(center - kernel.radius * widening - 0.5), 0.0, last));
    const auto end =
        static_cast<int64_t>(std::clamp(std::floor(center + kernel.radius * widening - 0.5), 0.0, last));
    float sum = 0;
    for (int64_t k = span.first; k <= end; ++k) {
      const double distance = std::abs(static_cast<double>(k) + 0.5 - center) / widening;
      span.weights.push_back(static_cast<float>(kernel.weight(distance)));
      sum += span.weights.back();
    }
    if (std::abs(sum) < 1000 * std::numeric_limits<float>::min()) continue;
    for (float& weight : span.weights) weight /= sum;
  }
  return spans;
}

// Along one axis of [outer, length, inner].
void Blend(const std::vector<Span>& spans, int64_t outer, int64_t length, int64_t inner, const float* from,
           float* to) {
  for (int64_t o = 0; o < outer; ++o, from += length * inner) {
    for (const Span& span : spans) {
      for (size_t k = 0; k < span.weights.size(); ++k) {
        const float* line = from + (span.first + static_cast<int64_t>(k)) * inner;
        for (int64_t i = 0; i < inner; ++i) to[i] += span.weights[k] * line[i];
      }
      to += inner;
    }
  }
}

Result<Tensor> AsFloat32(const Call& call, const Tensor& tensor) {
  const Tensor wide = Widen(tensor);
  LS_TRY(Tensor result, Allocate(call, DType::kFloat32, tensor.dims()));
  const bool known = Dispatch(Reals{}, wide.dtype(), [&]<class T>(std::type_identity<T>) {
    std::ranges::transform(wide.data<T>(), result.mutable_data<float>().begin(),
                           [](T value) { return static_cast<float>(value); });
  });
  if (!known) return WrongDType(call, tensor.dtype());
  return result;
}

}  // namespace

LS_EVALUATE(ScaleAndTranslate) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 4));
  LS_RETURN_IF_FAILED(ExpectRank(call, 0, 4));
  LS_RETURN_IF_FAILED(ExpectDType(call, 2, DType::kFloat32));
  LS_RETURN_IF_FAILED(ExpectDType(call, 3, DType::kFloat32));
  LS_TRY(const Kernel kernel, KernelOf(call));
  LS_TRY(const auto size, IntegersOf(call, 1));
  const auto scale = call.input(2).data<float>(), translation = call.input(3).data<float>();
  if (size.size() != 2 || scale.size() != 2 || translation.size() != 2 || size[0] < 1 || size[1] < 1 ||
      !(scale[0] > 0 && scale[1] > 0)) {
    return call.Fail("size, scale and translation must be two positive numbers each");
  }
  const Dims& dims = call.input(0).dims();
  if (dims[1] < 1 || dims[2] < 1) return call.Fail("the picture is empty");
  const bool antialias = call.attributes().Bool("antialias", true);
  LS_TRY(const Tensor input, AsFloat32(call, call.input(0)));
  LS_TRY(Tensor columns, Allocate(call, DType::kFloat32, {dims[0], dims[1], size[1], dims[3]}));
  LS_TRY(Tensor output, Allocate(call, DType::kFloat32, {dims[0], size[0], size[1], dims[3]}));
  Blend(SpansOf(kernel, {dims[2], size[1], scale[1], translation[1]}, antialias), dims[0] * dims[1], dims[2],
        dims[3], input.data<float>().data(), columns.mutable_data<float>().data());
  Blend(SpansOf(kernel, {dims[1], size[0], scale[0], translation[0]}, antialias), dims[0], dims[1],
        size[1] * dims[3], columns.data<float>().data(), output.mutable_data<float>().data());
  return One(output);
}

}  // namespace litesmith::evaluate
