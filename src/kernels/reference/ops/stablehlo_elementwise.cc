// STABLEHLO_ADD, _MULTIPLY, _MINIMUM, _MAXIMUM, _AND and _SHIFT_LEFT: two tensors of one shape, element by
// element.
#include "kernels/reference/combiner.h"
#include "kernels/reference/movement.h"

namespace litesmith {
namespace {

using reference::Combiner;
using reference::ShapedKernel;

// Both inputs and the output are of one type and shape.
class Elementwise : public ShapedKernel {
 protected:
  Elementwise() : ShapedKernel(2, 1) {}

  Result<void> Check(PrepareContext& context) override {
    const DType dtype = context.input(0).dtype;
    if (context.input(1).dtype != dtype || context.output().dtype != dtype) {
      return context.Mismatch("{} and {} do not make {}", NameOf(dtype), NameOf(context.input(1).dtype),
                              NameOf(context.output().dtype));
    }
    // Either input may lend its memory.
    context.AllowInPlace(0, 0);
    context.AllowInPlace(1, 0);
    return {};
  }
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    if (context.input(0).dims != context.input(1).dims) {
      return context.Mismatch("{} and {} differ in shape", ToText(context.input(0).dims),
                              ToText(context.input(1).dims));
    }
    return std::vector<Dims>{context.input(0).dims};
  }
};

class Combination : public Elementwise {
 public:
  explicit Combination(Combiner how) : how_(how) {}

 private:
  Result<void> Check(PrepareContext& context) override {
    const DType dtype = context.input(0).dtype;
    const bool bits = dtype == DType::kBool || IsInteger(dtype);
    LS_RETURN_IF_FAILED(context.Expect(
        VisitDType(dtype, [](auto) {}) && !IsComplex(dtype) && (how_ != Combiner::kAnd || bits),
        "it does not combine {}", NameOf(dtype)));
    return Elementwise::Check(context);
  }
  Result<void> Compute(InvokeContext& context) override {
    VisitDType(context.input(0).dtype, [&](auto type) {
      using T = typename decltype(type)::type;
      if constexpr (requires(T a) { a < a; }) {
        const std::span<const T> a = context.input(0).as<T>(), b = context.input(1).as<T>();
        T* to = context.output().as_mutable<T>().data();
        for (size_t i = 0; i < a.size(); ++i) to[i] = reference::Combine<T>(how_, a[i], b[i]);
      }
    });
    return {};
  }

  Combiner how_;
};

// Shifts by as many bits as the type has, or more, or fewer than none, give 0.
class ShiftLeft : public Elementwise {
 private:
  Result<void> Check(PrepareContext& context) override {
    const DType dtype = context.input(0).dtype;
    LS_RETURN_IF_FAILED(
        context.Expect(IsInteger(dtype) && BitsOf(dtype) >= 8, "it does not shift {}", NameOf(dtype)));
    return Elementwise::Check(context);
  }
  Result<void> Compute(InvokeContext& context) override {
    VisitDType(context.input(0).dtype, [&](auto type) {
      using T = typename decltype(type)::type;
      if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
        const std::span<const T> a = context.input(0).as<T>(), b = context.input(1).as<T>();
        T* to = context.output().as_mutable<T>().data();
        constexpr T kBits = sizeof(T) * 8;
        for (size_t i = 0; i < a.size(); ++i) {
          const bool inside = b[i] >= T(0) && b[i] < kBits;
          to[i] = inside ? static_cast<T>(static_cast<uint64_t>(a[i]) << b[i]) : T(0);
        }
      }
    });
    return {};
  }
};

}  // namespace

LS_KERNEL(STABLEHLO_ADD) { return std::make_unique<Combination>(Combiner::kAdd); }
LS_KERNEL(STABLEHLO_MULTIPLY) { return std::make_unique<Combination>(Combiner::kMultiply); }
LS_KERNEL(STABLEHLO_MINIMUM) { return std::make_unique<Combination>(Combiner::kMinimum); }
LS_KERNEL(STABLEHLO_MAXIMUM) { return std::make_unique<Combination>(Combiner::kMaximum); }
LS_KERNEL(STABLEHLO_AND) { return std::make_unique<Combination>(Combiner::kAnd); }
LS_KERNEL(STABLEHLO_SHIFT_LEFT) { return std::make_unique<ShiftLeft>(); }

}  // namespace litesmith
