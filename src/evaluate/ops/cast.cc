// Cast and Bitcast.
#include <bit>

#include "evaluate/elementwise.h"
#include "kernels/reference/arithmetic/rounding.h"

namespace litesmith::evaluate {
namespace {

template <class To, class From>
To CastOne(From value) {
  if constexpr (kIsComplex<From>) {
    if constexpr (kIsComplex<To>)
      return To(value);
    else
      return CastOne<To>(value.real());
  } else if constexpr (kIsComplex<To>) {
    return To(CastOne<typename To::value_type>(value));
  } else if constexpr (std::is_same_v<To, bool>) {
    return value != From{0};
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    // Where a float does not fit, TensorFlow's own result depends on the element's place in the tensor (its
    // vector code saturates some small types); this is what its scalar code gives.
    return arithmetic::TruncateTo<arithmetic::OutOfRange::kWrapAsX86, To>(value);
  } else {
    return static_cast<To>(value);
  }
}

template <class To>
UnaryChoice ChooseCast(DType from) {
  UnaryChoice choice;
  Dispatch(Everything{}, from, [&]<class From>(std::type_identity<From>) {
    choice = {[](int64_t count, const std::byte* input, std::byte* output) {
                const From* source = reinterpret_cast<const From*>(input);
                To* target = reinterpret_cast<To*>(output);
                for (int64_t i = 0; i < count; ++i) target[i] = CastOne<To>(source[i]);
              },
              kDTypeOf<To>};
  });
  return choice;
}

int MantissaBits(DType dtype) {
  switch (dtype) {
    case DType::kFloat64:
      return 52;
    case DType::kFloat32:
      return 23;
    case DType::kFloat16:
      return 10;
    case DType::kBFloat16:
      return 7;
    default:
      return 64;
  }
}

// The attribute Truncate: the bits of the mantissa that the target does not have are cleared before the
// conversion.
template <class T, class Word>
Tensor ClearMantissa(const Tensor& input, int bits) {
  Tensor result = Tensor::Zeros(input.dtype(), input.dims());
  const Word mask = ~((Word{1} << bits) - 1);
  for (size_t i = 0; i < static_cast<size_t>(input.elements()); ++i) {
    result.mutable_data<T>()[i] = std::bit_cast<T>(std::bit_cast<Word>(input.data<T>()[i]) & mask);
  }
  return result;
}

}  // namespace

LS_EVALUATE(Cast) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  const DType target = call.attributes().Type("DstT");
  Tensor input = call.input(0);
  if (input.dtype() == target) return One(input);
  input = Widen(input);
  if (call.attributes().Bool("Truncate")) {
    const int extra = MantissaBits(input.dtype()) - MantissaBits(target);
    if (extra > 0 && input.dtype() == DType::kFloat32) input = ClearMantissa<float, uint32_t>(input, extra);
    if (extra > 0 && input.dtype() == DType::kFloat64) input = ClearMantissa<double, uint64_t>(input, extra);
  }
  const DType computed = Is16BitFloat(target) ? DType::kFloat32 : target;
  if (input.dtype() == computed) return One(Narrow(input, target));
  UnaryChoice choice;
  Dispatch(Everything{}, computed,
           [&]<class To>(std::type_identity<To>) { choice = ChooseCast<To>(input.dtype()); });
  if (choice.loop == nullptr) {
    return call.Fail(fmt::format("{} is not cast to {}", NameOf(call.input(0).dtype()), NameOf(target)),
                     Code::kDtypeMismatch);
  }
  LS_TRY(Tensor output, Allocate(call, computed, input.dims()));
  choice.loop(input.elements(), input.bytes().data(), output.mutable_bytes().data());
  return One(Narrow(output, target));
}

// To a smaller type a dimension is added at the end, to a larger one the last must match and goes.
LS_EVALUATE(Bitcast) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  const Tensor& input = call.input(0);
  const DType target = call.attributes().Type("type");
  const int from = BitsOf(input.dtype()), to = BitsOf(target);
  // Bytes of a bool are 0 or 1, which other bits are not.
  if (from < 8 || to < 8 || target == DType::kBool)
    return WrongDType(call, from < 8 ? input.dtype() : target);
  Dims dims = input.dims();
  if (from > to) {
    dims.push_back(from / to);
  } else if (from < to) {
    if (dims.empty() || dims.back() != to / from) {
      return call.Fail(fmt::format("the last dimension of {} must be {}", ToText(dims), to / from));
    }
    dims.pop_back();
  }
  return One(Tensor(target, std::move(dims), input.owner(), input.bytes()));
}

LS_EVALUATE(CheckNumerics) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  const auto values = call.input(0).ToDouble();
  if (!values) return WrongDType(call, call.input(0).dtype());
  for (double value : *values) {
    if (!(value - value == 0)) return call.Fail("its operand holds infinities or NaN, which the op forbids");
  }
  return One(call.input(0));
}

}  // namespace litesmith::evaluate
