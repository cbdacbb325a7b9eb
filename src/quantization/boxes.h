// Boxes of a float model against those of its quantized form.
#pragma once

#include <vector>

#include "kernels/kernel.h"

namespace litesmith::quantization {

struct Box {
  float ymin, xmin, ymax, xmax, score;
  int label;
};

// What TFLite_Detection_PostProcess gave: boxes [1, n, 4], classes, scores, count.
std::vector<Box> BoxesOf(const std::vector<TensorView>& results);

// Average precision: what the float model finds with a score of at least 0.3 counts as truth.
struct BoxAgreement {
  double at50 = 1, at75 = 1, at90 = 1;  // by the overlap (IoU) that counts as found
  size_t boxes = 0;                     // of the float model
  size_t lost = 0;                      // nothing overlaps them by 0.5 with a score of at least 0.3
  size_t moved = 0;                     // found, but with an overlap below 0.9
  size_t extra = 0;                     // of the quantized model, with a score of at least 0.3, over nothing
};

// One entry a sample. Classes weigh by their boxes; 1 throughout where the float model finds nothing.
BoxAgreement Compare(const std::vector<std::vector<Box>>& truth, const std::vector<std::vector<Box>>& found);

}  // namespace litesmith::quantization
