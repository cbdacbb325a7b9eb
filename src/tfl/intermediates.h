// Intermediate tensors: what an op computes inside, of which the file keeps no data but the quantization
// (LSTM with integer arithmetic). They are attributes of the node, lists with an entry each:
//   intermediate_dtypes (std::vector<DType>; kInvalid for one that is absent), intermediate_shapes
//   (std::vector<Shape>), intermediate_scales (std::vector<float>, 0: not quantized),
//   intermediate_zero_points (std::vector<int64_t>), intermediate_names (std::vector<std::string>)
#pragma once

#include <string>
#include <vector>

#include "ir/module.h"

namespace litesmith::tfl {

struct Intermediate {
  std::string name;
  ir::Type type;  // dtype kInvalid: absent
};

// In the order of the op's definition; empty if there are none.
std::vector<Intermediate> IntermediatesOf(const ir::Node& node);
void SetIntermediates(ir::Node& node, const std::vector<Intermediate>& intermediates);
// The attribute describes intermediates, it is not one of the op's options.
bool IsIntermediatesAttribute(std::string_view name);

}  // namespace litesmith::tfl
