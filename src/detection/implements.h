// The official detour (`export_tflite_graph_tf2`) leaves the post-processing as a call whose `_implements`
// attribute names TFLite_Detection_PostProcess and its options, in protobuf text form.
#pragma once

#include <optional>
#include <string>

#include "ir/module.h"
#include "tensor/attributes.h"

namespace litesmith::detection {

struct ImplementsCall {
  ir::Node* node = nullptr;
  Attributes options;  // of the op, as in facts/detection.md section 3: int64, float and bool
};

// The first such call in the function.
std::optional<ImplementsCall> FindImplementsCall(ir::Function& function);

// `name: "X" attr { key: "k" value { i: 3 } } ...` -> the attributes; i, f and b values only.
Attributes ParseImplements(const std::string& text);

}  // namespace litesmith::detection
