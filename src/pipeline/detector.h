// Pictures to detections: prepares a picture as the model's metadata says, infers, and reads the results by
// their roles.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/host.h"
#include "formats/image/picture.h"
#include "ir/module.h"
#include "runtime/interpreter.h"
#include "vision/resize.h"

namespace litesmith::pipeline {

struct Detected {
  int64_t class_index = 0;  // from 0
  std::string label;        // empty: not known
  float score = 0;
  float ymin = 0, xmin = 0, ymax = 0, xmax = 0;  // pixels of the picture
};

class Detector {
 public:
  // A module of TFL ops with the four outputs of a detector: those of a TFLite_Detection_PostProcess op in
  // whatever order the file lists them, else outputs called detection_boxes, detection_classes (there from
  // 1), detection_scores and num_detections. Its input is the network's own float picture, a quantized one,
  // or uint8 pictures of any size. Reports kNotADetector with what the model has instead.
  static Result<std::unique_ptr<Detector>> Create(std::shared_ptr<ir::Module> module,
                                                  const runtime::Options& options, Context& context);
  virtual ~Detector() = default;

  virtual vision::Preparation& preparation() = 0;  // may be changed before Detect
  virtual void set_labels(std::vector<std::string> labels) = 0;
  // Best first, those of at least `score_threshold`, at most `most`.
  virtual Result<std::vector<Detected>> Detect(const Picture& picture, float score_threshold,
                                               size_t most) = 0;
};

// What the model's metadata says of how its picture is prepared; the size is not among it.
vision::Preparation PreparationOf(const ir::Module& module);

// Draws a frame with label and score for each.
void DrawDetections(Picture& picture, const std::vector<Detected>& detections);

}  // namespace litesmith::pipeline
