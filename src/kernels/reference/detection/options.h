// Options of the custom op TFLite_Detection_PostProcess.
#pragma once

#include <optional>

#include "base/bytes.h"

namespace litesmith::reference {

struct DetectionOptions {
  int64_t max_detections = 0;
  int64_t max_classes_per_detection = 0;
  int64_t detections_per_class = 100;  // with regular suppression only
  int64_t num_classes = 0;
  bool use_regular_nms = false;
  float score_threshold = 0;
  float iou_threshold = 0;
  float y_scale = 0, x_scale = 0, h_scale = 0, w_scale = 0;
};

// Reads the FlexBuffers map that stands in "custom_options"; empty when the bytes are no such map.
std::optional<DetectionOptions> ReadDetectionOptions(Bytes bytes);

}  // namespace litesmith::reference
