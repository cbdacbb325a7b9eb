// TensorProto: constants of a graph.
#pragma once

#include "formats/protobuf/reader.h"
#include "tensor/tensor.h"

namespace litesmith::graphdef {

// The tensor of a TensorProto; raw content stays a view into the document. Reports damage (counts that do not
// fit the shape), dtypes without data (kDtypeUnsupported) and sizes beyond the limits (kLimitExceeded). A
// tensor of dtype resource or variant has no data here and comes back invalid.
Result<Tensor> DecodeTensor(protobuf::Reader reader);

}  // namespace litesmith::graphdef
