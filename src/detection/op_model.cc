#include "detection/op_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace litesmith::detection {
namespace {

struct Box {
  double y0, x0, y1, x1;
};

Box DecodedBox(const BoxDecoder& decoder, const std::vector<float>& encodings, int64_t anchor) {
  const float* t = &encodings[static_cast<size_t>(anchor) * 4];
  const float* a = &decoder.anchors[static_cast<size_t>(anchor) * 4];
  const double y = t[0] / decoder.y_scale * a[2] + a[0], x = t[1] / decoder.x_scale * a[3] + a[1];
  const double h = std::exp(t[2] / decoder.h_scale) * a[2], w = std::exp(t[3] / decoder.w_scale) * a[3];
  return {y - h / 2, x - w / 2, y + h / 2, x + w / 2};
}

double Overlap(const Box& a, const Box& b) {
  const double height = std::min(a.y1, b.y1) - std::max(a.y0, b.y0);
  const double width = std::min(a.x1, b.x1) - std::max(a.x0, b.x0);
  if (height <= 0 || width <= 0) return 0;
  const double both = height * width;
  return both / ((a.y1 - a.y0) * (a.x1 - a.x0) + (b.y1 - b.y0) * (b.x1 - b.x0) - both);
}

struct Candidate {
  int64_t anchor;
  int64_t class_index;
  float score;
};

// Best first; those that overlap a kept one by more than the threshold go.
std::vector<Candidate> Suppress(const Postprocess& post, const std::vector<float>& encodings,
                                std::vector<Candidate> candidates, size_t most) {
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  std::vector<Candidate> kept;
  std::vector<Box> boxes;
  for (const Candidate& one : candidates) {
    if (kept.size() >= most) break;
    const Box box = DecodedBox(post.decoder, encodings, one.anchor);
    const bool free = std::none_of(boxes.begin(), boxes.end(), [&](const Box& other) {
      return Overlap(box, other) > post.suppressions.iou_threshold;
    });
    if (free) {
      kept.push_back(one);
      boxes.push_back(box);
    }
  }
  return kept;
}

float Clip(double value) { return static_cast<float>(std::clamp(value, 0.0, 1.0)); }

// Made-up heads: groups of boxes that overlap within a group, some reaching over the border; scores that all
// differ.
struct Heads {
  std::vector<float> encodings, scores;
};

Heads MakeHeads(const Postprocess& post, int64_t candidates, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> offset(0.0f, 1.0f);
  Heads heads;
  const int64_t anchors = post.decoder.anchor_count;
  heads.encodings.resize(static_cast<size_t>(anchors) * 4);
  for (float& number : heads.encodings) number = offset(random);
  heads.scores.assign(static_cast<size_t>(anchors * post.scores.columns), 0.0f);
  // Neighbouring anchors overlap; candidates come in runs of them. Everything else stays below any threshold.
  std::uniform_int_distribution<int64_t> any_anchor(0, anchors - 1), any_class(0, post.classes - 1);
  std::vector<float> levels(static_cast<size_t>(candidates));
  const float low = std::max(post.suppressions.score_threshold, 0.0f) + 0.01f;
  for (size_t i = 0; i < levels.size(); ++i) {
    levels[i] = low + (0.98f - low) * static_cast<float>(i + 1) / static_cast<float>(levels.size() + 1);
  }
  std::shuffle(levels.begin(), levels.end(), random);
  int64_t anchor = 0, class_index = 0;
  for (size_t i = 0; i < levels.size(); ++i) {
    if (i % 6 == 0) {
      anchor = any_anchor(random);
      class_index = any_class(random);
    }
    if (i % 6 == 5) class_index = any_class(random);
    anchor = (anchor + 1) % anchors;
    heads.scores[static_cast<size_t>(anchor * post.scores.columns + post.scores.first_class + class_index)] =
        levels[i];
  }
  return heads;
}

bool DependsOn(const std::unordered_set<const ir::Node*>& nodes, const std::vector<ir::Node*>& wanted) {
  return std::any_of(wanted.begin(), wanted.end(),
                     [&](const ir::Node* node) { return nodes.contains(node); });
}

// Results that come after a suppression, by their index.
std::vector<size_t> DetectionResults(const ir::Function& function, const Postprocess& post) {
  std::vector<size_t> indices;
  ir::Value* const sources[] = {post.decoder.encodings, post.scores.scores};
  for (size_t i = 0; i < function.result_count(); ++i) {
    ir::Value* const target[] = {function.result(i)};
    if (DependsOn(Between(sources, target), post.suppressions.nodes)) indices.push_back(i);
  }
  return indices;
}

std::vector<double> Numbers(const Tensor& tensor) {
  return tensor.ToDouble().value_or(std::vector<double>{});
}

// What the results of one experiment are, matched against the op's.
class Matcher {
 public:
  Matcher(Postprocess& post, const std::vector<Detection>& expected, const Values& values,
          const ir::Function& function)
      : post_(post), expected_(expected), values_(values), function_(function) {}

