#include "kernels/simd/registry.h"

#include <map>
#include <vector>

namespace litesmith {
namespace {

using Table = std::map<std::string_view, std::vector<FastKernel>>;

// Each family of kernels adds its variants here, best first.
Table MakeTable() { return {}; }

}  // namespace

std::span<const FastKernel> FastKernelsFor(std::string_view op) {
  static const Table table = MakeTable();
  const auto found = table.find(op);
  if (found == table.end()) return {};
  return found->second;
}

}  // namespace litesmith
