// Evaluates a source graph with TensorFlow's semantics (evaluate/): calls, branches, loops, lists, variables
// and tables around single ops. Nothing of it goes through the lowering or the runtime.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/finding.h"
#include "base/host.h"
#include "pipeline/verify_lists.h"

namespace litesmith::pipeline {

class SourceEvaluator {
 public:
  // An op that could not be computed; what depends on it is not known either.
  struct Gap {
    const ir::Node* node;  // the first one
    std::string reason;
    int count = 1;
  };
  using Watch = std::function<void(const ir::Value&, const Tensor&)>;

  explicit SourceEvaluator(const ir::Module& module, Context& context)
      : module_(module), context_(context), quiet_{context.host, said_, context.limits, context.cancelled} {}

  // `watch` is called for every tensor of `function` itself (not of those that it calls) in the order of its
  // nodes. The results come back, invalid ones where they are not known. Limits: max_call_depth,
  // max_loop_steps, and a number of ops in all, behind which nothing is known any more.
  std::vector<Tensor> Run(const ir::Function& function, std::span<const Tensor> arguments,
                          const Watch& watch);
  const std::vector<Gap>& gaps() const { return gaps_; }

 private:
  using Data = std::vector<Datum>;
  using Table = std::unordered_map<std::string, size_t>;

  Data Call(const ir::Function* function, Data arguments, const Watch* watch);
  Data Evaluate(const ir::Node& node, const Data& operands);
  Data EvaluateOp(const ir::Node& node, const Data& operands);
  Data Branch(const ir::Node& node, const Data& operands);
  Data Loop(const ir::Node& node, const Data& operands);
  Data Variable(const ir::Node& node, const Data& operands);
  Data LookUp(const ir::Node& node, const Data& operands);
  Data Unknown(const ir::Node& node) const { return Data(node.output_count()); }
  Data Missing(const ir::Node& node, std::string reason);
  const ir::Function* Called(const ir::Node& node, std::string_view attribute) const;

  const ir::Module& module_;
  Context& context_;
  FindingList said_;
  Context quiet_;
  std::vector<Gap> gaps_;
  std::map<std::string, Tensor> variables_;  // that were written
  std::unordered_map<const ir::Node*, Table> tables_;
  int depth_ = 0;
  int64_t evaluated_ = 0;  // ops
  int64_t steps_ = 0;      // of all loops
};

}  // namespace litesmith::pipeline
