// Resizing pictures. TensorFlow's bilinear form gives float32 whatever it gets.
#include "lowering/lowering.h"

namespace litesmith::lowering {
namespace {

Attributes Centres(const Lowering& lower) {
  return {{"align_corners", lower.attributes().Bool("align_corners")},
          {"half_pixel_centers", lower.attributes().Bool("half_pixel_centers")}};
}

}  // namespace

LS_LOWER(ResizeBilinear) {
  ir::Value* input = lower.operand(0);
  if (input->type.dtype != DType::kFloat32) {
    input = lower.Make(tfl::CAST, {input}, {DType::kFloat32, input->type.shape, nullptr});
  }
  return lower.Replace(lower.Make(tfl::RESIZE_BILINEAR, {input, lower.operand(1)}, Centres(lower)));
}

LS_LOWER(ResizeNearestNeighbor) { return lower.Rename(tfl::RESIZE_NEAREST_NEIGHBOR, Centres(lower)); }

}  // namespace litesmith::lowering
