#include "kernels/reference/spread.h"

#include <algorithm>

#include "base/checked.h"
#include "kernels/reference/movement.h"

namespace litesmith::reference {
namespace {

constexpr int64_t kWidest = int64_t{1} << 60;  // of a margin; sums of them stay in range

}  // namespace

std::optional<Dims> Spread::Apply(const Dims& dims) const {
  if (low.size() != dims.size() || high.size() != dims.size() || steps.size() != dims.size())
    return std::nullopt;
  Dims result;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (steps[i] < 1 || std::min(low[i], high[i]) < -kWidest) return std::nullopt;
    const auto span = CheckedMul(std::max<int64_t>(dims[i] - 1, 0), steps[i]);
    const auto ends = CheckedAdd(low[i], high[i]);
    const auto own = span ? CheckedAdd<int64_t>(*span, dims[i] > 0 ? 1 : 0) : std::nullopt;
    const auto all = own && ends ? CheckedAdd(*own, *ends) : std::nullopt;
    if (!all) return std::nullopt;
    result.push_back(std::max<int64_t>(*all, 0));
  }
  if (!CheckedProduct(result)) return std::nullopt;
  return result;
}

void Spread::Copy(const Dims& dims, const std::byte* from, const std::byte* value, std::byte* to,
                  size_t width) const {
  const auto applied = Apply(dims);
  if (!applied || ElementsOf(*applied) == 0) return;
  CopyStrided(value, to, width, {{ElementsOf(*applied), 0, 1}});
  const std::vector<int64_t> inner = Strides(dims), outer = Strides(*applied);
  std::vector<CopyAxis> axes;
  int64_t source = 0, target = 0;
  for (size_t i = 0; i < dims.size(); ++i) {
    // Elements k with 0 <= low + k * step < size of the result.
    const int64_t first = low[i] >= 0 ? 0 : (-low[i] + steps[i] - 1) / steps[i];
    const int64_t room = (*applied)[i] - 1 - low[i];
    const int64_t end = room < 0 ? 0 : std::min(room / steps[i] + 1, dims[i]);
    if (end <= first) return;
    source += first * inner[i];
    target += (low[i] + first * steps[i]) * outer[i];
    axes.push_back({end - first, inner[i], end - first > 1 ? steps[i] * outer[i] : 0});
  }
  const auto bytes = static_cast<int64_t>(width);
  CopyStrided(from + source * bytes, to + target * bytes, width, axes);
}

}  // namespace litesmith::reference
