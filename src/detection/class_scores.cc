#include "detection/class_scores.h"

#include <algorithm>
#include <numeric>
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

// Each suppression's scores are one column: fed with its own index, every element tells where it came from.
// float32 counts exactly to 2^24, which bounds the elements.
std::optional<ClassScores> PickedAt(ir::Value* cut, const std::vector<ir::Value*>& targets, int64_t anchors,
                                    Context& context) {
  const int64_t elements = *cut->type.shape.elements(), columns = elements / anchors;
  if (elements >= int64_t{1} << 24) return std::nullopt;
  std::vector<float> indices(static_cast<size_t>(elements));
  std::iota(indices.begin(), indices.end(), 0.0f);
  const auto seen = Probe(cut, targets, indices, context);
  if (!seen) return std::nullopt;
  ClassScores scores;
  scores.scores = cut;
  scores.columns = columns;
  for (const std::vector<float>& one : *seen) {
    if (static_cast<int64_t>(one.size()) != anchors) return std::nullopt;
    const int64_t column = static_cast<int64_t>(one[0]);
    if (column < 0 || column >= columns) return std::nullopt;
    for (int64_t i = 0; i < anchors; ++i) {
      if (one[static_cast<size_t>(i)] != static_cast<float>(i * columns + column)) return std::nullopt;
    }
    scores.column_of.push_back(column);
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
  const int64_t elements = *cut->type.shape.elements(), columns = elements / anchors;
  const int64_t classes = *target->type.shape.elements() / anchors;
  if (elements >= int64_t{1} << 24 || classes > columns) return std::nullopt;
  std::vector<float> indices(static_cast<size_t>(elements));
  std::iota(indices.begin(), indices.end(), 0.0f);
  const auto seen = Probe(cut, {target}, indices, context);
  if (!seen || static_cast<int64_t>((*seen)[0].size()) != anchors * classes) return std::nullopt;
  for (int64_t i = 0; i < anchors * classes; ++i) {
    const int64_t expected = i / classes * columns + columns - classes + i % classes;
    if ((*seen)[0][static_cast<size_t>(i)] != static_cast<float>(expected)) return std::nullopt;
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
