#include "kernels/reference/combiner.h"

#include <utility>

namespace litesmith::reference {

std::optional<Combiner> CombinerOfOp(std::string_view op) {
  constexpr std::pair<std::string_view, Combiner> kKnown[] = {
      {"", Combiner::kReplace},
      {"ADD", Combiner::kAdd},
      {"STABLEHLO_ADD", Combiner::kAdd},
      {"MUL", Combiner::kMultiply},
      {"STABLEHLO_MULTIPLY", Combiner::kMultiply},
      {"MINIMUM", Combiner::kMinimum},
      {"STABLEHLO_MINIMUM", Combiner::kMinimum},
      {"MAXIMUM", Combiner::kMaximum},
      {"STABLEHLO_MAXIMUM", Combiner::kMaximum},
      {"LOGICAL_AND", Combiner::kAnd},
      {"STABLEHLO_AND", Combiner::kAnd},
      {"LOGICAL_OR", Combiner::kOr},
      {"STABLEHLO_OR", Combiner::kOr},
  };
  for (const auto& [name, combiner] : kKnown) {
    if (name == op) return combiner;
  }
  return std::nullopt;
}

}  // namespace litesmith::reference
