// CombinedNonMaxSuppression: TensorFlow Lite suppresses one class at a time. Each class is suppressed by
// itself, places that it leaves free get the lowest score, and the best of all classes are taken.
#include <limits>
#include <numeric>

#include "lowering/indices.h"

namespace litesmith::lowering {
namespace {

// The graph grows with the classes; models of this op have hundreds at most.
constexpr int64_t kMostClasses = 1000;

class CombinedSuppression {
 public:
  explicit CombinedSuppression(Lowering& lower) : lower_(lower) {}

  Result<void> Lower() {
    LS_RETURN_IF_FAILED(ReadSizes());
    std::vector<ir::Value*> boxes, scores, counts;
    std::vector<float> labels;
    for (int64_t label = 0; label < classes_; ++label) {
      SuppressClass(label, boxes, scores, counts);
      labels.insert(labels.end(), static_cast<size_t>(places_), static_cast<float>(label));
    }
    const int64_t all = classes_ * places_, kept = std::min(rows_, all);
    ir::Value* all_boxes = Joined(boxes, Floats({all, 4}));
    ir::Value* all_scores = Joined(scores, Floats({all}));
    ir::Value* all_labels = lower_.Constant(Tensor::Of<float>({all}, labels));
    ir::Node* best = lower_.builder().Create(tfl::TOPK_V2, {all_scores, lower_.Int32(kept)},
                                             {Floats({kept}), Ints({kept})});
    ir::Value* found = Reduced(counts, kept);
    ir::Value* valid = lower_.Make(tfl::LESS, {Counting(kept), found}, Bools({kept}));
    ir::Value* valid_rows = Reshaped(valid, Bools({kept, 1}));
    ir::Value* best_boxes = Clipped(Taken(all_boxes, best->output(1), Floats({kept, 4})));
    return lower_.Replace(std::vector<ir::Value*>{
        Finished(OrZero(valid_rows, best_boxes), kept), Finished(OrZero(valid, best->output(0)), kept),
        Finished(OrZero(valid, Taken(all_labels, best->output(1), Floats({kept}))), kept),
        Reshaped(found, Ints({1}))});
  }

 private:
  static ir::Type Floats(const Dims& dims) { return {DType::kFloat32, Shape::Of(dims), nullptr}; }
  static ir::Type Ints(const Dims& dims) { return {DType::kInt32, Shape::Of(dims), nullptr}; }
  static ir::Type Bools(const Dims& dims) { return {DType::kBool, Shape::Of(dims), nullptr}; }

  Result<void> ReadSizes() {
    const Shape &boxes = lower_.shape(0), &scores = lower_.shape(1);
    if (!boxes.known() || boxes.rank() != 4 || !scores.known() || scores.rank() != 3) {
      return lower_.Report(Code::kShapeUnknown, "the shapes of its boxes and scores are not known");
    }
    if (scores[0] != Dim(1)) return lower_.Refuse("it suppresses in a batch of {}", scores[0].value());
    anchors_ = scores[1].value();
    classes_ = scores[2].value();
    box_classes_ = boxes[2].value();
    const auto per_class = ConstantInts(lower_, 2), total = ConstantInts(lower_, 3);
    if (!per_class || per_class->size() != 1 || !total || total->size() != 1)
      return lower_.Refuse("how many boxes it keeps is computed at run time");
    if (anchors_ < 1 || classes_ < 1 || classes_ > kMostClasses || per_class->front() < 1 ||
        total->front() < 1 || boxes[1] != scores[1] || boxes[3] != Dim(4) ||
        (box_classes_ != 1 && box_classes_ != classes_)) {
      return lower_.Refuse("boxes {} and scores {} of {} classes at most are what it is composed for",
                           ToText(boxes), ToText(scores), kMostClasses);
    }
    places_ = std::min(per_class->front(), anchors_);
    rows_ = total->front();
    // TensorFlow gives no more rows than there can be, if it is asked for that.
    if (lower_.attributes().Bool("pad_per_class"))
      rows_ = std::min(rows_, std::min(per_class->front(), int64_t{INT32_MAX}) * classes_);
    if (rows_ > INT32_MAX) return lower_.Refuse("it keeps {} boxes", rows_);
    return {};
  }

