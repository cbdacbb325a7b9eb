// The part of a detector that turns its box head's numbers into boxes, recognised by what it computes.
#pragma once

#include <optional>
#include <vector>

#include "detection/cuts.h"

namespace litesmith::detection {

// The Object Detection API's box coder (Faster R-CNN's):
//   centre = t / scale * anchor size + anchor centre, size = exp(t / scale) * anchor size
struct BoxDecoder {
  ir::Value* encodings = nullptr;  // A * 4 numbers ty, tx, th, tw, row by row
  int64_t anchor_count = 0;
  float y_scale = 1, x_scale = 1, h_scale = 1, w_scale = 1;
  std::vector<float> anchors;  // A * 4: centre y, centre x, height, width
};

// `boxes`: values that hold all A boxes (ymin, xmin, ymax, xmax) row by row, in any shape of A * 4 elements,
// such as the boxes operands of suppressions. Empty if they are not decoded so from one value. The cut
// farthest from the boxes is taken, so that reshapes of the encodings belong to the decoder.
std::optional<BoxDecoder> FindBoxDecoder(ir::Value* boxes, const Order& order, Context& context);

}  // namespace litesmith::detection
