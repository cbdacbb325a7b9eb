// Public tensors and the house's own, without copying.
#pragma once

#include <litesmith/model.h>

#include "ir/signature.h"
#include "tensor/tensor.h"

namespace litesmith::api {

// Not valid() for dtypes that the interface does not have.
Tensor ToPublic(const litesmith::Tensor& tensor);
litesmith::Tensor ToInternal(const Tensor& tensor);
litesmith::DType ToInternal(DType dtype);
TensorInfo ToPublic(const std::string& name, const std::string& tensor, litesmith::DType dtype,
                    const Shape& shape);

}  // namespace litesmith::api
