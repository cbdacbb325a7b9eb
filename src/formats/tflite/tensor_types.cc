#include "formats/tflite/tensor_types.h"

#include <array>

namespace litesmith::tflite {
namespace {

// In the order of the schema's numbers.
constexpr std::array kTypes = {DType::kFloat32,   DType::kFloat16,      DType::kInt32,     DType::kUInt8,
                               DType::kInt64,     DType::kString,       DType::kBool,      DType::kInt16,
                               DType::kComplex64, DType::kInt8,         DType::kFloat64,   DType::kComplex128,
                               DType::kUInt64,    DType::kResource,     DType::kVariant,   DType::kUInt32,
                               DType::kUInt16,    DType::kInt4,         DType::kBFloat16,  DType::kInt2,
                               DType::kUInt4,     DType::kFloat8E4M3FN, DType::kFloat8E5M2};

}  // namespace

std::optional<DType> DTypeOfTensorType(int64_t tensor_type) {
  if (tensor_type < 0 || tensor_type >= static_cast<int64_t>(kTypes.size())) return std::nullopt;
  return kTypes[static_cast<size_t>(tensor_type)];
}

std::optional<int8_t> TensorTypeOf(DType dtype) {
  for (size_t i = 0; i < kTypes.size(); ++i) {
    if (kTypes[i] == dtype) return static_cast<int8_t>(i);
  }
  return std::nullopt;
}

}  // namespace litesmith::tflite
