// Functions of one real number: EXP, LOG, SIN, COS, SQUARE, CEIL, FLOOR, ROUND, ELU, GELU.
#include <cmath>

#include "kernels/reference/elementwise.h"

namespace litesmith {
namespace {

struct Exp {
  static constexpr unsigned kQuantized = kInt8 | kInt16;
  float operator()(float x) const { return std::exp(x); }
};

struct Log {
  static constexpr unsigned kQuantized = kInt8 | kInt16;
  // In integers, numbers that have no logarithm give the lowest output.
  void Prepare(const KernelContext& context) {
    const TensorView& output = context.output();
    if (IsFloat(output.dtype)) return;
    lowest_ = static_cast<float>(LimitsOf(output.dtype).low - output.zero_point()) * output.scale();
    quantized_ = true;
  }
  float operator()(float x) const { return quantized_ && x <= 0 ? lowest_ : std::log(x); }

 private:
  float lowest_ = 0;
  bool quantized_ = false;
};

struct Sin {
  static constexpr unsigned kQuantized = kNoInteger;
  float operator()(float x) const { return std::sin(x); }
};
struct Cos {
  static constexpr unsigned kQuantized = kNoInteger;
  float operator()(float x) const { return std::cos(x); }
};
struct Square {
  static constexpr unsigned kQuantized = kNoInteger;
  float operator()(float x) const { return x * x; }
};
struct Ceil {
  static constexpr unsigned kQuantized = kNoInteger;
  float operator()(float x) const { return std::ceil(x); }
};
struct Floor {
  static constexpr unsigned kQuantized = kNoInteger;
  float operator()(float x) const { return std::floor(x); }
};
// Halves to the even neighbour, whatever the floating-point environment says.
struct RoundHalfEven {
  static constexpr unsigned kQuantized = kNoInteger;
  float operator()(float x) const {
    const float below = std::floor(x);
    const float rest = x - below;
    if (rest < 0.5f) return std::copysign(below, x);
    if (rest > 0.5f) return std::copysign(below + 1.0f, x);
    const bool even = std::floor(below / 2) * 2 == below;
    return std::copysign(even ? below : below + 1.0f, x);
  }
};
struct Elu {
  static constexpr unsigned kQuantized = kInt8;
  float operator()(float x) const { return x < 0 ? std::expm1(x) : x; }
};
struct Gelu {
  static constexpr unsigned kQuantized = kInt8 | kUInt8 | kInt16;
  void Prepare(const KernelContext& context) { approximate_ = context.attributes->Bool("approximate"); }
  float operator()(float x) const {
    if (!approximate_) return 0.5f * x * std::erfc(x * -0.70710678f);
    // sqrt(2 / pi) = 0.79788456
    return 0.5f * x * (1.0f + std::tanh(0.79788456f * (x + 0.044715f * x * x * x)));
  }

 private:
  bool approximate_ = false;
};

}  // namespace

LS_KERNEL(EXP) { return std::make_unique<Elementwise<Exp>>(); }
LS_KERNEL(LOG) { return std::make_unique<Elementwise<Log>>(); }
LS_KERNEL(SIN) { return std::make_unique<Elementwise<Sin>>(); }
LS_KERNEL(COS) { return std::make_unique<Elementwise<Cos>>(); }
LS_KERNEL(SQUARE) { return std::make_unique<Elementwise<Square>>(); }
LS_KERNEL(CEIL) { return std::make_unique<Elementwise<Ceil>>(); }
LS_KERNEL(FLOOR) { return std::make_unique<Elementwise<Floor>>(); }
LS_KERNEL(ROUND) { return std::make_unique<Elementwise<RoundHalfEven>>(); }
LS_KERNEL(ELU) { return std::make_unique<Elementwise<Elu>>(); }
LS_KERNEL(GELU) { return std::make_unique<Elementwise<Gelu>>(); }

}  // namespace litesmith
