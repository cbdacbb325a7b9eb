#include "kernels/reference/broadcast.h"

#include <algorithm>

namespace litesmith {
namespace {

int64_t FromRight(const Dims& dims, size_t place) {
  return place < dims.size() ? dims[dims.size() - 1 - place] : 1;
}

}  // namespace

Result<Dims> BroadcastDims(PrepareContext& context, const Dims& a, const Dims& b) {
  Dims result(std::max(a.size(), b.size()));
  for (size_t place = 0; place < result.size(); ++place) {
    const int64_t x = FromRight(a, place), y = FromRight(b, place);
    if (x != y && x != 1 && y != 1) {
      return context.Mismatch("shapes {} and {} do not fit together: dimensions that differ must be 1",
                              ToText(a), ToText(b));
    }
    result[result.size() - 1 - place] = x == 1 ? y : x;
  }
  return result;
}

Broadcast Broadcast::Of(const Dims& a, const Dims& b) {
  // From the innermost outwards: runs of dimensions in which both, only a, or only b advance.
  struct Run {
    int64_t size;
    bool a, b;
  };
  std::vector<Run> runs;
  Broadcast plan;
  // Nothing to do; and sizes beside a 0 may multiply to anything.
  if (std::count(a.begin(), a.end(), 0) > 0 || std::count(b.begin(), b.end(), 0) > 0) return plan;
  for (size_t place = 0; place < std::max(a.size(), b.size()); ++place) {
    const int64_t x = FromRight(a, place), y = FromRight(b, place);
    if (x == 1 && y == 1) continue;
    const Run run{std::max(x, y), x != 1, y != 1};
    if (!runs.empty() && runs.back().a == run.a && runs.back().b == run.b) {
      runs.back().size *= run.size;
    } else {
      runs.push_back(run);
    }
  }
  if (runs.empty()) runs.push_back({1, true, true});
  plan.count = runs[0].size;
  plan.a_step = runs[0].a ? 1 : 0;
  plan.b_step = runs[0].b ? 1 : 0;
  int64_t a_size = runs[0].a ? runs[0].size : 1;
  int64_t b_size = runs[0].b ? runs[0].size : 1;
  for (size_t i = 1; i < runs.size(); ++i) {
    plan.dims.insert(plan.dims.begin(), runs[i].size);
    plan.a_strides.insert(plan.a_strides.begin(), runs[i].a ? a_size : 0);
    plan.b_strides.insert(plan.b_strides.begin(), runs[i].b ? b_size : 0);
    if (runs[i].a) a_size *= runs[i].size;
    if (runs[i].b) b_size *= runs[i].size;
  }
  return plan;
}

}  // namespace litesmith
