#include "kernels/reference/detection/suppression.h"

#include <algorithm>
#include <cmath>

namespace litesmith::reference {
namespace {

float AreaOf(const Box& box) { return (box.ymax - box.ymin) * (box.xmax - box.xmin); }

bool Invalid(const Box& box) { return box.ymin > box.ymax || box.xmin > box.xmax; }

// Half an extent is exp(encoding / scale) * anchor / 2. With encodings, scales and anchors within these
// bounds it is finite and not negative, so that a box cannot be turned inside out and needs no check of its
// own.
constexpr float kLargestExponent = 60.0f, kLargestCoordinate = 1e9f, kSmallestScale = 1e-6f;

// Whether all of `values` lie in [low, high]; NaN does not.
bool AllWithin(const float* values, int64_t count, float low, float high) {
  int outside = 0;
  for (int64_t i = 0; i < count; ++i) outside |= !(values[i] >= low) | !(values[i] <= high);
  return outside == 0;
}

}  // namespace

Box BoxSource::Decode(int64_t row) const {
  const float *code = encodings + row * columns, *anchor = anchors + row * 4;
  const auto centre = [](float value, float scale, float size, float middle) {
    return static_cast<float>(static_cast<double>(value) / scale * static_cast<double>(size) +
                              static_cast<double>(middle));
  };
  const auto half = [](float value, float scale, float size) {
    return static_cast<float>(0.5 * std::exp(static_cast<double>(value) / scale) * static_cast<double>(size));
  };
  const float y = centre(code[0], y_scale, anchor[2], anchor[0]);
  const float x = centre(code[1], x_scale, anchor[3], anchor[1]);
  const float h = half(code[2], h_scale, anchor[2]);
  const float w = half(code[3], w_scale, anchor[3]);
  return {y - h, x - w, y + h, x + w};
}

std::optional<int64_t> BoxSource::FirstInvalid() const {
  const float scales[] = {y_scale, x_scale, h_scale, w_scale};
  const float least = *std::min_element(std::begin(scales), std::end(scales));
  const float bound = std::min(kLargestCoordinate, kLargestExponent * least);
  bool harmless = AllWithin(scales, 4, kSmallestScale, kLargestCoordinate) &&
                  AllWithin(encodings, rows * columns, -bound, bound) &&
                  AllWithin(anchors, rows * 4, -kLargestCoordinate, kLargestCoordinate);
  for (int64_t i = 0; harmless && i < rows; ++i)
    harmless = anchors[4 * i + 2] >= 0 && anchors[4 * i + 3] >= 0;
  if (harmless) return std::nullopt;
  for (int64_t i = 0; i < rows; ++i) {
    if (Invalid(Decode(i))) return i;
  }
  return std::nullopt;
}

bool Suppression::Overlaps(const Box& box, float area, int32_t last, float threshold) const {
  if (area <= 0) return false;
  for (int32_t i = last; i >= 0; i = kept_[static_cast<size_t>(i)].previous) {
    const Kept& other = kept_[static_cast<size_t>(i)];
    const float height = std::min(box.ymax, other.box.ymax) - std::max(box.ymin, other.box.ymin);
    const float width = std::min(box.xmax, other.box.xmax) - std::max(box.xmin, other.box.xmin);
    // Boxes that do not meet overlap by 0, and the threshold is positive.
    if (height <= 0 || width <= 0 || other.area <= 0) continue;
    const float intersection = height * width;
    if (intersection / (other.area + area - intersection) > threshold) return true;
  }
  return false;
}

const std::vector<int64_t>& Suppression::Regular(const BoxSource& boxes, const ScoreTable& scores,
                                                 const DetectionOptions& options) {
  const auto limit = static_cast<size_t>(options.max_detections);
  const int64_t per_class = std::min(options.detections_per_class, options.max_detections);
  const int64_t classes = scores.columns - scores.background;
  places_.clear();
  kept_.clear();
  last_of_class_.assign(static_cast<size_t>(classes), -1);
  count_of_class_.assign(static_cast<size_t>(classes), 0);
  int64_t open = classes;
  best_.Start(scores, TieOrder::kClassThenAnchor, options.max_detections);
  while (places_.size() < limit && open > 0) {
    const int64_t place = best_.Next();
    if (place < 0) break;
    const auto klass = static_cast<size_t>(place % scores.columns - scores.background);
    if (count_of_class_[klass] >= per_class) continue;
    const Box box = boxes.Decode(place / scores.columns);
    const float area = AreaOf(box);
    if (Overlaps(box, area, last_of_class_[klass], options.iou_threshold)) continue;
    kept_.push_back({box, area, last_of_class_[klass]});
    last_of_class_[klass] = static_cast<int32_t>(kept_.size()) - 1;
    places_.push_back(place);
    if (++count_of_class_[klass] >= per_class) {
      best_.Close(static_cast<int64_t>(klass));
      --open;
    }
  }
  return places_;
}

const std::vector<int64_t>& Suppression::Fast(const BoxSource& boxes, const ScoreTable& scores,
                                              const DetectionOptions& options) {
  const auto limit = static_cast<size_t>(options.max_detections);
  places_.clear();
  kept_.clear();
  seen_.assign(static_cast<size_t>(scores.rows), false);
  best_.Start(scores, TieOrder::kAnchorThenClass, options.max_detections);
  while (places_.size() < limit) {
    const int64_t place = best_.Next();
    if (place < 0) break;
    // An anchor comes with its best score first.
    const int64_t row = place / scores.columns;
    if (seen_[static_cast<size_t>(row)]) continue;
    seen_[static_cast<size_t>(row)] = true;
    const Box box = boxes.Decode(row);
    const float area = AreaOf(box);
    if (Overlaps(box, area, static_cast<int32_t>(kept_.size()) - 1, options.iou_threshold)) continue;
    kept_.push_back({box, area, static_cast<int32_t>(kept_.size()) - 1});
    places_.push_back(row);
  }
  return places_;
}

}  // namespace litesmith::reference
