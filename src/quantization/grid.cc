#include "quantization/grid.h"

#include <algorithm>
#include <cmath>

namespace litesmith::quantization {
namespace {

// Folding a batch norm into weights rounds twice, which moves a number by less than that part of a step.
constexpr float kTolerance = 1e-3f;

bool LiesOn(std::span<const float> values, float step, const GridSize& size) {
  float least = 0, most = 0;
  for (const float value : values) {
    const float steps = value / step, whole = std::round(steps);
    if (!(std::fabs(steps - whole) <= kTolerance)) return false;
    least = std::min(least, whole);
    most = std::max(most, whole);
  }
  return -least <= static_cast<float>(size.below) && most <= static_cast<float>(size.above) &&
         most - least <= static_cast<float>(size.all);
}

}  // namespace

std::optional<float> StepOf(std::span<const float> values, const GridSize& size) {
  float far = 0;
  for (const float value : values) {
    if (std::fabs(value) > std::fabs(far)) far = value;
  }
  if (far == 0 || !std::isfinite(far)) return std::nullopt;
  for (int steps = far < 0 ? size.below : size.above; steps > 0; --steps) {
    const float step = std::fabs(far) / static_cast<float>(steps);
    if (LiesOn(values, step, size)) return step;
  }
  return std::nullopt;
}

}  // namespace litesmith::quantization
