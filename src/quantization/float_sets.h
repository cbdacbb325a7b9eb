// Which ops to leave in float so that most noise goes for least work.
#pragma once

#include <vector>

#include "ir/module.h"

namespace litesmith::quantization {

// What rounding costs the model's results, and the ops that must all be in float for it not to happen: a
// tensor is rounded as long as one op that makes or reads it computes in integers.
struct NoiseSource {
  double power = 0;  // mean square; noises of different sources add up
  std::vector<const ir::Node*> ops;
};

struct OpCost {
  const ir::Node* op;
  double cost;  // > 0
};

// Sets of ops, each holding the one before it, from the best bargain to all ops of `costs`. Each takes the
// most noise away that its cost can take: with a price on cost, the best set is a closure of greatest weight
// (each source asks for its ops), which is a minimum cut (Picard 1976, "Maximal closure of a graph"); the
// price goes down from set to set. Ops that stand in no source come last.
std::vector<std::vector<const ir::Node*>> BestFloatSets(const std::vector<NoiseSource>& sources,
                                                        const std::vector<OpCost>& costs);

}  // namespace litesmith::quantization
