#include "kernels/simd/registry.h"

#include <map>
#include <vector>

#include "kernels/simd/kernels.h"

namespace litesmith {
namespace {

using Table = std::map<std::string_view, std::vector<FastKernel>>;

// Each family of kernels adds its variants here, best first.
Table MakeTable() {
  Table table;
  for (const FastKernel* kernel :
       {&simd::kConv2DF32Avx2, &simd::kDepthwiseConv2DF32Avx2, &simd::kConv2DI8Avx2,
        &simd::kDepthwiseConv2DI8, &simd::kFullyConnectedF32Avx2, &simd::kFullyConnectedI8Avx2}) {
    table[kernel->op].push_back(*kernel);
  }
  for (const FastKernel& kernel : simd::kElementwiseI8) table[kernel.op].push_back(kernel);
  return table;
}

}  // namespace

std::span<const FastKernel> FastKernelsFor(std::string_view op) {
  static const Table table = MakeTable();
  const auto found = table.find(op);
  if (found == table.end()) return {};
  return found->second;
}

}  // namespace litesmith
