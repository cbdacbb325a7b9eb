#include "detection/class_scores.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace litesmith::detection {
namespace {

std::optional<std::vector<std::vector<float>>> Probe(const ir::Value* cut,
                                                     const std::vector<ir::Value*>& targets,
                                                     const std::vector<float>& numbers, Context& context) {
  Values known;
  known.emplace(cut, Tensor::Of<float>(cut->type.shape.known_dims(), numbers));
  const auto values = Compute(targets, std::move(known), context);
  if (!values) return std::nullopt;
  std::vector<std::vector<float>> results;
  for (const ir::Value* target : targets) {
    const Tensor& result = values->at(target);
    if (result.dtype() != DType::kFloat32) return std::nullopt;
    const auto data = result.data<float>();
    results.emplace_back(data.begin(), data.end());
  }
  return results;
}

// For each target the elements of the cut that its elements are; empty if they are not just picked. The cut
// is fed with rows, then with columns: float32 counts exactly to 2^24 only, which their product may exceed.
std::optional<std::vector<std::vector<int64_t>>> Origins(ir::Value* cut,
                                                         const std::vector<ir::Value*>& targets,
                                                         int64_t columns, Context& context) {
  const auto elements = static_cast<size_t>(*cut->type.shape.elements());
  const auto width = static_cast<size_t>(columns);
  if (elements / width >= size_t{1} << 24 || width >= size_t{1} << 24) return std::nullopt;
  std::vector<float> row(elements), column(elements);
  for (size_t i = 0; i < elements; ++i) {
    row[i] = static_cast<float>(i / width);
    column[i] = static_cast<float>(i % width);
  }
  const auto rows = Probe(cut, targets, row, context), columns_seen = Probe(cut, targets, column, context);
  if (!rows || !columns_seen) return std::nullopt;
  std::vector<std::vector<int64_t>> origins(targets.size());
  for (size_t t = 0; t < targets.size(); ++t) {
    for (size_t i = 0; i < (*rows)[t].size(); ++i) {
      const float r = (*rows)[t][i], c = (*columns_seen)[t][i];
      if (!(r >= 0 && r < static_cast<float>(elements / width) && c >= 0 && c < static_cast<float>(width)) ||
          r != std::floor(r) || c != std::floor(c))
        return std::nullopt;
      origins[t].push_back(static_cast<int64_t>(r) * columns + static_cast<int64_t>(c));
    }
  }
  return origins;
}

// Each suppression's scores are one column.
std::optional<ClassScores> PickedAt(ir::Value* cut, const std::vector<ir::Value*>& targets, int64_t anchors,
                                    Context& context) {
  const int64_t columns = *cut->type.shape.elements() / anchors;
  const auto origins = Origins(cut, targets, columns, context);
  if (!origins) return std::nullopt;
  ClassScores scores;
  scores.scores = cut;
  scores.columns = columns;
  for (const std::vector<int64_t>& one : *origins) {
    if (static_cast<int64_t>(one.size()) != anchors || one[0] >= columns) return std::nullopt;
    for (int64_t i = 0; i < anchors; ++i) {
      if (one[static_cast<size_t>(i)] != i * columns + one[0]) return std::nullopt;
    }
    scores.column_of.push_back(one[0]);
  }
  scores.first_class = *std::min_element(scores.column_of.begin(), scores.column_of.end());
  return scores;
}

// One suppression on the greatest score of each anchor, from column `first` on.
std::optional<ClassScores> GreatestAt(ir::Value* cut, const std::vector<ir::Value*>& targets, int64_t anchors,
                                      Context& context) {
  if (targets.size() != 1) return std::nullopt;
  const int64_t elements = *cut->type.shape.elements(), columns = elements / anchors;
  std::mt19937 random(2);
  std::uniform_real_distribution<float> any(0.0f, 1.0f);
  std::vector<float> numbers(static_cast<size_t>(elements));
  for (float& number : numbers) number = any(random);
  const auto seen = Probe(cut, targets, numbers, context);
  if (!seen || static_cast<int64_t>((*seen)[0].size()) != anchors) return std::nullopt;
  for (int64_t first = 0; first < std::min<int64_t>(columns, 2); ++first) {
    bool same = true;
    for (int64_t i = 0; i < anchors && same; ++i) {
      const auto row = numbers.begin() + i * columns;
      same = (*seen)[0][static_cast<size_t>(i)] == *std::max_element(row + first, row + columns);
    }
    if (!same || columns - first < 2) continue;  // of one class it is the class's own score
    ClassScores scores;
    scores.scores = cut;
    scores.columns = columns;
    scores.first_class = first;
    scores.agnostic = true;
    return scores;
  }
  return std::nullopt;
}

// All columns from `first_class` on, in order.
std::optional<ClassScores> BlockAt(ir::Value* cut, ir::Value* target, int64_t anchors, Context& context) {
  const int64_t columns = *cut->type.shape.elements() / anchors;
  const int64_t classes = *target->type.shape.elements() / anchors;
  if (classes > columns) return std::nullopt;
  const auto origins = Origins(cut, {target}, columns, context);
  if (!origins || static_cast<int64_t>((*origins)[0].size()) != anchors * classes) return std::nullopt;
  for (int64_t i = 0; i < anchors * classes; ++i) {
    const int64_t expected = i / classes * columns + columns - classes + i % classes;
    if ((*origins)[0][static_cast<size_t>(i)] != expected) return std::nullopt;
  }
  ClassScores scores;
  scores.scores = cut;
  scores.columns = columns;
  scores.first_class = columns - classes;
  return scores;
}

}  // namespace

std::optional<ClassScores> FindCombinedScores(ir::Value* scores, int64_t anchor_count, const Order& order,
                                              Context& context) {
  const auto elements = scores->type.shape.elements();
  if (!elements || *elements == 0 || *elements % anchor_count != 0) return std::nullopt;
  ir::Value* const targets[] = {scores};
  const auto fits = [&](const ir::Value& value) {
    const auto count = value.type.shape.elements();
    return value.type.dtype == DType::kFloat32 && count && *count > 0 && *count % anchor_count == 0;
  };
  std::optional<ClassScores> found;
  for (ir::Value* cut : SingleCuts(targets, order, [&](const ir::Value& value) { return !fits(value); })) {
    auto block = BlockAt(cut, scores, anchor_count, context);
    if (!block) break;
    found = std::move(block);
  }
  return found;
}

std::optional<ClassScores> FindClassScores(const std::vector<ir::Value*>& per_suppression,
                                           int64_t anchor_count, const Order& order, Context& context) {
  size_t others = 0;
  const auto fits = [&](const ir::Value& value) {
    const auto elements = value.type.shape.elements();
    return value.type.dtype == DType::kFloat32 && elements && *elements > 0 && *elements % anchor_count == 0;
  };
  const auto cuts = SingleCuts(per_suppression, order, [&](const ir::Value& value) {
    others = fits(value) ? 0 : others + 1;
    return others > 4;
  });
  std::optional<ClassScores> found;
  for (ir::Value* cut : cuts) {
    if (!fits(*cut)) {
      if (found) break;
      continue;
    }
    // The greatest of a row of rising numbers is its last one: with one suppression that is asked first.
    auto scores = GreatestAt(cut, per_suppression, anchor_count, context);
    if (!scores) scores = PickedAt(cut, per_suppression, anchor_count, context);
    if (!scores && found) break;
    if (scores) found = std::move(scores);
  }
  return found;
}

}  // namespace litesmith::detection
