// Tensor lists and arrays that outlive a loop or branch: which values hold one list on its way, and what its
// elements are.
#pragma once

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "ir/module.h"

namespace litesmith::passes {

// All values that hold the states of lists that flow into each other: before and after writes, inside and
// outside of loops and branches.
struct ListWeb {
  DType dtype = DType::kInvalid;
  // Dimensions are known, or symbols, or unknown where elements may differ.
  Shape element;
  std::vector<ir::Value*> values;
  bool grows = false;       // a write behind the last element is one more
  bool convertible = true;  // nothing takes part that a tensor could not replace
};

class ListWebs {
 public:
  explicit ListWebs(const ir::Module& module);

  // Null for values that hold no list.
  ListWeb* Find(const ir::Value* value) const;
  // Of the list that an op on lists makes, writes or reads; null for other nodes.
  ListWeb* WebOf(const ir::Node& node) const;
  const std::vector<std::unique_ptr<ListWeb>>& all() const { return webs_; }

 private:
  ir::Value* Root(ir::Value* value);
  void Join(ir::Value* a, ir::Value* b);
  void JoinNode(ir::Node& node);
  void JoinBranches(ir::Node& node, const std::vector<ir::Function*>& branches);
  void Describe(const ir::Module& module);
  void CheckUses();

  std::unordered_map<ir::Value*, ir::Value*> parents_;
  std::vector<ir::Value*> members_;  // in the order of the module
  std::vector<std::unique_ptr<ListWeb>> webs_;
  std::unordered_map<const ir::Value*, ListWeb*> by_value_;
};

// The operand with the list that a node writes a new state of, or reads, and the output with the new state.
std::optional<size_t> ListOperand(const ir::Node& node);
std::optional<size_t> ListOutput(const ir::Node& node);

}  // namespace litesmith::passes
