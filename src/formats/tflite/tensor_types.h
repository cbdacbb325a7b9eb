// TensorType of the schema and DType.
#pragma once

#include <cstdint>
#include <optional>

#include "tensor/dtype.h"

namespace litesmith::tflite {

// Empty for numbers that the schema does not have, and for types that no .tflite can hold (qint8 and the
// like).
std::optional<DType> DTypeOfTensorType(int64_t tensor_type);
std::optional<int8_t> TensorTypeOf(DType dtype);

}  // namespace litesmith::tflite
