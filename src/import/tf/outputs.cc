#include "import/tf/outputs.h"

#include <algorithm>

namespace litesmith::import_tf {

Result<NodeOp> FindNodeOp(Source& source, std::string_view op) {
  NodeOp found;
  if (source.HasFunction(op)) {
    LS_TRY(const LibraryFunction* function, source.Function(op));
    found.op = tf::FindOp("PartitionedCall");
    found.definition = &function->definition.signature;
    found.is_call = true;
    return found;
  }
  found.op = tf::FindOp(op);
  if (found.op == nullptr) {
    LS_TRY(found.definition, source.OpDefOf(op));
  }
  return found;
}

void MentionedOutputs::Mention(std::string_view output, uint32_t index) {
  for (auto& [name, highest] : outputs_) {
    if (name != output) continue;
    highest = std::max(highest, index);
    return;
  }
  outputs_.emplace_back(output, index);
}

void OutputLayout::AddDefined(const graphdef::ArgDef& argument, const Attributes& attributes) {
  const size_t first = types_.size();
  if (!argument.type_list_attr.empty()) {
    const auto* list = attributes.FindAs<std::vector<DType>>(argument.type_list_attr);
    if (list != nullptr) types_.insert(types_.end(), list->begin(), list->end());
  } else {
    const int64_t count = argument.number_attr.empty() ? 1 : attributes.Int(argument.number_attr);
    const DType type = argument.type_attr.empty() ? argument.type : attributes.Type(argument.type_attr);
    if (count > 0 && count <= tf::kMaxListOutputs) types_.resize(first + static_cast<size_t>(count), type);
  }
  arguments_.push_back({argument.name, {first, types_.size() - first}});
}

OutputLayout OutputLayout::Of(const NodeOp& op, const Attributes& attributes,
                              const MentionedOutputs* mentioned) {
  OutputLayout layout;
  if (op.definition != nullptr) {
    for (const graphdef::ArgDef& argument : op.definition->outputs) layout.AddDefined(argument, attributes);
  } else if (op.op != nullptr) {
    layout.types_ = tf::OutputTypes(*op.op, attributes);
  } else if (mentioned != nullptr) {
    for (const auto& [name, highest] : mentioned->all()) {
      if (highest >= tf::kMaxListOutputs) continue;  // Index() finds nothing then
      layout.arguments_.push_back({name, {layout.types_.size(), highest + size_t{1}}});
      layout.types_.resize(layout.types_.size() + highest + 1);
    }
  }
  return layout;
}

std::optional<size_t> OutputLayout::Index(const NodeOp& op, const Attributes& attributes,
                                          const Ref& ref) const {
  std::optional<tf::OutputRange> range;
  if (ref.output.empty()) {
    range = tf::OutputRange{0, types_.size()};
  } else if (op.definition == nullptr && op.op != nullptr) {
    range = tf::FindOutput(*op.op, attributes, ref.output);
  } else {
    for (const Argument& argument : arguments_) {
      if (argument.name == ref.output) range = argument.range;
    }
  }
  if (!range || ref.index >= range->count) return std::nullopt;
  const size_t index = range->first + ref.index;
  return index < types_.size() ? std::optional(index) : std::nullopt;
}

}  // namespace litesmith::import_tf
