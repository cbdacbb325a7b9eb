// SQRT, RSQRT: in integers not by interpolated tables, since both are steep at 0.
#include <cmath>

#include "kernels/reference/elementwise.h"

namespace litesmith {
namespace {

struct SquareRoot {
  static constexpr unsigned kQuantized = kNoInteger;
  static constexpr const char* kName = "a square root";
  float operator()(float x) const { return std::sqrt(x); }
  // Cut towards zero, as LiteRT does.
  static int64_t Quantized(float real, float output_scale) {
    return static_cast<int64_t>(std::min(std::sqrt(real) / output_scale, 1e9f));
  }
};
struct ReciprocalRoot {
  static constexpr unsigned kQuantized = kNoInteger;
  static constexpr const char* kName = "a reciprocal square root";
  float operator()(float x) const { return 1.0f / std::sqrt(x); }
  // Zero gives the highest output.
  static int64_t Quantized(float real, float output_scale) {
    return real > 0 ? RoundToInt32(1.0 / (std::sqrt(static_cast<double>(real)) * output_scale)) : (1 << 30);
  }
};

template <class Root>
class RootKernel : public Elementwise<Root> {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 1, 1));
    const TensorView &input = context.input(0), &output = context.output();
    if (input.dtype != DType::kInt8 && input.dtype != DType::kInt16)
      return Elementwise<Root>::Prepare(context);
    LS_RETURN_IF_FAILED(ExpectSameDType(context, input, output));
    LS_RETURN_IF_FAILED(ExpectQuantized(context, input, "input"));
    LS_RETURN_IF_FAILED(ExpectQuantized(context, output, "output"));
    context.AllowInPlace(0, 0);
    return context.SetOutput(0, input.dims);
  }
  Result<void> Invoke(InvokeContext& context) override {
    if (context.input(0).dtype == DType::kInt8) return Integers<int8_t>(context);
    if (context.input(0).dtype == DType::kInt16) return Integers<int16_t>(context);
    return Elementwise<Root>::Invoke(context);
  }

 private:
  template <class T>
  Result<void> Integers(InvokeContext& context) {
    const TensorView &input = context.input(0), &output = context.output();
    const std::span<const T> in = input.as<T>();
    T* out = output.as_mutable<T>().data();
    const Range<int32_t> limits = LimitsOf(output.dtype);
    for (size_t i = 0; i < in.size(); ++i) {
      const int32_t moved = in[i] - input.zero_point();
      if (moved < 0) return context.Refuse("{} of a negative number in integers", Root::kName);
      const int64_t q =
          Root::Quantized(input.scale() * static_cast<float>(moved), output.scale()) + output.zero_point();
      out[i] = static_cast<T>(std::clamp<int64_t>(q, limits.low, limits.high));
    }
    return {};
  }
};

}  // namespace

LS_KERNEL(SQRT) { return std::make_unique<RootKernel<SquareRoot>>(); }
LS_KERNEL(RSQRT) { return std::make_unique<RootKernel<ReciprocalRoot>>(); }

}  // namespace litesmith
