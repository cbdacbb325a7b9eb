// How many outputs a node has, of which dtypes, and which one a reference means. The op tables know it; else
// the model says it (its list of ops, or the function that is called); else the references to the node have
// to do.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "import/tf/source.h"
#include "tf/op.h"

namespace litesmith::import_tf {

// What is known of a node's op without its attributes.
struct NodeOp {
  const tf::Op* op = nullptr;
  const graphdef::OpDef* definition = nullptr;  // the model's, or a called function's
  bool is_call = false;                         // the op is the name of a library function

  bool known() const { return op != nullptr || definition != nullptr; }
};
Result<NodeOp> FindNodeOp(Source& source, std::string_view op);

// Outputs of a node nobody knows, as its readers name them: output arguments in the order of their first
// mention, and the highest index of each.
class MentionedOutputs {
 public:
  void Mention(std::string_view output, uint32_t index);
  const std::vector<std::pair<std::string_view, uint32_t>>& all() const { return outputs_; }

 private:
  std::vector<std::pair<std::string_view, uint32_t>> outputs_;
};

class OutputLayout {
 public:
  static OutputLayout Of(const NodeOp& op, const Attributes& attributes, const MentionedOutputs* mentioned);

  const std::vector<DType>& types() const { return types_; }
  // The output that a reference means; empty if the node has none such.
  std::optional<size_t> Index(const NodeOp& op, const Attributes& attributes, const Ref& ref) const;

 private:
  struct Argument {
    std::string_view name;
    tf::OutputRange range;
  };
  void AddDefined(const graphdef::ArgDef& argument, const Attributes& attributes);

  std::vector<DType> types_;
  std::vector<Argument> arguments_;  // of ops that no table knows
};

}  // namespace litesmith::import_tf
