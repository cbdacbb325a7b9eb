#include "runtime/custom/types.h"

#include <cstdlib>
#include <new>

#include "base/checked.h"

namespace litesmith::custom {
namespace {

// (ours, the C API's)
#define LS_TFLITE_TYPES(LS_TYPE)              \
  LS_TYPE(kFloat32, kTfLiteFloat32)           \
  LS_TYPE(kInt32, kTfLiteInt32)               \
  LS_TYPE(kUInt8, kTfLiteUInt8)               \
  LS_TYPE(kInt64, kTfLiteInt64)               \
  LS_TYPE(kString, kTfLiteString)             \
  LS_TYPE(kBool, kTfLiteBool)                 \
  LS_TYPE(kInt16, kTfLiteInt16)               \
  LS_TYPE(kComplex64, kTfLiteComplex64)       \
  LS_TYPE(kInt8, kTfLiteInt8)                 \
  LS_TYPE(kFloat16, kTfLiteFloat16)           \
  LS_TYPE(kFloat64, kTfLiteFloat64)           \
  LS_TYPE(kComplex128, kTfLiteComplex128)     \
  LS_TYPE(kUInt64, kTfLiteUInt64)             \
  LS_TYPE(kResource, kTfLiteResource)         \
  LS_TYPE(kVariant, kTfLiteVariant)           \
  LS_TYPE(kUInt32, kTfLiteUInt32)             \
  LS_TYPE(kUInt16, kTfLiteUInt16)             \
  LS_TYPE(kInt4, kTfLiteInt4)                 \
  LS_TYPE(kBFloat16, kTfLiteBFloat16)         \
  LS_TYPE(kInt2, kTfLiteInt2)                 \
  LS_TYPE(kUInt4, kTfLiteUInt4)               \
  LS_TYPE(kFloat8E4M3FN, kTfLiteFloat8E4M3FN) \
  LS_TYPE(kFloat8E5M2, kTfLiteFloat8E5M2)

template <class Array, class Fill>
Array* MakeArray(Array* array, const Fill& fill) {
  if (array == nullptr) throw std::bad_alloc();
  for (int i = 0; i < array->size; ++i) array->data[i] = fill(static_cast<size_t>(i));
  return array;
}

}  // namespace

TfLiteType ToTfLite(DType dtype) {
  switch (dtype) {
#define LS_TYPE(ours, theirs) \
  case DType::ours:           \
    return theirs;
    LS_TFLITE_TYPES(LS_TYPE)
#undef LS_TYPE
    default:
      return kTfLiteNoType;
  }
}

DType FromTfLite(TfLiteType type) {
  switch (type) {
#define LS_TYPE(ours, theirs) \
  case theirs:                \
    return DType::ours;
    LS_TFLITE_TYPES(LS_TYPE)
#undef LS_TYPE
    default:
      return DType::kInvalid;
  }
}

std::optional<TfLiteQuantization> ToTfLite(const Quantization* quantization) {
  if (quantization == nullptr || quantization->scale.empty()) {
    return TfLiteQuantization{kTfLiteNoQuantization, nullptr};
  }
  const auto count = CheckedCast<int>(quantization->scale.size());
  if (quantization->block_size > 0 || !count) return std::nullopt;
  for (int64_t zero_point : quantization->zero_point) {
    if (!CheckedCast<int>(zero_point)) return std::nullopt;
  }
  TfLiteFloatArray* scale =
      MakeArray(TfLiteFloatArrayCreate(*count), [&](size_t i) { return quantization->scale[i]; });
  TfLiteIntArray* zero_point = MakeArray(TfLiteIntArrayCreate(*count), [&](size_t i) {
    return static_cast<int>(quantization->zero_point_at(i));
  });
  auto* params = static_cast<TfLiteAffineQuantization*>(std::malloc(sizeof(TfLiteAffineQuantization)));
  if (params == nullptr) throw std::bad_alloc();
  *params = {scale, zero_point, quantization->dimension};
  return TfLiteQuantization{kTfLiteAffineQuantization, params};
}

TfLiteQuantizationParams ParamsOf(const Quantization* quantization) {
  if (quantization == nullptr || quantization->scale.size() != 1) return {0, 0};
  return {quantization->scale[0], static_cast<int32_t>(quantization->zero_point_at(0))};
}

}  // namespace litesmith::custom
