// Non-maximum suppression of boxes [y1, x1, y2, x2], corners in any order.
#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>

#include "evaluate/dispatch.h"
#include "evaluate/operands.h"

namespace litesmith::evaluate {
namespace {

struct Rules {
  int64_t most = 0;      // boxes that are kept at most
  float overlap = 0.5f;  // boxes that overlap one that is kept by more than this go
  float score = -std::numeric_limits<float>::infinity();  // boxes go whose score is not greater
  float sigma = 0;       // > 0: soft suppression, scores fall with the overlap
  bool by_index = true;  // the lower index first among equal scores; else as a heap of scores gives them
  std::span<const float> overlaps;  // [n, n] given instead of boxes, or empty
};

struct Kept {
  std::vector<int64_t> index;
  std::vector<float> score;
};

float Overlap(const float* a, const float* b) {
  const float top_a = std::min(a[0], a[2]), left_a = std::min(a[1], a[3]);
  const float bottom_a = std::max(a[0], a[2]), right_a = std::max(a[1], a[3]);
  const float top_b = std::min(b[0], b[2]), left_b = std::min(b[1], b[3]);
  const float bottom_b = std::max(b[0], b[2]), right_b = std::max(b[1], b[3]);
  const float area_a = (bottom_a - top_a) * (right_a - left_a),
              area_b = (bottom_b - top_b) * (right_b - left_b);
  if (area_a <= 0 || area_b <= 0) return 0;
  const float height = std::max(std::min(bottom_a, bottom_b) - std::max(top_a, top_b), 0.0f);
  const float width = std::max(std::min(right_a, right_b) - std::max(left_a, left_b), 0.0f);
  return height * width / (area_a + area_b - height * width);
}

// Boxes by falling score. A box is held against those kept since it was
// last looked at, the latest first; if its score falls, it waits for its turn again.
Kept Suppress(const float* boxes, std::span<const float> scores, const Rules& rules) {
  struct Candidate {
    int64_t index;
    float score;
    size_t seen;  // kept boxes it has been held against
  };
  const auto later = [by_index = rules.by_index](const Candidate& a, const Candidate& b) {
    return a.score < b.score || (by_index && a.score == b.score && a.index > b.index);
  };
  std::priority_queue<Candidate, std::vector<Candidate>, decltype(later)> queue(later);
  for (size_t i = 0; i < scores.size(); ++i) {
    if (scores[i] > rules.score) queue.push({static_cast<int64_t>(i), scores[i], 0});
  }
  // exp(decay * overlap^2) is what soft suppression multiplies a score with (Bodla and others, 2017).
  const float decay = rules.sigma > 0 ? -0.5f / rules.sigma : 0;
  Kept kept;
  while (static_cast<int64_t>(kept.index.size()) < rules.most && !queue.empty()) {
    Candidate next = queue.top();
    queue.pop();
    const float original = next.score;
    bool suppressed = false;
    for (size_t j = kept.index.size(); j > next.seen; --j) {
      const int64_t other = kept.index[j - 1];
      const float overlap =
          rules.overlaps.empty()
              ? Overlap(boxes + 4 * next.index, boxes + 4 * other)
              : rules.overlaps[static_cast<size_t>(next.index) * scores.size() + static_cast<size_t>(other)];
      if (rules.sigma > 0) next.score *= std::exp(decay * overlap * overlap);
      if (rules.sigma <= 0 && overlap > rules.overlap) suppressed = true;
      if (suppressed || next.score <= rules.score) break;
    }
    next.seen = kept.index.size();
    if (suppressed || next.score <= rules.score) continue;
    if (next.score == original) {
      kept.index.push_back(next.index);
      kept.score.push_back(next.score);
    } else {
      queue.push(next);
    }
  }
  return kept;
}

struct Boxes {
  Tensor boxes, scores;
};

Result<Boxes> BoxesOf(const Call& call) {
  Boxes boxes{Widen(call.input(0)), Widen(call.input(1))};
  if (boxes.boxes.dtype() != DType::kFloat32 || boxes.scores.dtype() != DType::kFloat32) {
    return WrongDType(call, boxes.boxes.dtype());
  }
  LS_RETURN_IF_FAILED(ExpectRank(call, 1, 1));
  if (boxes.boxes.dims() != Dims{boxes.scores.elements(), 4}) {
    return call.Fail(
        fmt::format("boxes of shape {} for {} scores", ToText(boxes.boxes.dims()), boxes.scores.elements()));
  }
  return boxes;
}

// Operands from `at`: most boxes, overlap, score, sigma, as many as `count`.
Result<Rules> RulesOf(const Call& call, size_t count) {
  Rules rules;
  LS_TRY(rules.most, IntegerOf(call, 2));
  if (rules.most < 0) return call.Fail("a negative number of boxes is asked for");
  float* const fields[] = {&rules.overlap, &rules.score, &rules.sigma};
  for (size_t i = 1; i < count; ++i) {
    LS_TRY(const double value, RealOf(call, 2 + i));
    *fields[i - 1] = static_cast<float>(value);
  }
  if (!(rules.overlap >= 0 && rules.overlap <= 1))
    return call.Fail(fmt::format("an overlap of {} cannot be", rules.overlap));
  return rules;
}

Tensor Indices(const std::vector<int64_t>& indices) {
  return IntegerTensor(DType::kInt32, {static_cast<int64_t>(indices.size())}, indices);
}

Result<Outputs> Plain(const Call& call, size_t operands) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2 + operands));
  LS_TRY(const Boxes boxes, BoxesOf(call));
  LS_TRY(Rules rules, RulesOf(call, operands));
  if (operands == 1) rules.overlap = call.attributes().Float("iou_threshold", 0.5f);
  return One(Indices(Suppress(boxes.boxes.data<float>().data(), boxes.scores.data<float>(), rules).index));
}

