// EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL with broadcasting.
#include <functional>

#include "kernels/reference/broadcast.h"
#include "kernels/reference/checks.h"
#include "kernels/reference/quantized_arithmetic.h"
#include "tensor/strings.h"

namespace litesmith {
namespace {

constexpr bool kStringsToo = true;

template <class Compare, bool kStrings = false>
class Comparison : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 2, 2));
    const TensorView &a = context.input(0), &b = context.input(1);
    LS_RETURN_IF_FAILED(ExpectSameDType(context, a, b));
    SetOutputType(context, DType::kBool);
    if (a.dtype == DType::kString || a.dtype == DType::kBool) {
      LS_RETURN_IF_FAILED(context.Expect(kStrings, "an order of {} values", NameOf(a.dtype)));
    } else {
      LS_RETURN_IF_FAILED(ExpectDType(context, a,
                                      {DType::kFloat32, DType::kInt32, DType::kInt64, DType::kInt8,
                                       DType::kUInt8, DType::kInt16, DType::kUInt32, DType::kFloat16},
                                      "input"));
    }
    quantized_ = a.quantized() && b.quantized() && BitsOf(a.dtype) <= 16 && IsInteger(a.dtype);
    if (quantized_) {
      LS_RETURN_IF_FAILED(ExpectQuantized(context, a, "first input"));
      LS_RETURN_IF_FAILED(ExpectQuantized(context, b, "second input"));
    }
    LS_TRY(Dims dims, BroadcastDims(context, a.dims, b.dims));
    broadcast_ = Broadcast::Of(a.dims, b.dims);
    return context.SetOutput(0, std::move(dims));
  }

  Result<void> Invoke(InvokeContext& context) override {
    switch (context.input(0).dtype) {
      case DType::kFloat32:
        Plain<float>(context);
        break;
      case DType::kFloat16:
        Plain<Half>(context);
        break;
      case DType::kInt32:
        Plain<int32_t>(context);
        break;
      case DType::kInt64:
        Plain<int64_t>(context);
        break;
      case DType::kUInt32:
        Plain<uint32_t>(context);
        break;
      case DType::kBool:
        Plain<bool>(context);
        break;
      case DType::kInt8:
        Small<int8_t>(context);
        break;
      case DType::kUInt8:
        Small<uint8_t>(context);
        break;
      case DType::kInt16:
        Small<int16_t>(context);
        break;
      default:
        return Strings(context);
    }
    return {};
  }

 private:
  template <class T>
  void Plain(InvokeContext& context) {
    broadcast_.Apply(context.input(0).as<T>().data(), context.input(1).as<T>().data(),
                     context.output().as_mutable<bool>().data(), [](T x, T y) { return Compare{}(x, y); });
  }
  // Both sides on a common scale with 8 bits to spare: round((q - zero_point) * 2^8 * scale), as TensorFlow
  // Lite has it.
  template <class T>
  void Small(InvokeContext& context) {
    if (!quantized_) return Plain<T>(context);
    const TensorView &a = context.input(0), &b = context.input(1);
    const FixedMultiplier factor_a = ToFixed(a.scale()), factor_b = ToFixed(b.scale());
    broadcast_.Apply(a.as<T>().data(), b.as<T>().data(), context.output().as_mutable<bool>().data(),
                     [&](T x, T y) {
                       return Compare{}(Scale((x - a.zero_point()) * 256, factor_a),
                                        Scale((y - b.zero_point()) * 256, factor_b));
                     });
  }
  Result<void> Strings(InvokeContext& context) {
    if constexpr (kStrings) {
      const auto a = UnpackStrings({context.input(0).data, context.input(0).bytes});
      const auto b = UnpackStrings({context.input(1).data, context.input(1).bytes});
      if (!a || !b || static_cast<int64_t>(a->size()) != context.input(0).elements() ||
          static_cast<int64_t>(b->size()) != context.input(1).elements()) {
        return context.Mismatch("a string tensor holds another number of strings than its shape says");
      }
      broadcast_.Apply(a->data(), b->data(), context.output().as_mutable<bool>().data(),
                       [](std::string_view x, std::string_view y) { return Compare{}(x, y); });
    }
    return {};
  }

  Broadcast broadcast_;
  bool quantized_ = false;
};

}  // namespace

LS_KERNEL(EQUAL) { return std::make_unique<Comparison<std::equal_to<>, kStringsToo>>(); }
LS_KERNEL(NOT_EQUAL) { return std::make_unique<Comparison<std::not_equal_to<>, kStringsToo>>(); }
LS_KERNEL(LESS) { return std::make_unique<Comparison<std::less<>>>(); }
LS_KERNEL(LESS_EQUAL) { return std::make_unique<Comparison<std::less_equal<>>>(); }
LS_KERNEL(GREATER) { return std::make_unique<Comparison<std::greater<>>>(); }
LS_KERNEL(GREATER_EQUAL) { return std::make_unique<Comparison<std::greater_equal<>>>(); }

}  // namespace litesmith
