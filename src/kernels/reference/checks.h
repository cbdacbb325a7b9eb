// What nearly every kernel's Prepare asks of its tensors and attributes.
#pragma once

#include <initializer_list>
#include <limits>
#include <string_view>

#include "kernels/kernel.h"

namespace litesmith {

// Between `least` and `most` inputs, the first `least` of them present, and `outputs` outputs.
Result<void> ExpectCounts(PrepareContext& context, size_t least, size_t most, size_t outputs = 1);
// The tensor has one of the dtypes; `what` names it in the finding ("input", "weights").
Result<void> ExpectDType(PrepareContext& context, const TensorView& tensor,
                         std::initializer_list<DType> dtypes, std::string_view what);
Result<void> ExpectSameDType(PrepareContext& context, const TensorView& a, const TensorView& b);
// For the ops that TensorFlow Lite gives the dtype of an input whatever the file says (some old files say
// float32 everywhere): the output's dtype becomes `dtype`.
void SetOutputType(PrepareContext& context, DType dtype);
Result<void> ExpectRank(PrepareContext& context, const TensorView& tensor, int least, int most,
                        std::string_view what);
// Scales that are finite and positive, zero points that the dtype can hold, and as many of them as scales (or
// one). `channels`: a tensor may have one scale for each slice along `dimension`; 0: one scale only.
Result<void> ExpectQuantized(PrepareContext& context, const TensorView& tensor, std::string_view what,
                             int64_t channels = 0, int dimension = 0);
// 16-bit activations are symmetric.
Result<void> ExpectZeroPointZero(PrepareContext& context, const TensorView& tensor, std::string_view what);
// The attribute's value within [low, high].
Result<int64_t> IntAttribute(PrepareContext& context, std::string_view name, int64_t otherwise, int64_t low,
                             int64_t high);
// An axis in [-rank, rank) as one in [0, rank).
Result<int> NormalizeAxis(PrepareContext& context, int64_t axis, int rank);

template <class T>
struct Range {
  T low = std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                               : std::numeric_limits<T>::lowest();
  T high = std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity()
                                                : std::numeric_limits<T>::max();
  // NaN stays NaN.
  T Cut(T value) const { return value < low ? low : (high < value ? high : value); }
};

// The schema's ActivationFunctionType.
enum class Activation : int64_t { kNone = 0, kRelu = 1, kReluN1To1 = 2, kRelu6 = 3, kTanh = 4, kSignBit = 5 };

// The attribute fused_activation_function, one of the kinds that are a range of values; TANH and SIGN_BIT are
// refused (no converter fuses them and TensorFlow Lite's kernels ignore them).
Result<Activation> FusedActivation(PrepareContext& context);
// What the activation leaves of the numbers, as real numbers.
template <class T>
Range<T> RangeOf(Activation activation) {
  Range<T> range;
  if (activation == Activation::kRelu || activation == Activation::kRelu6) range.low = T{0};
  if (activation == Activation::kRelu6) range.high = T{6};
  if (activation == Activation::kReluN1To1) range = {static_cast<T>(-1), T{1}};
  return range;
}
// The same in the integers of a quantized tensor: bounds are round(bound / scale) + zero_point within the
// dtype.
Range<int32_t> QuantizedRangeOf(Activation activation, const TensorView& output);
// Lowest and highest value of an integer dtype of at most 16 bits.
Range<int32_t> LimitsOf(DType dtype);

}  // namespace litesmith
