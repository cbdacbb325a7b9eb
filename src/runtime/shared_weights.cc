#include "runtime/shared_weights.h"

#include <algorithm>
#include <map>

#include "base/usable_memory.h"
#include "runtime/fold.h"
#include "tfl/ops.h"
#include "tfl/sparse.h"

namespace litesmith::runtime {
namespace {

// Of one module, so that a small file cannot fill the memory before it runs: one constant may feed many
// nodes.
constexpr size_t kMaxWidenedBytes = size_t{8} << 30;
constexpr size_t kMaxFoldedBytes = size_t{256} << 20;

size_t MostWidened(const Limits& limits, size_t kept) {
  const size_t most = std::min(kMaxWidenedBytes, UsableMemory() / 4);
  return std::min(static_cast<size_t>(limits.max_tensor_bytes), most - std::min(kept, most));
}

// Results of ordinary ops are kept only while they are small against what they are made from, or small at
// all: a broadcast is cheaper to compute again than to keep. `kept` bytes are kept already.
size_t MaxResultBytes(const ir::Node& node, const std::vector<const Tensor*>& operands, const Limits& limits,
                      size_t kept) {
  if (node.Is(tfl::DEQUANTIZE)) return MostWidened(limits, kept);
  if (kept > kMaxFoldedBytes) return 0;
  size_t given = 0;
  for (const Tensor* tensor : operands) given += tensor != nullptr ? tensor->bytes().size() : 0;
  return std::min(limits.max_fold_bytes, std::max(given * 4, size_t{1} << 16));
}

}  // namespace

std::shared_ptr<SharedWeights> SharedWeights::Of(std::shared_ptr<const ir::Module> module) {
  // An entry that is alive keeps its module alive, so an address found here is no other module's.
  static std::mutex mutex;
  static auto* known = new std::map<const ir::Module*, std::weak_ptr<SharedWeights>>;
  std::lock_guard lock(mutex);
  std::erase_if(*known, [](const auto& entry) { return entry.second.expired(); });
  auto& entry = (*known)[module.get()];
  auto shared = entry.lock();
  if (shared == nullptr) {
    shared = std::make_shared<SharedWeights>(std::move(module));
    entry = shared;
  }
  return shared;
}

void SharedWeights::FoldConstants(const ir::Function& function, Context& context) {
  std::lock_guard lock(mutex_);
  if (!done_.insert(&function).second) return;
  for (const ir::Node& node : function.nodes()) {
    if (context.is_cancelled()) return;
    if (node.Is(tfl::kSparseConstant)) {
      AddDense(node, context.limits);
      continue;
    }
    std::vector<const Tensor*> operands;
    bool constant = node.operand_count() > 0;
    for (size_t i = 0; i < node.operand_count() && constant; ++i) {
      const ir::Value* value = node.operand(i);
      operands.push_back(value != nullptr ? Known(*value) : nullptr);
      constant = value == nullptr || operands.back() != nullptr;
    }
    if (!constant) continue;
    if (node.Is(tfl::DENSIFY) && node.output_count() == 1 && operands.size() == 1 && operands[0] != nullptr) {
      folded_.emplace(node.output(), *operands[0]);  // what it reads is dense here
      continue;
    }
    auto results =
        EvaluateConstant(node, operands, MaxResultBytes(node, operands, context.limits, kept_), context);
    if (!results) continue;
    for (const Tensor& result : *results) kept_ += result.bytes().size();
    for (size_t i = 0; i < results->size(); ++i) folded_.emplace(node.output(i), std::move((*results)[i]));
  }
}

void SharedWeights::AddDense(const ir::Node& node, const Limits& limits) {
  const Shape& shape = node.output()->type.shape;
  const auto elements = shape.elements();
  const auto bytes = elements ? BytesOf(node.output()->type.dtype, *elements) : std::nullopt;
  if (!bytes || *bytes > MostWidened(limits, kept_)) return;
  kept_ += *bytes;
  folded_.emplace(node.output(), tfl::DenseTensor(node));
}

const Tensor* SharedWeights::Known(const ir::Value& value) const {
  if (const Tensor* tensor = value.constant()) return tensor;
  const auto found = folded_.find(&value);
  return found != folded_.end() ? &found->second : nullptr;
}

const Tensor* SharedWeights::ConstantOf(const ir::Value& value) const {
  if (const Tensor* tensor = value.constant()) return tensor;
  std::lock_guard lock(mutex_);
  return Known(value);
}

}  // namespace litesmith::runtime
