// Non-maximum suppression among the boxes of a detector, with the results of TensorFlow Lite's detection op.
#pragma once

#include <optional>
#include <vector>

#include "kernels/reference/detection/best_scores.h"
#include "kernels/reference/detection/options.h"

namespace litesmith::reference {

struct Box {
  float ymin, xmin, ymax, xmax;
};

// Where boxes come from: row i of the encodings (`columns` wide; y, x, h, w first) relative to anchor i
// (centre y, centre x, height, width).
struct BoxSource {
  const float* encodings = nullptr;
  int64_t columns = 4;
  const float* anchors = nullptr;
  int64_t rows = 0;
  float y_scale = 1, x_scale = 1, h_scale = 1, w_scale = 1;

  // In double, stored as float; not clipped.
  Box Decode(int64_t row) const;
  // The first row whose box has its minimum beyond its maximum.
  std::optional<int64_t> FirstInvalid() const;
};

// Memory that is kept from one use to the next.
class Suppression {
 public:
  // Each class by itself: walks down the scores of all classes together and keeps a box unless one of its
  // class that was kept before overlaps it more than the threshold. Returns places in the table of scores,
  // best first.
  const std::vector<int64_t>& Regular(const BoxSource& boxes, const ScoreTable& scores,
                                      const DetectionOptions& options);
  // All classes together, every anchor with its best score. Returns anchors.
  const std::vector<int64_t>& Fast(const BoxSource& boxes, const ScoreTable& scores,
                                   const DetectionOptions& options);

 private:
  struct Kept {
    Box box;
    float area;
    int32_t previous;  // kept in the same class, or -1
  };
  // Whether the box overlaps one of those kept, from `last` back.
  bool Overlaps(const Box& box, float area, int32_t last, float threshold) const;

  BestScores best_;
  std::vector<Kept> kept_;
  std::vector<int32_t> last_of_class_;
  std::vector<int64_t> count_of_class_;
  std::vector<bool> seen_;
  std::vector<int64_t> places_;
};

}  // namespace litesmith::reference
