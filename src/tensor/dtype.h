// Data types of tensors: those of TensorFlow and of TensorFlow Lite together.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

#include "tensor/half.h"

namespace litesmith {

// LS_DTYPE(enumerator, name, short name of the IR's text form, bits of an element, C++ type)
// Elements of less than 8 bits are packed, the first in the low bits. Strings have no fixed size
// (tensor/strings.h).
#define LS_DTYPES(LS_DTYPE)                                              \
  LS_DTYPE(kFloat32, "float32", "f32", 32, float)                        \
  LS_DTYPE(kFloat64, "float64", "f64", 64, double)                       \
  LS_DTYPE(kFloat16, "float16", "f16", 16, Half)                         \
  LS_DTYPE(kBFloat16, "bfloat16", "bf16", 16, BFloat16)                  \
  LS_DTYPE(kInt8, "int8", "i8", 8, int8_t)                               \
  LS_DTYPE(kInt16, "int16", "i16", 16, int16_t)                          \
  LS_DTYPE(kInt32, "int32", "i32", 32, int32_t)                          \
  LS_DTYPE(kInt64, "int64", "i64", 64, int64_t)                          \
  LS_DTYPE(kUInt8, "uint8", "u8", 8, uint8_t)                            \
  LS_DTYPE(kUInt16, "uint16", "u16", 16, uint16_t)                       \
  LS_DTYPE(kUInt32, "uint32", "u32", 32, uint32_t)                       \
  LS_DTYPE(kUInt64, "uint64", "u64", 64, uint64_t)                       \
  LS_DTYPE(kBool, "bool", "bool", 8, bool)                               \
  LS_DTYPE(kComplex64, "complex64", "c64", 64, std::complex<float>)      \
  LS_DTYPE(kComplex128, "complex128", "c128", 128, std::complex<double>) \
  LS_DTYPE(kString, "string", "str", 0, void)                            \
  LS_DTYPE(kResource, "resource", "resource", 0, void)                   \
  LS_DTYPE(kVariant, "variant", "variant", 0, void)                      \
  LS_DTYPE(kInt4, "int4", "i4", 4, void)                                 \
  LS_DTYPE(kInt2, "int2", "i2", 2, void)                                 \
  LS_DTYPE(kUInt4, "uint4", "u4", 4, void)                               \
  LS_DTYPE(kFloat8E4M3FN, "float8_e4m3fn", "f8e4m3fn", 8, void)          \
  LS_DTYPE(kFloat8E5M2, "float8_e5m2", "f8e5m2", 8, void)                \
  LS_DTYPE(kQInt8, "qint8", "qi8", 8, void)                              \
  LS_DTYPE(kQUInt8, "quint8", "qu8", 8, void)                            \
  LS_DTYPE(kQInt16, "qint16", "qi16", 16, void)                          \
  LS_DTYPE(kQUInt16, "quint16", "qu16", 16, void)                        \
  LS_DTYPE(kQInt32, "qint32", "qi32", 32, void)

enum class DType : uint8_t {
  kInvalid,
#define LS_DTYPE(enumerator, name, brief, bits, type) enumerator,
  LS_DTYPES(LS_DTYPE)
#undef LS_DTYPE
};

std::string_view NameOf(DType dtype);                     // "float32"
std::string_view BriefNameOf(DType dtype);                // "f32"
std::optional<DType> DTypeOfName(std::string_view name);  // by either name
int BitsOf(DType dtype);                                  // 0 for strings, resources and variants
inline bool HasFixedSize(DType dtype) { return BitsOf(dtype) > 0; }
bool IsFloat(DType dtype);    // float16, bfloat16, float32, float64
bool IsInteger(DType dtype);  // signed or unsigned, 2 to 64 bits; not bool, not quantized kinds
bool IsSigned(DType dtype);
bool IsComplex(DType dtype);
// Bytes that `elements` take, packed; empty on overflow, negative counts and types without fixed size.
std::optional<size_t> BytesOf(DType dtype, int64_t elements);

// The DType of a C++ type.
template <class T>
struct DTypeTraits;
template <class T>
inline constexpr DType kDTypeOf = DTypeTraits<T>::value;

#define LS_TRAIT(T, enumerator)                       \
  template <>                                         \
  struct DTypeTraits<T> {                             \
    static constexpr DType value = DType::enumerator; \
  };
LS_TRAIT(float, kFloat32)
LS_TRAIT(double, kFloat64)
LS_TRAIT(Half, kFloat16)
LS_TRAIT(BFloat16, kBFloat16)
LS_TRAIT(int8_t, kInt8)
LS_TRAIT(int16_t, kInt16)
LS_TRAIT(int32_t, kInt32)
LS_TRAIT(int64_t, kInt64)
LS_TRAIT(uint8_t, kUInt8)
LS_TRAIT(uint16_t, kUInt16)
LS_TRAIT(uint32_t, kUInt32)
LS_TRAIT(uint64_t, kUInt64)
LS_TRAIT(bool, kBool)
LS_TRAIT(std::complex<float>, kComplex64)
LS_TRAIT(std::complex<double>, kComplex128)
#undef LS_TRAIT

// Calls f(std::type_identity<T>{}) with the C++ type of `dtype`; false for types that have none.
template <class F>
bool VisitDType(DType dtype, F&& f) {
  switch (dtype) {
#define LS_DTYPE(enumerator, name, brief, bits, type) \
  case DType::enumerator:                             \
    if constexpr (!std::is_void_v<type>) {            \
      f(std::type_identity<type>{});                  \
      return true;                                    \
    }                                                 \
    return false;
    LS_DTYPES(LS_DTYPE)
#undef LS_DTYPE
    case DType::kInvalid:
      return false;
  }
  return false;
}

}  // namespace litesmith
