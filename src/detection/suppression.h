// The suppressions of a detector and what follows them: found, and compared with what
// TFLite_Detection_PostProcess does.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "detection/box_decoder.h"
#include "detection/class_scores.h"
#include "detection/cuts.h"

namespace litesmith::detection {

// All NonMaxSuppression nodes of a graph, with what they agree on.
struct Suppressions {
  std::vector<ir::Node*> nodes;
  std::vector<ir::Value*> scores;  // their scores operands
  ir::Value* boxes = nullptr;      // the first one's boxes operand
  int64_t per_class = 0;           // most boxes that one suppression keeps
  float iou_threshold = 0, score_threshold = 0;
  bool combined = false;  // one CombinedNonMaxSuppression for all classes
};

// What a detector's outputs mean; indices into the function's results, -1 where it has none.
struct OutputRoles {
  int boxes = -1, classes = -1, scores = -1, count = -1;
  std::vector<int> others;  // results that the detection op does not have
  int64_t first_class = 0;  // what the graph calls class 0: 1 where the background counts
};

struct Postprocess {
  Suppressions suppressions;
  BoxDecoder decoder;
  ClassScores scores;
  OutputRoles outputs;
  int64_t classes = 0, max_detections = 0;
  bool regular = true;  // one suppression a class
};

bool HasSuppression(const ir::Function& function);
// The same of the function or of any that it calls.
bool ReachesSuppression(const ir::Function& function);

// The whole post-processing, or the reason (for people) why the detection op cannot stand for it. The graph's
// own post-processing is computed on made-up boxes and scores, and the same is demanded of the op: boxes
// (after clipping to the picture, which the op leaves to the application), classes, scores, counts.
using Found = std::variant<Postprocess, std::string>;
Found FindPostprocess(ir::Function& function, Context& context);

}  // namespace litesmith::detection
