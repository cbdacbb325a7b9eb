// FLOOR_DIV, FLOOR_MOD, POW, SQUARED_DIFFERENCE, ATAN2, BITWISE_XOR, RIGHT_SHIFT, LOGICAL_AND, LOGICAL_OR,
// LOGICAL_NOT.
#include <cmath>

#include "kernels/reference/broadcast.h"
#include "kernels/reference/checks.h"
#include "kernels/reference/quantized_arithmetic.h"
#include "kernels/reference/wrapping.h"

namespace litesmith {
namespace {

template <class T>
bool HasZero(const TensorView& tensor) {
  const std::span<const T> values = tensor.as<T>();
  return std::find(values.begin(), values.end(), T{0}) != values.end();
}

// Each Function takes the dtypes of its list and has a template Apply<T>(x, y); kNoZero: integers y must not
// be 0.
struct FloorDiv {
  static constexpr std::initializer_list<DType> kDTypes = {DType::kFloat32, DType::kInt32, DType::kInt8,
                                                           DType::kInt16, DType::kInt64};
  static constexpr bool kNoZero = true;
  template <class T>
  static T Apply(T x, T y) {
    if constexpr (std::is_floating_point_v<T>) {
      return std::floor(x / y);
    } else {
      if (y == T(-1)) return WrappingNegate(x);
      const T quotient = static_cast<T>(x / y);
      return static_cast<T>(quotient - ((x % y != 0) && ((x < 0) != (y < 0)) ? 1 : 0));
    }
  }
};
struct FloorMod {
  static constexpr std::initializer_list<DType> kDTypes = {DType::kFloat32, DType::kInt32, DType::kInt64,
                                                           DType::kInt8, DType::kInt16};
  static constexpr bool kNoZero = true;
  template <class T>
  static T Apply(T x, T y) {
    T rest;
    if constexpr (std::is_floating_point_v<T>) {
      rest = std::fmod(x, y);
    } else {
      rest = y == T(-1) ? T(0) : static_cast<T>(x % y);
    }
    return rest != 0 && ((y < 0) != (rest < 0)) ? static_cast<T>(rest + y) : rest;
  }
};
struct Pow {
  static constexpr std::initializer_list<DType> kDTypes = {DType::kFloat32, DType::kInt32};
  static constexpr bool kNoZero = false;
  template <class T>
  static T Apply(T x, T y) {
    if constexpr (std::is_floating_point_v<T>) {
      return std::pow(x, y);
    } else {
      T result = 1;
      for (uint32_t rest = y < 0 ? 0 : static_cast<uint32_t>(y); rest != 0; rest >>= 1) {
        if (rest & 1) result = WrappingMul(result, x);
        x = WrappingMul(x, x);
      }
      return result;
    }
  }
};
struct Atan2 {
  static constexpr std::initializer_list<DType> kDTypes = {DType::kFloat32, DType::kFloat64, DType::kFloat16,
                                                           DType::kBFloat16};
  static constexpr bool kNoZero = false;
  template <class T>
  static T Apply(T x, T y) {
    if constexpr (std::is_floating_point_v<T>) return std::atan2(x, y);
    return T{};
  }
};
struct Xor {
  static constexpr std::initializer_list<DType> kDTypes = {DType::kInt8,   DType::kUInt8, DType::kInt16,
                                                           DType::kUInt16, DType::kInt32, DType::kUInt32};
  static constexpr bool kNoZero = false;
  template <class T>
  static T Apply(T x, T y) {
    if constexpr (std::is_integral_v<T>) return static_cast<T>(x ^ y);
    return T{};
  }
};
// Distances are cut to [0, bits - 1], so that the sign fills the rest.
struct RightShift {
  static constexpr std::initializer_list<DType> kDTypes = Xor::kDTypes;
  static constexpr bool kNoZero = false;
  template <class T>
  static T Apply(T x, T y) {
    if constexpr (std::is_integral_v<T>) {
      const int bits = static_cast<int>(sizeof(T)) * 8;
      const int64_t distance = std::clamp<int64_t>(static_cast<int64_t>(y), 0, bits - 1);
      return static_cast<T>(x >> distance);
    }
    return T{};
  }
};
struct And {
  static constexpr std::initializer_list<DType> kDTypes = {DType::kBool};
  static constexpr bool kNoZero = false;
  template <class T>
  static T Apply(T x, T y) {
    return static_cast<T>(x && y);
  }
};
struct Or {
  static constexpr std::initializer_list<DType> kDTypes = {DType::kBool};
  static constexpr bool kNoZero = false;
  template <class T>
  static T Apply(T x, T y) {
    return static_cast<T>(x || y);
  }
};

template <class Function>
class BinaryMath : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 2, 2));
    const TensorView &a = context.input(0), &b = context.input(1);
    LS_RETURN_IF_FAILED(ExpectSameDType(context, a, b));
    SetOutputType(context, a.dtype);
    LS_RETURN_IF_FAILED(ExpectDType(context, a, Function::kDTypes, "input"));
    LS_TRY(Dims dims, BroadcastDims(context, a.dims, b.dims));
    broadcast_ = Broadcast::Of(a.dims, b.dims);
    if (a.dims == dims) context.AllowInPlace(0, 0);
    if (b.dims == dims) context.AllowInPlace(1, 0);
    return context.SetOutput(0, std::move(dims));
  }
  Result<void> Invoke(InvokeContext& context) override {
    Result<void> result;
    VisitDType(context.input(0).dtype, [&](auto type) {
      using T = typename decltype(type)::type;
      constexpr bool kLogical = std::is_same_v<Function, And> || std::is_same_v<Function, Or>;
      if constexpr (std::is_arithmetic_v<T> && std::is_same_v<T, bool> == kLogical) {
        if constexpr (Function::kNoZero && std::is_integral_v<T>) {
          if (HasZero<T>(context.input(1))) {
            result = context.Refuse("an integer is divided by 0, which has no result");
            return;
          }
        }
        broadcast_.Apply(context.input(0).as<T>().data(), context.input(1).as<T>().data(),
                         context.output().as_mutable<T>().data(),
                         [](T x, T y) { return Function::template Apply<T>(x, y); });
      } else if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
        broadcast_.Apply(
            context.input(0).as<T>().data(), context.input(1).as<T>().data(),
            context.output().as_mutable<T>().data(), [](T x, T y) {
              return T(Function::template Apply<float>(static_cast<float>(x), static_cast<float>(y)));
            });
      }
    });
    return result;
  }

 private:
  Broadcast broadcast_;
};

