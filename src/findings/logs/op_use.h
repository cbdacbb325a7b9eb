// What a log says of one op.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "findings/logs/rules.h"

namespace litesmith::findings {

struct OpUse {
  std::string name;
  size_t offset = 0;                          // where the log speaks of it first
  std::set<std::string, std::less<>> places;  // nodes: "head/conv@__inference_serve_12" each once
  std::string node, source;                   // of the first place
  std::vector<Finding::TensorNote> operands;
  std::string attributes;          // of the first details line: `{data_format = "NCHW", ...}`
  bool while_loading = false;      // the graph could not even be loaded
  bool needed_at_runtime = false;  // the conversion went through, with this op in the file
};

// The finding that answers it.
Finding FindingOf(const OpUse& use, const Knowledge& knowledge);

// "tensor<1x?x3xf64>" as dtype and shape; names are those of TensorFlow ("float64").
Finding::TensorNote TensorOfMlir(std::string_view type);

}  // namespace litesmith::findings
