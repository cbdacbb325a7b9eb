// Non-maximum suppression. TensorFlow Lite's ops give as many rows as may be selected and the number of those
// that are; TensorFlow gives only these, unless asked to pad.
#include <limits>

#include "lowering/lowering.h"

namespace litesmith::lowering {
namespace {

// The first `count` (an int32 scalar) elements of a vector.
ir::Value* Leading(Lowering& lower, ir::Value* vector, ir::Value* count, const ir::Type& type) {
  const ir::Type one{DType::kInt32, {Dim(1)}, nullptr};
  ir::Value* size =
      lower.Make(tfl::RESHAPE, {count, lower.Int32s({1})}, one, {{"new_shape", std::vector<int64_t>{1}}});
  return lower.Make(tfl::SLICE, {vector, lower.Int32s({0}), size}, type);
}

Shape PaddedShape(const Lowering& lower) {
  const Tensor* most = lower.constant(2);
  const auto values = most != nullptr ? most->ToInt64() : std::nullopt;
  return Shape{values && values->size() == 1 ? Dim(values->front()) : Dim::Unknown()};
}

// Versions 1 to 4: no scores among the results.
Result<void> Suppress(Lowering& lower, ir::Value* iou_threshold, ir::Value* score_threshold, bool pad) {
  const ir::Type indices{DType::kInt32, PaddedShape(lower), nullptr};
  ir::Node* made = lower.builder().Create(
      tfl::NON_MAX_SUPPRESSION_V4,
      {lower.operand(0), lower.operand(1), lower.operand(2), iou_threshold, score_threshold},
      {indices, {DType::kInt32, Shape::Scalar(), nullptr}});
  made->name = lower.node().name;
  ir::Value* selected =
      pad ? made->output(0) : Leading(lower, made->output(0), made->output(1), lower.result_type());
  if (lower.node().output_count() == 1) return lower.Replace(selected);
  const std::vector<ir::Value*> results = {selected, made->output(1)};
  return lower.Replace(results);
}

ir::Value* NoThreshold(Lowering& lower) {
  return lower.Constant(Tensor::Scalar(-std::numeric_limits<float>::infinity()));
}

}  // namespace

LS_LOWER(NonMaxSuppression) {
  const float overlap = lower.attributes().Float("iou_threshold", 0.5f);
  return Suppress(lower, lower.Constant(Tensor::Scalar(overlap)), NoThreshold(lower), false);
}
LS_LOWER(NonMaxSuppressionV2) { return Suppress(lower, lower.operand(3), NoThreshold(lower), false); }
LS_LOWER(NonMaxSuppressionV3) { return Suppress(lower, lower.operand(3), lower.operand(4), false); }
LS_LOWER(NonMaxSuppressionV4) {
  return Suppress(lower, lower.operand(3), lower.operand(4),
                  lower.attributes().Bool("pad_to_max_output_size"));
}

LS_LOWER(NonMaxSuppressionV5) {
  const ir::Type indices{DType::kInt32, PaddedShape(lower), nullptr};
  const ir::Type scores{DType::kFloat32, PaddedShape(lower), nullptr};
  const std::vector<ir::Value*> operands = lower.node().operands();
  ir::Node* made = lower.builder().Create(tfl::NON_MAX_SUPPRESSION_V5, operands,
                                          {indices, scores, {DType::kInt32, Shape::Scalar(), nullptr}});
  made->name = lower.node().name;
  std::vector<ir::Value*> results = {made->output(0), made->output(1), made->output(2)};
  if (!lower.attributes().Bool("pad_to_max_output_size")) {
    for (size_t i = 0; i < 2; ++i)
      results[i] = Leading(lower, results[i], made->output(2), lower.result_type(i));
  }
  return lower.Replace(results);
}

}  // namespace litesmith::lowering
