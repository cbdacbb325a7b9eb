// The custom op that TensorFlow Lite itself has for detectors.
#pragma once

#include <string_view>

namespace litesmith::tfl {

// Operands: box encodings [1, anchors, 4], scores [1, anchors, classes], anchors. Results: boxes [1, n, 4],
// classes [1, n], scores [1, n], their number [1], all float32.
inline constexpr std::string_view kDetectionPostProcess = "TFLite_Detection_PostProcess";

}  // namespace litesmith::tfl