class LogicalNot : public Kernel {
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 1, 1));
    LS_RETURN_IF_FAILED(ExpectDType(context, context.input(0), {DType::kBool}, "input"));
    LS_RETURN_IF_FAILED(ExpectDType(context, context.output(), {DType::kBool}, "output"));
    context.AllowInPlace(0, 0);
    return context.SetOutput(0, context.input(0).dims);
  }
  Result<void> Invoke(InvokeContext& context) override {
    const std::span<const bool> in = context.input(0).as<bool>();
    bool* out = context.output().as_mutable<bool>().data();
    for (size_t i = 0; i < in.size(); ++i) out[i] = !in[i];
    return {};
  }
};

}  // namespace

LS_KERNEL(FLOOR_DIV) { return std::make_unique<BinaryMath<FloorDiv>>(); }
LS_KERNEL(FLOOR_MOD) { return std::make_unique<BinaryMath<FloorMod>>(); }
LS_KERNEL(POW) { return std::make_unique<BinaryMath<Pow>>(); }
LS_KERNEL(ATAN2) { return std::make_unique<BinaryMath<Atan2>>(); }
LS_KERNEL(BITWISE_XOR) { return std::make_unique<BinaryMath<Xor>>(); }
LS_KERNEL(RIGHT_SHIFT) { return std::make_unique<BinaryMath<RightShift>>(); }
LS_KERNEL(LOGICAL_AND) { return std::make_unique<BinaryMath<And>>(); }
LS_KERNEL(LOGICAL_OR) { return std::make_unique<BinaryMath<Or>>(); }
LS_KERNEL(LOGICAL_NOT) { return std::make_unique<LogicalNot>(); }

}  // namespace litesmith
