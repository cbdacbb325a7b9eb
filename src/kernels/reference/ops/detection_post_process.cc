// The custom op TFLite_Detection_PostProcess: decodes boxes, drops those that overlap better ones, and
// returns the best. Inputs: encodings [1, anchors, 4 or more], scores [1, anchors, classes] (one column more
// with a background), anchors [anchors, 4]; float32, or uint8 with scale. Outputs, all float32: boxes [1, n,
// 4], classes [1, n], scores [1, n], count [1].
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/checked.h"
#include "kernels/kernel.h"
#include "kernels/reference/detection/suppression.h"

namespace litesmith {
namespace {

using reference::Box;

enum Input : size_t { kEncodings, kScores, kAnchors };
enum Output : size_t { kBoxes, kClasses, kBestScores, kCount };

class DetectionPostProcess : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    if (context.input_count() < 3 || context.output_count() != 4) {
      return context.Mismatch("it has 3 inputs and 4 outputs, not {} and {}", context.input_count(),
                              context.output_count());
    }
    LS_RETURN_IF_FAILED(ReadOptions(context));
    LS_RETURN_IF_FAILED(CheckTypes(context));
    LS_RETURN_IF_FAILED(CheckShapes(context));
    const auto rows = CheckedMul(options_.max_detections, options_.max_classes_per_detection);
    if (!rows) return context.Mismatch("max_detections times max_classes_per_detection is too large");
    LS_RETURN_IF_FAILED(context.SetOutput(kBoxes, {1, *rows, 4}));
    LS_RETURN_IF_FAILED(context.SetOutput(kClasses, {1, *rows}));
    LS_RETURN_IF_FAILED(context.SetOutput(kBestScores, {1, *rows}));
    return context.SetOutput(kCount, {1});
  }

  Result<void> Invoke(InvokeContext& context) override {
    reference::BoxSource boxes;
    boxes.encodings = Floats(context.input(kEncodings), encodings_);
    boxes.columns = context.input(kEncodings).dims[2];
    boxes.anchors = Floats(context.input(kAnchors), anchors_);
    boxes.rows = context.input(kEncodings).dims[1];
    boxes.y_scale = options_.y_scale;
    boxes.x_scale = options_.x_scale;
    boxes.h_scale = options_.h_scale;
    boxes.w_scale = options_.w_scale;
    if (const auto row = boxes.FirstInvalid()) {
      return context.Mismatch("the box of anchor {} has its minimum beyond its maximum", *row);
    }
    reference::ScoreTable scores;
    scores.scores = Floats(context.input(kScores), scores_);
    scores.rows = boxes.rows;
    scores.columns = context.input(kScores).dims[2];
    scores.background = scores.columns - options_.num_classes;
    scores.threshold = options_.score_threshold;
    for (const TensorView& output : context.outputs) std::ranges::fill(output.as_mutable<float>(), 0.0f);
    if (boxes.rows == 0 || options_.num_classes == 0) return {};
    if (options_.use_regular_nms) {
      WriteRegular(context, boxes, scores);
    } else {
      WriteFast(context, boxes, scores);
    }
    return {};
  }

 private:
  Result<void> ReadOptions(PrepareContext& context) {
    const auto* bytes = context.attributes->FindAs<Tensor>("custom_options");
    const auto options = bytes != nullptr ? reference::ReadDetectionOptions(bytes->bytes()) : std::nullopt;
    if (!options) return context.Mismatch("its options are not a FlexBuffers map");
    options_ = *options;
    // What TensorFlow Lite's kernel keeps in 32 bits.
    constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
    const auto in_range = [](int64_t value, int64_t least) { return value >= least && value <= kMost; };
    if (!in_range(options_.max_detections, 0) || !in_range(options_.num_classes, 0) ||
        !in_range(options_.max_classes_per_detection, 1)) {
      return context.Mismatch(
          "max_detections {}, num_classes {} or max_classes_per_detection {} is out of range",
          options_.max_detections, options_.num_classes, options_.max_classes_per_detection);
    }
    if (options_.use_regular_nms && std::min(options_.detections_per_class, options_.max_detections) < 1) {
      return context.Mismatch("detections_per_class {} and max_detections {} leave nothing to detect",
                              options_.detections_per_class, options_.max_detections);
    }
    if (!(options_.iou_threshold > 0 && options_.iou_threshold <= 1)) {
      return context.Mismatch("nms_iou_threshold is {} and should be above 0 and at most 1",
                              options_.iou_threshold);
    }
    return {};
  }

  static Result<void> CheckTypes(PrepareContext& context) {
    for (const Input i : {kEncodings, kScores, kAnchors}) {
      const TensorView& input = context.input(i);
      if (!input.present) return context.Mismatch("input {} is missing", static_cast<int>(i));
      const bool takes =
          input.dtype == DType::kFloat32 || (input.dtype == DType::kUInt8 && input.quantized());
      LS_RETURN_IF_FAILED(context.Expect(takes, "its inputs are float32, or uint8 with a scale, not {}",
                                         NameOf(input.dtype)));
    }
    for (const TensorView& output : context.outputs) {
      LS_RETURN_IF_FAILED(context.Expect(output.dtype == DType::kFloat32, "its outputs are float32, not {}",
                                         NameOf(output.dtype)));
    }
    return {};
  }