// Fills up to the number asked for, where the attribute asks for that.
Result<void> PadTo(const Call& call, int64_t most, Kept& kept) {
  if (!call.attributes().Bool("pad_to_max_output_size")) return {};
  LS_RETURN_IF_FAILED(CheckSize(call, std::span(&most, 1), sizeof(int64_t)));
  kept.index.resize(static_cast<size_t>(most), 0);
  kept.score.resize(static_cast<size_t>(most), 0);
  return {};
}

}  // namespace

LS_EVALUATE(NonMaxSuppression) { return Plain(call, 1); }
LS_EVALUATE(NonMaxSuppressionV2) { return Plain(call, 2); }
LS_EVALUATE(NonMaxSuppressionV3) { return Plain(call, 3); }

LS_EVALUATE(NonMaxSuppressionV4) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 5));
  LS_TRY(const Boxes boxes, BoxesOf(call));
  LS_TRY(const Rules rules, RulesOf(call, 3));
  Kept kept = Suppress(boxes.boxes.data<float>().data(), boxes.scores.data<float>(), rules);
  const auto valid = static_cast<int32_t>(kept.index.size());
  LS_RETURN_IF_FAILED(PadTo(call, rules.most, kept));
  return Outputs{Indices(kept.index), Tensor::Scalar<int32_t>(valid)};
}

LS_EVALUATE(NonMaxSuppressionV5) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 6));
  LS_TRY(const Boxes boxes, BoxesOf(call));
  LS_TRY(const Rules rules, RulesOf(call, 4));
  if (!(rules.sigma >= 0)) return call.Fail(fmt::format("sigma {} is negative", rules.sigma));
  Kept kept = Suppress(boxes.boxes.data<float>().data(), boxes.scores.data<float>(), rules);
  const auto valid = static_cast<int32_t>(kept.index.size());
  LS_RETURN_IF_FAILED(PadTo(call, rules.most, kept));
  const Tensor scores = Tensor::Of<float>({static_cast<int64_t>(kept.score.size())}, kept.score);
  return Outputs{Indices(kept.index), Narrow(scores, call.input(1).dtype()), Tensor::Scalar<int32_t>(valid)};
}

LS_EVALUATE(NonMaxSuppressionWithOverlaps) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 5));
  LS_RETURN_IF_FAILED(ExpectDType(call, 0, DType::kFloat32));
  LS_RETURN_IF_FAILED(ExpectDType(call, 1, DType::kFloat32));
  LS_TRY(Rules rules, RulesOf(call, 1));
  LS_TRY(const double overlap, RealOf(call, 3));
  LS_TRY(const double score, RealOf(call, 4));
  const int64_t count = call.input(1).elements();
  if (call.input(0).dims() != Dims{count, count}) return call.Fail("overlaps and scores do not fit together");
  rules.overlap = static_cast<float>(overlap);
  rules.score = static_cast<float>(score);
  rules.overlaps = call.input(0).data<float>();
  return One(Indices(Suppress(nullptr, call.input(1).data<float>(), rules).index));
}

