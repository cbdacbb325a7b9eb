// TFLite_Detection_PostProcess in its plainest form, to compare a graph's own post-processing with.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "detection/suppression.h"

namespace litesmith::detection {

struct Detection {
  float box[4];  // ymin, xmin, ymax, xmax
  int64_t class_index;
  float score;
};

// What the op gives for encodings (A * 4) and scores (A * columns): facts/detection.md section 3 in words;
// here boxes come clipped to 0..1, as applications do it, and those without area after that are left out, as
// TensorFlow does it.
std::vector<Detection> RunOpModel(const Postprocess& post, const std::vector<float>& encodings,
                                  const std::vector<float>& scores);

// Computes the function's results on made-up encodings and scores and finds out which result is which; fills
// in post.outputs and post.max_detections. A reason (for people) if the op would give something else.
std::optional<std::string> CompareWithOp(ir::Function& function, Postprocess& post, Context& context);

}  // namespace litesmith::detection
