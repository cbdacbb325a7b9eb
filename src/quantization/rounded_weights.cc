#include "quantization/rounded_weights.h"

#include <algorithm>
#include <atomic>
#include <tuple>

#include "quantization/rounding.h"
#include "quantization/rules.h"
#include "tfl/ops.h"

namespace litesmith::quantization {

namespace {

// The kernel of dense layers takes blockwise weights of 4 bits beside float32 inputs. Where XNNPACK does not
// run it, LiteRT 2.3 forgets the fused activation.
bool TakesBlocks(const ir::Node& node, const Tensor& weights) {
  return node.Is(tfl::FULLY_CONNECTED) && node.attributes.Int("weights_format") == 0 &&
         node.attributes.Int("fused_activation_function") == 0 && weights.rank() == 2 &&
         weights.dims()[1] > 0 && weights.dims()[1] % kBlock == 0;
}

}  // namespace

Result<RoundedWeights> RoundedWeights::Make(const ir::Module& module, int bits,
                                            const PatchCollection* patches, int threads, Context& context) {
  RoundedWeights made;
  made.RoundToNearest(module, bits);
  if (patches == nullptr) return made;
  const auto groups = made.Groups();
  // One after the other from a common pile: widths, and with them times, differ by orders of magnitude.
  std::atomic<size_t> next = 0;
  const auto work = [&](int64_t begin, int64_t end, int) {
    for (; begin < end; ++begin) {
      for (size_t i = next++; i < groups.size() && !context.is_cancelled(); i = next++)
        made.RoundGroup(groups[i], bits, *patches);
    }
  };
  const std::unique_ptr<Threads> pool = MakeThreadPool(std::max(threads, 1));
  pool->ParallelFor(pool->count(), 1, work);
  if (context.is_cancelled()) return kFailed;
  return made;
}

void RoundedWeights::RoundToNearest(const ir::Module& module, int bits) {
  std::map<std::tuple<const std::byte*, Dims, int, bool>, size_t> known;
  for (const auto& function : module.functions()) {
    for (const ir::Node& node : function->nodes()) {
      const Rule* rule = RuleOf(node, Mode::kInt8);
      if (rule == nullptr || rule->operand_role(1) != Role::kWeights) continue;
      const Tensor* weights = node.constant_operand(1);
      if (weights == nullptr || weights->dtype() != DType::kFloat32 || weights->elements() == 0) continue;
      const int axis = rule->weights_axis(1);
      const bool blockwise = bits == 4 && TakesBlocks(node, *weights);
      const auto [entry, added] =
          known.try_emplace({weights->bytes().data(), weights->dims(), axis, blockwise}, entries_.size());
      if (added)
        entries_.push_back(
            {weights, {}, blockwise ? QuantizeBlocks(*weights) : QuantizeWeights(*weights, axis, bits)});
      entries_[entry->second].nodes.push_back(&node);
      entry_of_[&node] = entry->second;
    }
  }
}

// Entries that round to the same integers belong together: so do the convolutions that a feature pyramid
// shares among its levels, each folded with a batch norm of its own.
std::vector<std::vector<size_t>> RoundedWeights::Groups() const {
  std::vector<std::vector<size_t>> groups;
  std::unordered_map<uint64_t, std::vector<size_t>> by_hash;  // groups
  for (size_t i = 0; i < entries_.size(); ++i) {
    auto& candidates = by_hash[HashOf(entries_[i].rounded.values)];
    const auto same = [&](size_t group) {
      const Entry& first = entries_[groups[group][0]];
      return SameTensor(first.rounded.values, entries_[i].rounded.values) &&
             &first.nodes[0]->op() == &entries_[i].nodes[0]->op();
    };
    const auto found = std::find_if(candidates.begin(), candidates.end(), same);
    if (found != candidates.end()) {
      groups[*found].push_back(i);
    } else {
      candidates.push_back(groups.size());
      groups.push_back({i});
    }
  }
  return groups;
}

void RoundedWeights::RoundGroup(const std::vector<size_t>& group, int bits, const PatchCollection& patches) {
  std::vector<const Patches*> inputs;
  for (const size_t member : group) {
    for (const ir::Node* node : entries_[member].nodes) inputs.push_back(patches.Find(*node));
  }
  Entry& first = entries_[group[0]];
  if (first.rounded.exact) return;
  RoundByMoments(*first.weights, inputs, bits, first.rounded);
  for (const size_t member : group) entries_[member].rounded.values = first.rounded.values;
}

const QuantizedConstant* RoundedWeights::Find(const ir::Node& node) const {
  const auto found = entry_of_.find(&node);
  return found != entry_of_.end() ? &entries_[found->second].rounded : nullptr;
}

}  // namespace litesmith::quantization
