// Data types and quantization between this program and TensorFlow Lite's C API.
#pragma once

#include "litesmith/custom_op.h"
#include "tensor/dtype.h"
#include "tensor/tensor.h"

namespace litesmith::custom {

// kTfLiteNoType for what TensorFlow Lite does not have.
TfLiteType ToTfLite(DType dtype);
// kInvalid for numbers that are no type.
DType FromTfLite(TfLiteType type);

// On the heap, for TfLiteQuantizationFree; kTfLiteNoQuantization for none. Empty if the C API has no form for
// it (scales by blocks), or its numbers do not fit.
std::optional<TfLiteQuantization> ToTfLite(const Quantization* quantization);
// The two numbers of a tensor with one scale, else zeros.
TfLiteQuantizationParams ParamsOf(const Quantization* quantization);

}  // namespace litesmith::custom
