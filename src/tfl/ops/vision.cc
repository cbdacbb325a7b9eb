// Pictures, boxes and spectra.
#include "tfl/versions.h"

namespace litesmith::tfl {
namespace {

int ResizeBilinearVersion(const ir::Node& node) {
  if (InputType(node) == DType::kInt16) return 4;
  if (node.attributes.Bool("half_pixel_centers")) return 3;
  return VersionInt8(node);
}

int ResizeNearestVersion(const ir::Node& node) {
  if (InputType(node) == DType::kInt16) return 4;
  if (node.attributes.Bool("half_pixel_centers") || node.attributes.Bool("align_corners")) return 3;
  return VersionInt8(node);
}

}  // namespace

LS_TFL_OP(COMPLEX_ABS, 135, "", "2.5", ir::kNone, VersionOne)
LS_TFL_OP(DILATE, 203, "DilateOptions", "2.15", ir::kNone, VersionOne)
LS_TFL_OP(IMAG, 133, "", "2.5", ir::kNone, VersionOne)
LS_TFL_OP(NON_MAX_SUPPRESSION_V4, 120, "NonMaxSuppressionV4Options", "2.1", ir::kNone, VersionOne)
LS_TFL_OP(NON_MAX_SUPPRESSION_V5, 121, "NonMaxSuppressionV5Options", "2.1", ir::kNone, VersionOne)
LS_TFL_OP(REAL, 134, "", "2.5", ir::kNone, VersionOne)
LS_TFL_OP(RESIZE_BILINEAR, 23, "ResizeBilinearOptions", "1.7 1.14 2.2 2.5", ir::kNone, ResizeBilinearVersion)
LS_TFL_OP(RESIZE_NEAREST_NEIGHBOR, 97, "ResizeNearestNeighborOptions", "1.13.1 1.14 2.3 2.4", ir::kNone,
          ResizeNearestVersion)
LS_TFL_OP(RFFT2D, 131, "Rfft2dOptions", "2.5", ir::kNone, VersionOne)

}  // namespace litesmith::tfl
