// LOGISTIC, TANH.
#include <cmath>

#include "kernels/reference/elementwise.h"

namespace litesmith {
namespace {

struct Logistic {
  static constexpr unsigned kQuantized = kInt8 | kUInt8;
  float operator()(float x) const { return 1.0f / (1.0f + std::exp(-x)); }
};
struct Tanh {
  static constexpr unsigned kQuantized = kInt8 | kUInt8;
  float operator()(float x) const { return std::tanh(x); }
};

// sigmoid(i / 24) in units of 2^-16, each moved by half of what a straight line to the next one is off in the
// middle; the last stands for everything beyond.
const std::array<int32_t, 256>& SigmoidTable() {
  static const std::array<int32_t, 256> table = [] {
    const auto sigmoid = [](double i) { return 65536 / (1 + std::exp(-i / 24)); };
    std::array<int32_t, 256> values{};
    for (int i = 0; i < 255; ++i) {
      const double error = (sigmoid(i) + sigmoid(i + 1)) / 2 - sigmoid(i + 0.5);
      values[static_cast<size_t>(i)] = static_cast<int32_t>(std::lround(sigmoid(i) - error / 2));
    }
    values[255] = 65535;
    return values;
  }();
  return table;
}

// 16-bit activations: the input is brought to units of 1 / (3 * 4096) by a 15-bit multiplier and a shift,
// looked up in the table of sigmoids and interpolated; tanh(x) = 2 sigmoid(2x) - 1 uses the same table. The
// output's scale is 2^-15.
template <class Function, bool kIsTanh>
class Sigmoid : public Elementwise<Function> {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 1, 1));
    const TensorView &input = context.input(0), &output = context.output();
    if (input.dtype != DType::kInt16) return Elementwise<Function>::Prepare(context);
    LS_RETURN_IF_FAILED(ExpectSameDType(context, input, output));
    LS_RETURN_IF_FAILED(ExpectQuantized(context, input, "input"));
    LS_RETURN_IF_FAILED(ExpectQuantized(context, output, "output"));
    LS_RETURN_IF_FAILED(ExpectZeroPointZero(context, input, "input"));
    LS_RETURN_IF_FAILED(ExpectZeroPointZero(context, output, "output"));
    if (std::abs(std::log2(output.scale()) + 15) > 1e-3) {
      return context.Report(
          Code::kQuantizationInvalid,
          fmt::format("the output has scale {}; in 16 bits it must be 1/32768", output.scale()));
    }
    PrepareMultiplier(input.scale());
    context.AllowInPlace(0, 0);
    return context.SetOutput(0, input.dims);
  }

  Result<void> Invoke(InvokeContext& context) override {
    if (context.input(0).dtype != DType::kInt16) return Elementwise<Function>::Invoke(context);
    const std::span<const int16_t> in = context.input(0).as<int16_t>();
    int16_t* out = context.output().as_mutable<int16_t>().data();
    const int64_t half = shift_ > 0 ? int64_t{1} << (shift_ - 1) : 0;
    for (size_t i = 0; i < in.size(); ++i) {
      const int64_t x = (in[i] * int64_t{multiplier_} + half) >> shift_;
      out[i] = kIsTanh ? TanhOf(x) : SigmoidOf(x);
    }
    return {};
  }

 private:
  void PrepareMultiplier(float scale) {
    // Scales that are powers of two need no multiplier but the 3; tanh can double its input, too.
    const double log2 = std::log2(static_cast<double>(scale));
    const double whole = std::round(log2);
    const int left = static_cast<int>(std::clamp(whole + 12, -1000.0, 1000.0));
    if (std::abs(log2 - whole) < 1e-3 && (left == 0 || (kIsTanh && left == 1))) {
      multiplier_ = 3 << left;
      shift_ = 0;
      return;
    }
    double multiplier = scale * 4096.0 * 3.0;
    for (shift_ = 0; multiplier <= 32767.0 / 2 && shift_ <= 30; ++shift_) multiplier *= 2;
    multiplier_ = static_cast<int32_t>(std::min(multiplier, 2147483647.0));
  }

  // Interpolates between table entries; `bits` of x lie between two entries. The result has 16 + bits
  // fraction bits.
  static int64_t Interpolate(int64_t magnitude, int bits) {
    const int64_t index = magnitude >> bits;
    const std::array<int32_t, 256>& table = SigmoidTable();
    const int64_t low = table[static_cast<size_t>(index)], high = table[static_cast<size_t>(index) + 1];
    return (low << bits) + (magnitude & ((1 << bits) - 1)) * (high - low);
  }
  static int16_t SigmoidOf(int64_t x) {
    const int64_t magnitude = std::abs(x);
    int64_t result = (magnitude >> 9) >= 255 ? int64_t{0x7fff} << 10 : Interpolate(magnitude, 9);
    result = x >= 0 ? result + (1 << 9) : (int64_t{1} << 25) - result + (1 << 9) - 1;
    return static_cast<int16_t>(result >> 10);
  }
  static int16_t TanhOf(int64_t x) {
    const int64_t magnitude = std::abs(x);
    const int64_t result = (magnitude >> 8) >= 255 ? int64_t{0xffff} << 8 : Interpolate(magnitude, 8);
    const int64_t centred = x >= 0 ? result - (1 << 23) + (1 << 7) : -result + (1 << 23) + (1 << 7) - 1;
    return static_cast<int16_t>(centred >> 8);
  }

  int32_t multiplier_ = 0;
  int shift_ = 0;
};

}  // namespace

LS_KERNEL(LOGISTIC) { return std::make_unique<Sigmoid<Logistic, false>>(); }
LS_KERNEL(TANH) { return std::make_unique<Sigmoid<Tanh, true>>(); }

}  // namespace litesmith
