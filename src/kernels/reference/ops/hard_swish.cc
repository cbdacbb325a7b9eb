// HARD_SWISH: x * relu6(x + 3) / 6.
#include "kernels/reference/broadcast.h"
#include "kernels/reference/checks.h"
#include "kernels/reference/quantized_arithmetic.h"

namespace litesmith {
namespace {

int16_t Saturate16(int32_t value) { return static_cast<int16_t>(std::clamp(value, -32768, 32767)); }

// A 31-bit multiplier cut to 15 bits.
int16_t Narrow(int32_t multiplier) {
  return Saturate16(static_cast<int32_t>((int64_t{multiplier} + (1 << 15)) >> 16));
}

class HardSwish : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 1, 1));
    const TensorView &input = context.input(0), &output = context.output();
    LS_RETURN_IF_FAILED(ExpectSameDType(context, input, output));
    LS_RETURN_IF_FAILED(ExpectDType(context, input, {DType::kFloat32, DType::kInt8, DType::kUInt8}, "input"));
    if (input.dtype != DType::kFloat32) {
      LS_RETURN_IF_FAILED(ExpectQuantized(context, input, "input"));
      LS_RETURN_IF_FAILED(ExpectQuantized(context, output, "output"));
      // Inputs are held 7 bits up; "reluish" is (x + 3) / 6 cut to [0, 1], computed where 3.0 is 2^15.
      const float input_scale = input.scale() / 128.0f;
      to_output_ = ToFixed(static_cast<double>(input_scale / output.scale()));
      to_reluish_ = ToFixed(static_cast<double>(input_scale / (3.0f / 32768.0f)));
      if (to_output_.shift > 0) {
        return context.Refuse("its input's scale {} is more than 128 times its output's {}", input.scale(),
                              output.scale());
      }
    }
    context.AllowInPlace(0, 0);
    return context.SetOutput(0, input.dims);
  }

  Result<void> Invoke(InvokeContext& context) override {
    switch (context.input(0).dtype) {
      case DType::kInt8:
        Integers<int8_t>(context);
        break;
      case DType::kUInt8:
        Integers<uint8_t>(context);
        break;
      default:
        Floats(context);
        break;
    }
    return {};
  }

 private:
  static void Floats(InvokeContext& context) {
    const std::span<const float> in = context.input(0).as<float>();
    float* out = context.output().as_mutable<float>().data();
    const Range<float> relu6{0, 6};
    LS_ELEMENTWISE
    for (size_t i = 0; i < in.size(); ++i) out[i] = in[i] * relu6.Cut(in[i] + 3) / 6;
  }

  template <class T>
  void Integers(InvokeContext& context) {
    const std::span<const T> in = context.input(0).as<T>();
    T* out = context.output().as_mutable<T>().data();
    const int32_t zero_in = context.input(0).zero_point(), zero_out = context.output().zero_point();
    const Range<int32_t> limits = LimitsOf(context.output().dtype);
    const int16_t output_multiplier = Narrow(to_output_.value);
    const auto table = Table8<T>::Of([&](T q) {
      const int16_t x = Saturate16((q - zero_in) * 128);
      const int16_t unscaled = RoundingDoublingHighMul(x, output_multiplier);
      const int32_t reluish = (Reluish(x) + (1 << 15)) >> 1;
      // Towards zero here: that cancels the bias of the rounding above.
      const auto product = static_cast<int16_t>(reluish * unscaled / (1 << 15));
      const int32_t value = RoundingShiftRight(product, -to_output_.shift) + zero_out;
      return static_cast<T>(limits.Cut(value));
    });
    for (size_t i = 0; i < in.size(); ++i) out[i] = table[in[i]];
  }

  // x / 3 in units of 2^-15, saturated; the last bit of a left shift comes after the multiplication.
  int16_t Reluish(int16_t x) const {
    const int shift = to_reluish_.shift;
    int32_t value = x;
    if (shift > 0)
      value =
          Saturate16(static_cast<int32_t>(std::clamp<int64_t>(int64_t{value} << (shift - 1), -32768, 32767)));
    value = RoundingDoublingHighMul(static_cast<int16_t>(value), Narrow(to_reluish_.value));
    if (shift > 0) value = Saturate16(value * 2);
    if (shift < 0) value = RoundingShiftRight(value, -shift);
    return static_cast<int16_t>(value);
  }

  FixedMultiplier to_output_, to_reluish_;
};

}  // namespace

LS_KERNEL(HARD_SWISH) { return std::make_unique<HardSwish>(); }

}  // namespace litesmith
