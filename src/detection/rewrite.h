// Puts TFLite_Detection_PostProcess, or nothing but the heads, in the place of what was recognised.
#pragma once

#include <string>
#include <vector>

#include "detection/implements.h"
#include "detection/preprocess.h"
#include "detection/suppression.h"

namespace litesmith::detection {

// What the detection op is given.
struct OpInputs {
  ir::Value* encodings = nullptr;  // float32 [1, A, 4]
  ir::Value* scores = nullptr;   // float32 [1, A, K], background first where K exceeds the number of classes
  ir::Value* anchors = nullptr;  // float32 [A, 4]: centre y, centre x, height, width
  Attributes options;            // of the op
};

// From what FindPostprocess found; makes reshapes and the anchors at the function's end.
OpInputs InputsOf(ir::Function& function, const Postprocess& post);
OpInputs InputsOf(const ImplementsCall& call);

// The op before the function's end: outputs boxes [1, N, 4], classes [1, N], scores [1, N], count [1].
ir::Node* MakeOp(ir::Node& before, const OpInputs& inputs);

// The function's results become the op's four under the names that the contract fixes.
void ReplaceResults(ir::Function& function, const OpInputs& inputs);
// The function's results become box_encodings, class_scores (without background) and anchors.
void ReplaceResultsByHeads(ir::Function& function, const OpInputs& inputs);
// The network's own float input becomes the function's parameter, under the name of the picture's.
void ReplaceInput(ir::Function& function, const Preprocess& preprocess);

}  // namespace litesmith::detection
