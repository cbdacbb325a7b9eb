#include "tensor/dtype.h"

#include "base/checked.h"

namespace litesmith {
namespace {

struct Info {
  DType dtype;
  std::string_view name, brief;
  int bits;
};
constexpr Info kInfos[] = {{DType::kInvalid, "invalid", "invalid", 0},
#define LS_DTYPE(enumerator, name, brief, bits, type) {DType::enumerator, name, brief, bits},
                           LS_DTYPES(LS_DTYPE)
#undef LS_DTYPE
};

const Info& InfoOf(DType dtype) { return kInfos[static_cast<size_t>(dtype)]; }

}  // namespace

std::string_view NameOf(DType dtype) { return InfoOf(dtype).name; }
std::string_view BriefNameOf(DType dtype) { return InfoOf(dtype).brief; }
int BitsOf(DType dtype) { return InfoOf(dtype).bits; }

std::optional<DType> DTypeOfName(std::string_view name) {
  for (const Info& info : kInfos) {
    if (info.dtype != DType::kInvalid && (info.name == name || info.brief == name)) return info.dtype;
  }
  return std::nullopt;
}

bool IsFloat(DType dtype) {
  return dtype == DType::kFloat32 || dtype == DType::kFloat64 || dtype == DType::kFloat16 ||
         dtype == DType::kBFloat16;
}

bool IsInteger(DType dtype) {
  switch (dtype) {
    case DType::kInt2:
    case DType::kInt4:
    case DType::kUInt4:
    case DType::kInt8:
    case DType::kInt16:
    case DType::kInt32:
    case DType::kInt64:
    case DType::kUInt8:
    case DType::kUInt16:
    case DType::kUInt32:
    case DType::kUInt64:
      return true;
    default:
      return false;
  }
}

bool IsSigned(DType dtype) {
  switch (dtype) {
    case DType::kInt2:
    case DType::kInt4:
    case DType::kInt8:
    case DType::kInt16:
    case DType::kInt32:
    case DType::kInt64:
      return true;
    default:
      return IsFloat(dtype);
  }
}

bool IsComplex(DType dtype) { return dtype == DType::kComplex64 || dtype == DType::kComplex128; }

std::optional<size_t> BytesOf(DType dtype, int64_t elements) {
  const int bits = BitsOf(dtype);
  if (bits == 0 || elements < 0) return std::nullopt;
  if (bits >= 8) {
    const auto bytes = CheckedMul<int64_t>(elements, bits / 8);
    return bytes ? std::optional<size_t>(*bytes) : std::nullopt;
  }
  const int per_byte = 8 / bits;
  return static_cast<size_t>(elements / per_byte + (elements % per_byte != 0));
}

}  // namespace litesmith
