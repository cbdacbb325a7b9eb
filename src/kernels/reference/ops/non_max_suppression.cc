// NON_MAX_SUPPRESSION_V4 and _V5. Inputs: boxes [n, 4] by two opposite corners, scores [n], how many to keep
// at most, overlap threshold, score threshold, and for V5 the sigma of soft suppression. Outputs: indices,
// for V5 their scores, both filled up with zeros to the most, and the count.
#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/reference/movement.h"

namespace litesmith {
namespace {

using reference::ShapedKernel;

struct Corners {
  float ymin, xmin, ymax, xmax, area;
};

Corners CornersOf(const float* box) {
  Corners corners{std::min(box[0], box[2]), std::min(box[1], box[3]), std::max(box[0], box[2]),
                  std::max(box[1], box[3]), 0};
  corners.area = (corners.ymax - corners.ymin) * (corners.xmax - corners.xmin);
  return corners;
}

// Intersection over union; 0 for boxes without area.
float Overlap(const Corners& a, const Corners& b) {
  if (a.area <= 0 || b.area <= 0) return 0;
  const float height = std::max(std::min(a.ymax, b.ymax) - std::max(a.ymin, b.ymin), 0.0f);
  const float width = std::max(std::min(a.xmax, b.xmax) - std::max(a.xmin, b.xmin), 0.0f);
  const float intersection = height * width;
  return intersection / (a.area + b.area - intersection);
}

struct Candidate {
  int32_t index;
  float score;
  size_t compared;  // with so many of the kept boxes already
};

// The heap's order: best score on top, of equal ones the first, as TensorFlow has it.
bool Worse(const Candidate& a, const Candidate& b) {
  return a.score < b.score || (a.score == b.score && a.index > b.index);
}

class NonMaxSuppression : public ShapedKernel {
 public:
  explicit NonMaxSuppression(bool soft) : ShapedKernel(soft ? 6 : 5, soft ? 3 : 2, {2}), soft_(soft) {}

 private:
  Result<void> Check(PrepareContext& context) override {
    const TensorView &boxes = context.input(0), &scores = context.input(1);
    for (const size_t i : {0, 1, 3, 4, 5}) {
      if (i == 5 && !soft_) break;
      LS_RETURN_IF_FAILED(context.Expect(context.input(i).dtype == DType::kFloat32,
                                         "input {} is float32, not {}", i, NameOf(context.input(i).dtype)));
      if (i > 2 && context.input(i).elements() != 1)
        return context.Mismatch("input {} must be one number", i);
    }
    if (boxes.rank() != 2 || boxes.dims[1] != 4 || scores.dims != Dims{boxes.dims[0]} ||
        boxes.dims[0] > std::numeric_limits<int32_t>::max()) {
      return context.Mismatch("boxes {} and scores {} should be [n,4] and [n]", ToText(boxes.dims),
                              ToText(scores.dims));
    }
    const size_t count = soft_ ? 2 : 1;
    const bool types = context.output(0).dtype == DType::kInt32 &&
                       context.output(count).dtype == DType::kInt32 &&
                       (!soft_ || context.output(1).dtype == DType::kFloat32);
    return context.Expect(types, "its indices and count are int32, its scores float32");
  }

  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    LS_TRY(const int64_t most, reference::ScalarOf(context, context.input(2), "the number of boxes"));
    if (most < 0) return context.Mismatch("it cannot keep {} boxes", most);
    return soft_ ? std::vector<Dims>{{most}, {most}, {}} : std::vector<Dims>{{most}, {}};
  }

  Result<void> Compute(InvokeContext& context) override {
    const float sigma = soft_ ? context.input(5).as<float>()[0] : 0.0f;
    if (!(sigma >= 0)) return context.Mismatch("sigma is {} and should not be negative", sigma);
    std::vector<int32_t> indices;
    std::vector<float> scores;
    Suppress(context, sigma, indices, scores);
    Write(context.output(0).as_mutable<int32_t>(), indices);
    if (soft_) Write(context.output(1).as_mutable<float>(), scores);
    context.output(soft_ ? 2 : 1).as_mutable<int32_t>()[0] = static_cast<int32_t>(indices.size());
    return {};
  }

  template <class T>
  static void Write(std::span<T> output, const std::vector<T>& values) {
    std::fill(std::copy(values.begin(), values.end(), output.begin()), output.end(), T(0));
  }

  // Soft suppression lowers the score of a box by each kept one that overlaps it; it then waits for its turn
  // again.
  void Suppress(const InvokeContext& context, float sigma, std::vector<int32_t>& indices,
                std::vector<float>& scores) const {
    const std::span<const float> boxes = context.input(0).as<float>(), given = context.input(1).as<float>();
    const float overlap_limit = context.input(3).as<float>()[0],
                score_limit = context.input(4).as<float>()[0];
    const auto most = static_cast<size_t>(dims()[0][0]);
    const float scale = sigma > 0 ? -0.5f / sigma : 0.0f;
    std::vector<Candidate> heap;
    for (size_t i = 0; i < given.size(); ++i) {
      if (given[i] > score_limit) heap.push_back({static_cast<int32_t>(i), given[i], 0});
    }
    std::make_heap(heap.begin(), heap.end(), Worse);
    std::vector<Corners> kept;
    while (kept.size() < most && !heap.empty()) {
      std::pop_heap(heap.begin(), heap.end(), Worse);
      Candidate next = heap.back();
      heap.pop_back();
      const Corners box = CornersOf(boxes.data() + 4 * static_cast<size_t>(next.index));
      const float before = next.score;
      bool dropped = false;
      for (size_t i = kept.size(); i > next.compared && !dropped; --i) {
        const float overlap = Overlap(box, kept[i - 1]);
        dropped = overlap >= overlap_limit;
        if (!dropped && sigma > 0) next.score *= std::exp(scale * overlap * overlap);
        dropped = dropped || !(next.score > score_limit);  // NaN would come back for ever
      }
      if (dropped) continue;
      next.compared = kept.size();
      if (next.score == before) {
        kept.push_back(box);
        indices.push_back(next.index);
        scores.push_back(next.score);
      } else {
        heap.push_back(next);
        std::push_heap(heap.begin(), heap.end(), Worse);
      }
    }
  }

  bool soft_;
};

}  // namespace

LS_KERNEL(NON_MAX_SUPPRESSION_V4) { return std::make_unique<NonMaxSuppression>(false); }
LS_KERNEL(NON_MAX_SUPPRESSION_V5) { return std::make_unique<NonMaxSuppression>(true); }

}  // namespace litesmith