  // Finds the role of each result, or demands that those found before still hold.
  std::optional<std::string> Match(const std::vector<size_t>& results) {
    OutputRoles roles;
    for (const size_t index : results) {
      const Tensor& tensor = values_.at(function_.result(index));
      const int place = static_cast<int>(index);
      if (roles.boxes < 0 && IsBoxes(tensor))
        roles.boxes = place;
      else if (roles.scores < 0 && IsScores(tensor))
        roles.scores = place;
      else if (roles.count < 0 && IsCount(tensor))
        roles.count = place;
      else if (roles.classes < 0 && IsClasses(tensor, roles.first_class))
        roles.classes = place;
      else
        roles.others.push_back(place);
    }
    if (roles.boxes < 0)
      return "the boxes that its graph gives are not those that the detection op would give";
    if (roles.scores < 0)
      return "the scores that its graph gives are not those that the detection op would give";
    if (roles.classes < 0 && post_.classes > 1) {
      return "the classes that its graph gives are not those that the detection op would give";
    }
    post_.outputs = std::move(roles);
    return std::nullopt;
  }

 private:
  bool Near(double a, double b) const { return std::abs(a - b) <= 1e-4; }

  bool IsBoxes(const Tensor& tensor) const {
    if (tensor.elements() % 4 != 0 || tensor.elements() < static_cast<int64_t>(expected_.size()) * 4)
      return false;
    const std::vector<double> numbers = Numbers(tensor);
    if (tensor.rank() < 2 || tensor.dims().back() != 4) return false;
    for (size_t i = 0; i < expected_.size(); ++i) {
      for (size_t side = 0; side < 4; ++side) {
        if (!Near(std::clamp(numbers[i * 4 + side], 0.0, 1.0), expected_[i].box[side])) return false;
      }
    }
    return true;
  }
  bool IsScores(const Tensor& tensor) const {
    const std::vector<double> numbers = Numbers(tensor);
    if (numbers.size() < expected_.size() || tensor.dtype() != DType::kFloat32) return false;
    for (size_t i = 0; i < expected_.size(); ++i) {
      if (!Near(numbers[i], expected_[i].score)) return false;
    }
    return true;
  }
  bool IsClasses(const Tensor& tensor, int64_t& first_class) const {
    const std::vector<double> numbers = Numbers(tensor);
    if (numbers.size() < expected_.size() || numbers.empty()) return false;
    for (const int64_t first : {int64_t{0}, int64_t{1}}) {
      bool same = true;
      for (size_t i = 0; i < expected_.size() && same; ++i) {
        same = numbers[i] == static_cast<double>(expected_[i].class_index + first);
      }
      if (same) {
        first_class = first;
        return true;
      }
    }
    return false;
  }
  bool IsCount(const Tensor& tensor) const {
    const std::vector<double> numbers = Numbers(tensor);
    return numbers.size() == 1 && numbers[0] == static_cast<double>(expected_.size());
  }