namespace {

struct Detection {
  float score;
  int64_t box, label;
};

struct Combined {
  int64_t anchors, box_classes, classes, per_class;
  Rules rules;
  bool clip;
};

// The detections of one picture: each class by itself, then all by falling score. Equal scores come in the
// order that std::sort leaves them in, over as many places as TensorFlow sorts, free ones included: models do
// have equal scores.
std::vector<Detection> DetectionsOf(const float* boxes, const float* scores, const Combined& combined) {
  const int64_t places = std::min(combined.per_class, combined.anchors);
  std::vector<Detection> found(static_cast<size_t>(combined.classes * places), Detection{-1, -1, -1});
  std::vector<float> class_boxes(static_cast<size_t>(combined.anchors) * 4);
  std::vector<float> class_scores(static_cast<size_t>(combined.anchors));
  for (int64_t label = 0; label < combined.classes; ++label) {
    const int64_t box_class = combined.box_classes == 1 ? 0 : label;
    for (int64_t i = 0; i < combined.anchors; ++i) {
      std::copy_n(boxes + (i * combined.box_classes + box_class) * 4, 4, class_boxes.data() + 4 * i);
      class_scores[static_cast<size_t>(i)] = scores[i * combined.classes + label];
    }
    Rules rules = combined.rules;
    rules.most = places;
    rules.by_index = false;  // here TensorFlow compares scores only, unlike in the other versions of the op
    const Kept kept = Suppress(class_boxes.data(), class_scores, rules);
    for (size_t i = 0; i < kept.index.size(); ++i) {
      found[static_cast<size_t>(label * places) + i] = {kept.score[i], kept.index[i], label};
    }
  }
  std::sort(found.begin(), found.end(),
            [](const Detection& a, const Detection& b) { return a.score > b.score; });
  std::erase_if(found, [](const Detection& detection) { return detection.box < 0; });
  return found;
}

Result<Combined> CombinedOf(const Call& call) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 6));
  LS_RETURN_IF_FAILED(ExpectRank(call, 0, 4));
  LS_RETURN_IF_FAILED(ExpectRank(call, 1, 3));
  LS_RETURN_IF_FAILED(ExpectDType(call, 0, DType::kFloat32));
  LS_RETURN_IF_FAILED(ExpectDType(call, 1, DType::kFloat32));
  const Dims &boxes = call.input(0).dims(), &scores = call.input(1).dims();
  if (boxes[3] != 4 || boxes[0] != scores[0] || boxes[1] != scores[1] ||
      (boxes[2] != 1 && boxes[2] != scores[2])) {
    return call.Fail(
        fmt::format("boxes {} and scores {} do not fit together", ToText(boxes), ToText(scores)));
  }
  Combined combined{boxes[1], boxes[2], scores[2], 0, {}, call.attributes().Bool("clip_boxes", true)};
  LS_TRY(combined.per_class, IntegerOf(call, 2));
  LS_TRY(combined.rules.most, IntegerOf(call, 3));
  LS_TRY(const double overlap, RealOf(call, 4));
  LS_TRY(const double score, RealOf(call, 5));
  combined.rules.overlap = static_cast<float>(overlap);
  combined.rules.score = static_cast<float>(score);
  if (combined.per_class < 1 || combined.rules.most < 1)
    return call.Fail("numbers of boxes must be at least 1");
  return combined;
}

}  // namespace

// Outputs: boxes [batch, n, 4], scores [batch, n], classes [batch, n] as floats, number of valid ones
// [batch].
LS_EVALUATE(CombinedNonMaxSuppression) {
  LS_TRY(const Combined combined, CombinedOf(call));
  const int64_t batch = call.input(0).dims()[0];
  int64_t most = combined.rules.most;
  if (call.attributes().Bool("pad_per_class") && combined.per_class < (int64_t{1} << 31) &&
      combined.classes < (int64_t{1} << 31)) {
    most = std::min(most, combined.per_class * combined.classes);
  }
  LS_TRY(Tensor boxes, Allocate(call, DType::kFloat32, {batch, most, 4}));
  LS_TRY(Tensor scores, Allocate(call, DType::kFloat32, {batch, most}));
  LS_TRY(Tensor classes, Allocate(call, DType::kFloat32, {batch, most}));
  LS_TRY(Tensor valid, Allocate(call, DType::kInt32, {batch}));
  for (int64_t b = 0; b < batch; ++b) {
    const float* from = call.input(0).data<float>().data() + b * combined.anchors * combined.box_classes * 4;
    const auto found = DetectionsOf(
        from, call.input(1).data<float>().data() + b * combined.anchors * combined.classes, combined);
    const int64_t count = std::min(static_cast<int64_t>(found.size()), most);
    for (int64_t i = 0; i < count; ++i) {
      const auto& [score, box, label] = found[static_cast<size_t>(i)];
      const auto at = static_cast<size_t>(b * most + i);
      scores.mutable_data<float>()[at] = score;
      classes.mutable_data<float>()[at] = static_cast<float>(label);
      for (size_t c = 0; c < 4; ++c) {
        const float corner = from[(box * combined.box_classes + (combined.box_classes == 1 ? 0 : label)) * 4 +
                                  static_cast<int64_t>(c)];
        boxes.mutable_data<float>()[at * 4 + c] = combined.clip ? std::clamp(corner, 0.0f, 1.0f) : corner;
      }
    }
    valid.mutable_data<int32_t>()[static_cast<size_t>(b)] = static_cast<int32_t>(count);
  }
  return Outputs{boxes, scores, classes, valid};
}

}  // namespace litesmith::evaluate
