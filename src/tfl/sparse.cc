#include "tfl/sparse.h"

#include <cstring>

#include "base/check.h"
#include "base/finding.h"
#include "tfl/ops.h"

namespace litesmith::tfl {
namespace {

struct Level {
  int64_t dense_size = -1;  // -1: sparse
  std::vector<int64_t> segments, indices;
  int64_t stride = 0;  // elements of the dense tensor from one index of this level to the next
};

// Each level's stride: that of its dimension times the block along it, or for the level of a block the
// dimension's own.
std::vector<Level> LevelsOf(const ir::Node& node, const Dims& dims) {
  const auto order = node.attributes.Ints("traversal_order"), block_map = node.attributes.Ints("block_map");
  const auto dense_sizes = node.attributes.Ints("dense_sizes");
  const size_t rank = dims.size();
  LS_CHECK(order.size() == rank + block_map.size() && dense_sizes.size() == order.size());
  std::vector<int64_t> strides(rank + block_map.size(), 1);
  for (size_t axis = rank; axis-- > 1;) strides[axis - 1] = strides[axis] * dims[axis];
  for (size_t level = 0; level < order.size(); ++level) {
    const auto dimension = static_cast<size_t>(order[level]);
    if (dimension < rank) continue;
    const auto outer = static_cast<size_t>(block_map[dimension - rank]);
    strides[dimension] = strides[outer];
    strides[outer] *= dense_sizes[level];
  }
  std::vector<Level> levels(order.size());
  for (size_t level = 0; level < levels.size(); ++level) {
    levels[level].dense_size = dense_sizes[level];
    levels[level].stride = strides[static_cast<size_t>(order[level])];
    levels[level].segments = node.attributes.Ints("segments_" + std::to_string(level));
    levels[level].indices = node.attributes.Ints("indices_" + std::to_string(level));
  }
  return levels;
}

// Where in the dense tensor each stored value goes, level by level.
std::vector<int64_t> PlacesOf(const std::vector<Level>& levels) {
  std::vector<int64_t> places = {0};
  for (const Level& level : levels) {
    std::vector<int64_t> next;
    for (size_t parent = 0; parent < places.size(); ++parent) {
      if (level.dense_size >= 0) {
        for (int64_t i = 0; i < level.dense_size; ++i) next.push_back(places[parent] + i * level.stride);
        continue;
      }
      LS_CHECK(parent + 1 < level.segments.size());
      for (int64_t i = level.segments[parent]; i < level.segments[parent + 1]; ++i) {
        next.push_back(places[parent] + level.indices[static_cast<size_t>(i)] * level.stride);
      }
    }
    places = std::move(next);
  }
  return places;
}

void Put(const std::byte* from, int64_t from_index, std::byte* to, int64_t to_index, int bits) {
  if (bits >= 8) {
    const auto size = static_cast<size_t>(bits / 8);
    std::memcpy(to + static_cast<size_t>(to_index) * size, from + static_cast<size_t>(from_index) * size,
                size);
    return;
  }
  const int per_byte = 8 / bits;
  const auto mask = static_cast<uint8_t>((1 << bits) - 1);
  const auto packed = static_cast<uint8_t>(from[from_index / per_byte]);
  const auto value = static_cast<uint8_t>((packed >> (from_index % per_byte * bits)) & mask);
  to[to_index / per_byte] |= static_cast<std::byte>(value << (to_index % per_byte * bits));
}

}  // namespace

Tensor DenseTensor(const ir::Node& node) {
  LS_CHECK(node.Is(kSparseConstant));
  const ir::Type& type = node.output()->type;
  const Dims dims = type.shape.known_dims();
  const auto* values = node.attributes.FindAs<Tensor>("values");
  LS_CHECK(values != nullptr);
  const std::vector<int64_t> places = PlacesOf(LevelsOf(node, dims));
  LS_CHECK(static_cast<int64_t>(places.size()) == values->elements());
  Tensor dense = Tensor::Zeros(type.dtype, dims);
  std::byte* to = dense.mutable_bytes().data();
  for (size_t i = 0; i < places.size(); ++i) {
    Put(values->bytes().data(), static_cast<int64_t>(i), to, places[i], BitsOf(type.dtype));
  }
  return dense;
}

Result<bool> ExpandSparseConstants(ir::Module& module, Context& context) {
  bool changed = false;
  for (const auto& function : module.functions()) {
    for (ir::Node& node : function->nodes()) {
      if (node.Is(DENSIFY) && node.operand(0) != nullptr && node.operand(0)->constant() != nullptr) {
        node.output()->ReplaceAllUsesWith(node.operand(0));
        function->Erase(&node);
        changed = true;
        continue;
      }
      if (!node.Is(kSparseConstant)) continue;
      const ir::Type& type = node.output()->type;
      const auto elements = type.shape.elements();
      const auto bytes = elements ? BytesOf(type.dtype, *elements) : std::nullopt;
      if (!bytes || *bytes > static_cast<size_t>(context.limits.max_tensor_bytes)) {
        return context.findings.Report(
            Finding(Code::kLimitExceeded)
                .Node(node.name)
                .Headline("the sparse constant '{}' is too large to expand", node.name)
                .Cause("its shape is {}", ToText(type.shape))
                .Fix("check where the file comes from"));
      }
      ir::Value* dense = ir::Builder(node).Constant(DenseTensor(node), node.output()->name);
      dense->type.quantization = type.quantization;
      dense->source_tensor = node.output()->source_tensor;
      node.output()->ReplaceAllUsesWith(dense);
      function->Erase(&node);
      changed = true;
    }
  }
  return changed;
}

}  // namespace litesmith::tfl