  Result<void> CheckShapes(PrepareContext& context) const {
    const Dims &encodings = context.input(kEncodings).dims, &scores = context.input(kScores).dims;
    const Dims& anchors = context.input(kAnchors).dims;
    const bool ranks = encodings.size() == 3 && scores.size() == 3 && anchors.size() == 2;
    if (!ranks || encodings[0] != 1 || scores[0] != 1 || encodings[2] < 4 || scores[1] != encodings[1] ||
        anchors[0] != encodings[1] || anchors[1] != 4) {
      return context.Mismatch(
          "encodings {}, scores {} and anchors {} should be [1,n,4], [1,n,classes] and [n,4]",
          ToText(encodings), ToText(scores), ToText(anchors));
    }
    if (scores[2] < options_.num_classes || scores[2] - options_.num_classes > 1) {
      return context.Mismatch("scores {} should have {} columns, or one more for the background",
                              ToText(scores), options_.num_classes);
    }
    const auto total = CheckedMul(scores[1], scores[2]);
    LS_RETURN_IF_FAILED(context.Expect(total && *total <= std::numeric_limits<int32_t>::max(),
                                       "scores {} are too many", ToText(scores)));
    return {};
  }

  // The input's numbers; uint8 ones go to `storage` first.
  static const float* Floats(const TensorView& input, std::vector<float>& storage) {
    if (input.dtype == DType::kFloat32) return input.as<float>().data();
    const auto zero_point = static_cast<float>(input.zero_point());
    const float scale = input.scale();
    storage.clear();
    for (const uint8_t value : input.as<uint8_t>()) {
      storage.push_back((static_cast<float>(value) - zero_point) * scale);
    }
    return storage.data();
  }

  static void Write(InvokeContext& context, size_t row, const Box& box, int64_t klass, float score) {
    const float corners[] = {box.ymin, box.xmin, box.ymax, box.xmax};
    std::ranges::copy(corners,
                      context.output(kBoxes).as_mutable<float>().begin() + static_cast<int64_t>(row) * 4);
    context.output(kClasses).as_mutable<float>()[row] = static_cast<float>(klass);
    context.output(kBestScores).as_mutable<float>()[row] = score;
  }

  void WriteRegular(InvokeContext& context, const reference::BoxSource& boxes,
                    const reference::ScoreTable& scores) {
    const std::vector<int64_t>& places = suppression_.Regular(boxes, scores, options_);
    for (size_t i = 0; i < places.size(); ++i) {
      Write(context, i, boxes.Decode(places[i] / scores.columns),
            places[i] % scores.columns - scores.background, scores.scores[places[i]]);
    }
    context.output(kCount).as_mutable<float>()[0] = static_cast<float>(places.size());
  }

  void WriteFast(InvokeContext& context, const reference::BoxSource& boxes,
                 const reference::ScoreTable& scores) {
    const std::vector<int64_t>& rows = suppression_.Fast(boxes, scores, options_);
    const auto each = static_cast<size_t>(options_.max_classes_per_detection);
    for (size_t i = 0; i < rows.size(); ++i) {
      const float* own = scores.scores + rows[i] * scores.columns + scores.background;
      const Box box = boxes.Decode(rows[i]);
      const std::vector<int32_t>& classes = BestClasses(own);
      for (size_t j = 0; j < classes.size(); ++j)
        Write(context, i * each + j, box, classes[j], own[classes[j]]);
    }
    context.output(kCount).as_mutable<float>()[0] = static_cast<float>(rows.size());
  }

  // The best few classes of one anchor. One alone is the first among equals; of several, TensorFlow Lite
  // leaves the order of equals to std::partial_sort, and so do we.
  const std::vector<int32_t>& BestClasses(const float* scores) {
    const auto classes = static_cast<size_t>(options_.num_classes);
    const size_t count = std::min(static_cast<size_t>(options_.max_classes_per_detection), classes);
    order_.resize(classes);
    for (size_t i = 0; i < classes; ++i) order_[i] = static_cast<int32_t>(i);
    const auto better = [scores](int32_t a, int32_t b) { return scores[a] > scores[b]; };
    if (count == 1) {
      order_[0] = *std::min_element(order_.begin(), order_.end(), better);
    } else {
      std::partial_sort(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(count), order_.end(),
                        better);
    }
    order_.resize(count);
    return order_;
  }

  reference::DetectionOptions options_;
  reference::Suppression suppression_;
  std::vector<float> encodings_, anchors_, scores_;  // of uint8 inputs
  std::vector<int32_t> order_;
};

}  // namespace

LS_KERNEL(TFLite_Detection_PostProcess) { return std::make_unique<DetectionPostProcess>(); }

}  // namespace litesmith
