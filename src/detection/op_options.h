// TFLite_Detection_PostProcess: its name and its options (LiteRT's detection_postprocess.cc reads these
// keys).
#pragma once

#include <string_view>

#include "tfl/detection_op.h"

namespace litesmith::detection {

inline constexpr std::string_view kOpName = tfl::kDetectionPostProcess;

// Keys of the FlexBuffers map.
namespace option {
inline constexpr std::string_view kMaxDetections = "max_detections";
inline constexpr std::string_view kMaxClassesPerDetection = "max_classes_per_detection";
inline constexpr std::string_view kDetectionsPerClass = "detections_per_class";
inline constexpr std::string_view kUseRegularNms = "use_regular_nms";
inline constexpr std::string_view kScoreThreshold = "nms_score_threshold";
inline constexpr std::string_view kIouThreshold = "nms_iou_threshold";
inline constexpr std::string_view kNumClasses = "num_classes";
inline constexpr std::string_view kYScale = "y_scale";
inline constexpr std::string_view kXScale = "x_scale";
inline constexpr std::string_view kHScale = "h_scale";
inline constexpr std::string_view kWScale = "w_scale";
}  // namespace option

}  // namespace litesmith::detection
