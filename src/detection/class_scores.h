// Where suppressions take their scores from, recognised by which element each of theirs is.
#pragma once

#include <optional>
#include <vector>

#include "detection/cuts.h"

namespace litesmith::detection {

struct ClassScores {
  ir::Value* scores = nullptr;  // A * columns numbers, row by row
  int64_t columns = 0;
  int64_t first_class = 0;         // columns before it belong to no suppression: the background
  std::vector<int64_t> column_of;  // for each suppression; empty if `agnostic`
  bool agnostic = false;           // one suppression, on the greatest of all classes' scores
};

// `per_suppression`: the scores operand of each suppression, A numbers each. The cut farthest from them is
// taken from which the scores are only picked (or maximised over), so that the slice that drops the
// background is part of it.
std::optional<ClassScores> FindClassScores(const std::vector<ir::Value*>& per_suppression,
                                           int64_t anchor_count, const Order& order, Context& context);

// The same for the one scores operand, [1, A, classes], of a combined suppression.
std::optional<ClassScores> FindCombinedScores(ir::Value* scores, int64_t anchor_count, const Order& order,
                                              Context& context);

}  // namespace litesmith::detection
