#include "kernels/reference/detection/options.h"

#include "kernels/reference/flex_map.h"

namespace litesmith::reference {

std::optional<DetectionOptions> ReadDetectionOptions(Bytes bytes) {
  const std::optional<FlexMap> map = FlexMap::Read(bytes);
  if (!map) return std::nullopt;
  DetectionOptions options;
  options.max_detections = map->Int("max_detections");
  options.max_classes_per_detection = map->Int("max_classes_per_detection");
  options.detections_per_class = map->Int("detections_per_class", options.detections_per_class);
  options.num_classes = map->Int("num_classes");
  options.use_regular_nms = map->Bool("use_regular_nms");
  options.score_threshold = map->Float("nms_score_threshold");
  options.iou_threshold = map->Float("nms_iou_threshold");
  options.y_scale = map->Float("y_scale");
  options.x_scale = map->Float("x_scale");
  options.h_scale = map->Float("h_scale");
  options.w_scale = map->Float("w_scale");
  return options;
}

}  // namespace litesmith::reference
