// SQRT, RSQRT. In integers element by element, but for RSQRT in 16 bits, which TensorFlow Lite has as a table
// of straight pieces: coarse near 0, where the function is steep.
#include <cmath>

#include "kernels/reference/elementwise.h"

namespace litesmith {
namespace {

struct SquareRoot {
  static constexpr unsigned kQuantized = kNoInteger;
  static constexpr const char* kName = "a square root";
  static constexpr bool kTableIn16Bits = false;
  float operator()(float x) const { return std::sqrt(x); }
  // Cut towards zero, as LiteRT does.
  static int64_t Quantized(float real, float output_scale) {
    return static_cast<int64_t>(std::min(std::sqrt(real) / output_scale, 1e9f));
  }
};
struct ReciprocalRoot {
  static constexpr unsigned kQuantized = kNoInteger;
  static constexpr const char* kName = "a reciprocal square root";
  static constexpr bool kTableIn16Bits = true;
  float operator()(float x) const { return 1.0f / std::sqrt(x); }
  // Zero gives the highest output. (8 bits only.)
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
    if (Root::kTableIn16Bits && input.dtype == DType::kInt16) {
      LS_RETURN_IF_FAILED(ExpectZeroPointZero(context, input, "input"));
      LS_RETURN_IF_FAILED(ExpectZeroPointZero(context, output, "output"));
      table_ = Table16::Of(input.scale(), 0, output.scale(), 0, [highest = 32767 * output.scale()](float x) {
        return x > 0 ? 1.0f / std::sqrt(x) : highest;
      });
    }
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
      if constexpr (Root::kTableIn16Bits && std::is_same_v<T, int16_t>) {
        out[i] = table_[in[i]];
        continue;
      }
      const int64_t q =
          Root::Quantized(input.scale() * static_cast<float>(moved), output.scale()) + output.zero_point();
      out[i] = static_cast<T>(std::clamp<int64_t>(q, limits.low, limits.high));
    }
    return {};
  }

  Table16 table_;
};

}  // namespace

LS_KERNEL(SQRT) { return std::make_unique<RootKernel<SquareRoot>>(); }
LS_KERNEL(RSQRT) { return std::make_unique<RootKernel<ReciprocalRoot>>(); }

}  // namespace litesmith
