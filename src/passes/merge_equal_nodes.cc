// Two nodes with the same op, operands and attributes compute the same: the later one goes. Constants with
// the same content are equal nodes too, so weights that a graph holds twice are stored once.
#include <unordered_map>

#include "passes/identities.h"
#include "passes/passes.h"

namespace litesmith::passes {
namespace {

bool SameAttribute(const Attribute& a, const Attribute& b) {
  if (a.index() != b.index()) return false;
  return std::visit(
      [&]<class T>(const T& left) {
        const T& right = std::get<T>(b);
        if constexpr (std::is_same_v<T, Tensor>) {
          return SameTensor(left, right);
        } else {
          return left == right;
        }
      },
      a);
}

bool SameNode(const ir::Node& a, const ir::Node& b) {
  if (&a.op() != &b.op() || a.operand_count() != b.operand_count() || a.output_count() != b.output_count() ||
      a.attributes.size() != b.attributes.size()) {
    return false;
  }
  for (size_t i = 0; i < a.operand_count(); ++i) {
    if (a.operand(i) != b.operand(i)) return false;
  }
  for (size_t i = 0; i < a.output_count(); ++i) {
    const ir::Type &left = a.output(i)->type, &right = b.output(i)->type;
    if (left.dtype != right.dtype || left.shape != right.shape || left.quantization != right.quantization)
      return false;
  }
  auto other = b.attributes.begin();
  for (const auto& [name, value] : a.attributes) {
    if (name != other->first || !SameAttribute(value, other->second)) return false;
    ++other;
  }
  return true;
}

uint64_t HashOfNode(const ir::Node& node) {
  uint64_t hash = reinterpret_cast<uintptr_t>(&node.op());
  const auto mix = [&](uint64_t word) { hash = (hash ^ word) * 0x9e3779b97f4a7c15u; };
  for (size_t i = 0; i < node.operand_count(); ++i) mix(reinterpret_cast<uintptr_t>(node.operand(i)));
  if (const Tensor* tensor = node.output_count() > 0 ? node.output()->constant() : nullptr)
    mix(HashOf(*tensor));
  return hash ^ hash >> 32;
}

}  // namespace

Result<Changed> MergeEqualNodes(Module& module, PassContext&) {
  bool changed = false;
  for (const auto& function : module.functions()) {
    std::unordered_multimap<uint64_t, ir::Node*> seen;
    for (ir::Node& node : function->nodes()) {
      if (node.op().Has(ir::kNotPure) || node.op().Has(ir::kSideEffect) || node.op().Has(ir::kCalls))
        continue;
      const uint64_t hash = HashOfNode(node);
      ir::Node* equal = nullptr;
      const auto [first, last] = seen.equal_range(hash);
      for (auto entry = first; entry != last && equal == nullptr; ++entry) {
        if (SameNode(*entry->second, node)) equal = entry->second;
      }
      if (equal == nullptr) {
        seen.emplace(hash, &node);
        continue;
      }
      for (size_t i = 0; i < node.output_count(); ++i) ReplaceBySame(*node.output(i), *equal->output(i));
      function->Erase(&node);
      changed = true;
    }
  }
  return changed ? Changed::kYes : Changed::kNo;
}

}  // namespace litesmith::passes
