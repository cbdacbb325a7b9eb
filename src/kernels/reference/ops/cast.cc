// CAST between numbers; floats outside an integer's range are cut to it, as TensorFlow Lite does.
#include <cmath>
#include <complex>

#include "kernels/reference/checks.h"
#include "kernels/reference/integer_weights.h"

namespace litesmith {
namespace {

template <class T>
inline constexpr bool kIsComplex = false;
template <class T>
inline constexpr bool kIsComplex<std::complex<T>> = true;

template <class Out, class In>
Out Convert(In value) {
  if constexpr (kIsComplex<In>) {
    if constexpr (kIsComplex<Out>) {
      return Out(value);
    } else {
      return Convert<Out>(value.real());
    }
  } else if constexpr (kIsComplex<Out>) {
    return Out(static_cast<float>(value));
  } else if constexpr (std::is_same_v<Out, bool>) {
    return value != In{};
  } else if constexpr (std::is_integral_v<Out> && std::is_floating_point_v<In>) {
    if (std::isnan(value)) return 0;
    // As doubles: the highest int64 rounds up to 2^63, which the comparison then keeps out.
    const double wide = value;
    if (wide <= static_cast<double>(std::numeric_limits<Out>::lowest()))
      return std::numeric_limits<Out>::lowest();
    if (wide >= static_cast<double>(std::numeric_limits<Out>::max())) return std::numeric_limits<Out>::max();
    return static_cast<Out>(wide);
  } else {
    return static_cast<Out>(value);
  }
}

class Cast : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 1, 1));
    const TensorView& input = context.input(0);
    const bool narrow = input.dtype == DType::kInt4 || input.dtype == DType::kInt2;
    if (!narrow) {
      LS_RETURN_IF_FAILED(ExpectNumber(context, input, "input"));
    }
    LS_RETURN_IF_FAILED(ExpectNumber(context, context.output(), "output"));
    if (narrow) unpacked_ = context.RequestScratch(static_cast<size_t>(input.elements()));
    return context.SetOutput(0, input.dims);
  }
  Result<void> Invoke(InvokeContext& context) override {
    const TensorView& input = context.input(0);
    if (input.dtype == DType::kInt4 || input.dtype == DType::kInt2) {
      auto* values = reinterpret_cast<int8_t*>(context.scratch(unpacked_));
      UnpackIntegers(input.data, BitsOf(input.dtype), input.elements(), values);
      To(context, std::span<const int8_t>(values, static_cast<size_t>(input.elements())));
      return {};
    }
    VisitDType(input.dtype, [&](auto type) {
      using In = typename decltype(type)::type;
      if constexpr (std::is_same_v<In, Half> || std::is_same_v<In, BFloat16>) {
        std::vector<float> wide(input.as<In>().begin(), input.as<In>().end());
        To(context, std::span<const float>(wide));
      } else {
        To(context, input.as<In>());
      }
    });
    return {};
  }

 private:
  static Result<void> ExpectNumber(PrepareContext& context, const TensorView& tensor, std::string_view what) {
    return ExpectDType(context, tensor,
                       {DType::kFloat32, DType::kFloat64, DType::kFloat16, DType::kBFloat16, DType::kInt8,
                        DType::kInt16, DType::kInt32, DType::kInt64, DType::kUInt8, DType::kUInt16,
                        DType::kUInt32, DType::kUInt64, DType::kBool, DType::kComplex64, DType::kComplex128},
                       what);
  }
  template <class In>
  static void To(InvokeContext& context, std::span<const In> in) {
    VisitDType(context.output().dtype, [&](auto type) {
      using Out = typename decltype(type)::type;
      Out* out = context.output().as_mutable<Out>().data();
      for (size_t i = 0; i < in.size(); ++i) {
        if constexpr (std::is_same_v<Out, Half> || std::is_same_v<Out, BFloat16>) {
          out[i] = Out(Convert<float>(in[i]));
        } else {
          out[i] = Convert<Out>(in[i]);
        }
      }
    });
  }
  int unpacked_ = -1;
};

}  // namespace

LS_KERNEL(CAST) { return std::make_unique<Cast>(); }

}  // namespace litesmith