  void SuppressClass(int64_t label, std::vector<ir::Value*>& boxes, std::vector<ir::Value*>& scores,
                     std::vector<ir::Value*>& counts) {
    ir::Value* own_boxes = label > 0 && box_classes_ == 1
                               ? shared_boxes_
                               : Part(lower_.operand(0), {0, 0, box_classes_ == 1 ? 0 : label, 0},
                                      {1, anchors_, 1, 4}, Floats({anchors_, 4}));
    shared_boxes_ = own_boxes;
    ir::Value* own_scores = Part(lower_.operand(1), {0, 0, label}, {1, anchors_, 1}, Floats({anchors_}));
    ir::Node* kept = lower_.builder().Create(
        tfl::NON_MAX_SUPPRESSION_V4,
        {own_boxes, own_scores, lower_.Int32(places_), lower_.operand(4), lower_.operand(5)},
        {Ints({places_}), Ints({})});
    kept->name = lower_.node().name;
    ir::Value* used = lower_.Make(tfl::LESS, {Counting(places_), kept->output(1)}, Bools({places_}));
    ir::Value* lowest = lower_.Constant(Tensor::Scalar(std::numeric_limits<float>::lowest()));
    ir::Value* taken = Taken(own_scores, kept->output(0), Floats({places_}));
    scores.push_back(lower_.Make(tfl::SELECT_V2, {used, taken, lowest}, Floats({places_})));
    boxes.push_back(Taken(own_boxes, kept->output(0), Floats({places_, 4})));
    counts.push_back(kept->output(1));
  }

  ir::Value* Counting(int64_t count) {
    std::vector<int32_t> numbers(static_cast<size_t>(count));
    std::iota(numbers.begin(), numbers.end(), 0);
    return lower_.Constant(Tensor::Of<int32_t>({count}, numbers));
  }
  ir::Value* Reshaped(ir::Value* value, ir::Type type) {
    const Dims dims = type.shape.known_dims();
    return lower_.Make(tfl::RESHAPE, {value, lower_.Int32s(dims)}, std::move(type), {{"new_shape", dims}});
  }
  ir::Value* Part(ir::Value* value, const Dims& begin, const Dims& size, ir::Type type) {
    ir::Value* part = value;
    if (value->type.shape != Shape::Of(size)) {
      part = lower_.Make(tfl::SLICE, {value, lower_.Int32s(begin), lower_.Int32s(size)}, Floats(size));
    }
    return Reshaped(part, std::move(type));
  }
  ir::Value* Taken(ir::Value* from, ir::Value* indices, ir::Type type) {
    return lower_.Make(tfl::GATHER, {from, indices}, std::move(type),
                       {{"axis", int64_t{0}}, {"batch_dims", int64_t{0}}});
  }
  ir::Value* Joined(const std::vector<ir::Value*>& parts, ir::Type type) {
    if (parts.size() == 1) return parts[0];
    return lower_.builder()
        .Create(tfl::CONCATENATION, parts, {std::move(type)},
                {{"axis", int64_t{0}}, {"fused_activation_function", int64_t{0}}})
        ->output();
  }
  // The sum of the counts, `most` at most.
  ir::Value* Reduced(const std::vector<ir::Value*>& counts, int64_t most) {
    const auto number = static_cast<int64_t>(counts.size());
    ir::Node* packed = lower_.builder().Create(tfl::PACK, counts, {Ints({number})},
                                               {{"axis", int64_t{0}}, {"values_count", number}});
    ir::Value* sum =
        lower_.Make(tfl::SUM, {packed->output(), lower_.Int32s({0})}, Ints({}), {{"keep_dims", false}});
    return lower_.Make(tfl::MINIMUM, {sum, lower_.Int32(most)}, Ints({}));
  }
  ir::Value* OrZero(ir::Value* valid, ir::Value* value) {
    return lower_.Make(tfl::SELECT_V2, {valid, value, lower_.Constant(Tensor::Scalar(0.0f))}, value->type);
  }
  ir::Value* Clipped(ir::Value* boxes) {
    if (!lower_.attributes().Bool("clip_boxes", true)) return boxes;
    ir::Value* above = lower_.Make(tfl::MAXIMUM, {boxes, lower_.Constant(Tensor::Scalar(0.0f))}, boxes->type);
    return lower_.Make(tfl::MINIMUM, {above, lower_.Constant(Tensor::Scalar(1.0f))}, boxes->type);
  }
  // Filled up with zeros to all rows, in a batch of one.
  ir::Value* Finished(ir::Value* value, int64_t kept) {
    Dims dims = value->type.shape.known_dims();
    if (kept < rows_) {
      dims[0] = rows_;
      std::vector<int32_t> amounts(dims.size() * 2, 0);
      amounts[1] = static_cast<int32_t>(rows_ - kept);
      ir::Value* paddings =
          lower_.Constant(Tensor::Of<int32_t>({static_cast<int64_t>(dims.size()), 2}, amounts));
      value = lower_.Make(tfl::PAD, {value, paddings}, Floats(dims));
    }
    dims.insert(dims.begin(), 1);
    return Reshaped(value, Floats(dims));
  }

  Lowering& lower_;
  int64_t anchors_ = 0, classes_ = 0, box_classes_ = 0;
  int64_t places_ = 0;  // of one class
  int64_t rows_ = 0;    // of the result
  ir::Value* shared_boxes_ = nullptr;
};

}  // namespace

LS_LOWER(CombinedNonMaxSuppression) { return CombinedSuppression(lower).Lower(); }

}  // namespace litesmith::lowering
