#include "kernels/reference/detection/options.h"

#include <flatbuffers/flexbuffers.h>

#include <vector>

namespace litesmith::reference {

std::optional<DetectionOptions> ReadDetectionOptions(Bytes bytes) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  // Values that several places share are looked at once, so that verifying stays linear.
  std::vector<uint8_t> seen;
  if (bytes.size() < 3 || !flexbuffers::VerifyBuffer(data, bytes.size(), &seen)) return std::nullopt;
  const flexbuffers::Reference root = flexbuffers::GetRoot(data, bytes.size());
  if (!root.IsMap()) return std::nullopt;
  const flexbuffers::Map map = root.AsMap();
  DetectionOptions options;
  options.max_detections = map["max_detections"].AsInt64();
  options.max_classes_per_detection = map["max_classes_per_detection"].AsInt64();
  if (!map["detections_per_class"].IsNull())
    options.detections_per_class = map["detections_per_class"].AsInt64();
  options.num_classes = map["num_classes"].AsInt64();
  options.use_regular_nms = !map["use_regular_nms"].IsNull() && map["use_regular_nms"].AsBool();
  options.score_threshold = map["nms_score_threshold"].AsFloat();
  options.iou_threshold = map["nms_iou_threshold"].AsFloat();
  options.y_scale = map["y_scale"].AsFloat();
  options.x_scale = map["x_scale"].AsFloat();
  options.h_scale = map["h_scale"].AsFloat();
  options.w_scale = map["w_scale"].AsFloat();
  return options;
}

}  // namespace litesmith::reference