  Postprocess& post_;
  const std::vector<Detection>& expected_;
  const Values& values_;
  const ir::Function& function_;
};

// How many rows the graph gives at most: the second to last dimension of a result [.., N, 4] behind the
// suppressions.
std::optional<int64_t> RowsOf(const ir::Function& function, const std::vector<size_t>& results) {
  for (const size_t index : results) {
    const Shape& shape = function.result(index)->type.shape;
    if (shape.ranked() && shape.rank() >= 2 && shape[shape.rank() - 1] == Dim(4) &&
        shape[shape.rank() - 2].known()) {
      return shape[shape.rank() - 2].value();
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<Detection> RunOpModel(const Postprocess& post, const std::vector<float>& encodings,
                                  const std::vector<float>& scores) {
  const size_t most = static_cast<size_t>(std::min(post.suppressions.per_class, post.max_detections));
  std::vector<Candidate> kept;
  if (post.regular) {
    for (int64_t c = 0; c < post.classes; ++c) {
      std::vector<Candidate> candidates;
      for (int64_t anchor = 0; anchor < post.decoder.anchor_count; ++anchor) {
        const float score =
            scores[static_cast<size_t>(anchor * post.scores.columns + post.scores.first_class + c)];
        if (score > post.suppressions.score_threshold && score > 0) candidates.push_back({anchor, c, score});
      }
      const auto best = Suppress(post, encodings, std::move(candidates), most);
      kept.insert(kept.end(), best.begin(), best.end());
    }
    std::stable_sort(kept.begin(), kept.end(),
                     [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  } else {
    std::vector<Candidate> candidates;
    for (int64_t anchor = 0; anchor < post.decoder.anchor_count; ++anchor) {
      const auto row = scores.begin() + anchor * post.scores.columns + post.scores.first_class;
      const auto best = std::max_element(row, row + post.classes);
      if (*best > post.suppressions.score_threshold && *best > 0)
        candidates.push_back({anchor, best - row, *best});
    }
    kept = Suppress(post, encodings, std::move(candidates), most);
  }
  if (kept.size() > static_cast<size_t>(post.max_detections))
    kept.resize(static_cast<size_t>(post.max_detections));
  std::vector<Detection> detections;
  for (const Candidate& one : kept) {
    const Box box = DecodedBox(post.decoder, encodings, one.anchor);
    Detection detection{{Clip(box.y0), Clip(box.x0), Clip(box.y1), Clip(box.x1)}, one.class_index, one.score};
    if (detection.box[0] < detection.box[2] && detection.box[1] < detection.box[3])
      detections.push_back(detection);
  }
  return detections;
}

std::optional<std::string> CompareWithOp(ir::Function& function, Postprocess& post, Context& context) {
  const std::vector<size_t> results = DetectionResults(function, post);
  if (results.empty()) return "no output comes from its suppressions";
  const auto rows = RowsOf(function, results);
  if (!rows || *rows < 1) return "the number of detections that it gives is not fixed";
  // With one suppression for all classes the op knows one limit only.
  post.max_detections = post.regular ? *rows : std::min(*rows, post.suppressions.per_class);

  std::vector<ir::Value*> targets;
  for (const size_t index : results) targets.push_back(function.result(index));
  OutputRoles roles;
  // Few candidates, then more than fit into the results.
  const int64_t experiments[] = {24,
                                 std::min<int64_t>(post.max_detections * 3, post.decoder.anchor_count / 2)};
  unsigned seed = 11;
  for (const int64_t candidates : experiments) {
    const Heads heads = MakeHeads(post, candidates, seed++);
    Values known;
    known.emplace(post.decoder.encodings,
                  Tensor::Of<float>(post.decoder.encodings->type.shape.known_dims(), heads.encodings));
    known.emplace(post.scores.scores,
                  Tensor::Of<float>(post.scores.scores->type.shape.known_dims(), heads.scores));
    const auto values = Compute(targets, std::move(known), context);
    if (!values) {
      return "its outputs depend on more than box encodings and class scores (a window that follows the "
             "picture's shape, masks, "
             "keypoints, or ops that are only known at run time)";
    }
    const std::vector<Detection> expected = RunOpModel(post, heads.encodings, heads.scores);
    if (auto reason = Matcher(post, expected, *values, function).Match(results)) return reason;
    if (seed > 12 && (roles.boxes != post.outputs.boxes || roles.scores != post.outputs.scores)) {
      return "its outputs cannot be told apart";
    }
    roles = post.outputs;
  }
  for (const int other : post.outputs.others) {
    const Shape& shape = function.result(static_cast<size_t>(other))->type.shape;
    if (shape.ranked() && shape.rank() > 3) {
      return fmt::format(
          "its output '{}' {} belongs to each detection, and the detection op has nothing like it",
          function.result_names.size() > static_cast<size_t>(other)
              ? function.result_names[static_cast<size_t>(other)]
              : function.result(static_cast<size_t>(other))->name,
          ToText(shape));
    }
  }
  return std::nullopt;
}

}  // namespace litesmith::detection
