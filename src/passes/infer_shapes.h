// Types of all values, as far as they follow from the operands: dtypes, shapes with symbols for what is
// unknown, and the elements of small integer tensors (shapes on their way through the graph).
#pragma once

#include <functional>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/host.h"
#include "ir/module.h"
#include "tf/shape_context.h"

namespace litesmith::passes {

// Infers the types in all functions that signatures (or nobody's calls) lead to. Unknown dimensions of their
// parameters become symbols. Contradictions are findings at the nodes, all of them, and make the result
// empty; inside branches of a conditional, which may never run, they are passed over.
Result<void> InferShapes(ir::Module& module, Context& context);

// The same node by node, for passes that rewrite while they go forward in topological order. What is known is
// kept by the values' addresses: call Forget() before a node is erased.
class ShapeInference {
 public:
  // `infer_unknown_op` as in ir::PassContext.
  ShapeInference(ir::Module& module, Context& context, std::function<void(ir::Node&)> infer_unknown_op = {});

  // Sets the types of the node's outputs. A dimension or dtype that a value had when it was first seen stays,
  // unless what follows from the operands contradicts. For calls, conditionals and loops the called functions
  // are inferred as well (again only if what they are given has changed). On failure a finding is reported
  // and outputs stay unknown. Nodes that are no TensorFlow ops are left as they are.
  Result<void> Infer(ir::Node& node);
  // All nodes of the function, whose parameters' types are taken as they are. Goes on after failures.
  Result<void> InferFunction(ir::Function& function);
  // Gives each unknown dimension of the parameters a symbol.
  void NameParameters(ir::Function& function);

  // The elements of an integer tensor of rank 0 or 1 as far as they are known, or null; null for constants.
  const tf::PartialValue* known(const ir::Value* value) const;
  // The value as a constant when all its elements are known (none negative). Empty for constants.
  std::optional<Tensor> KnownConstant(const ir::Value* value) const;
  void Forget(const ir::Node& node);

  bool seen(const ir::Function& function) const { return functions_.contains(&function); }

 private:
  struct Argument {
    ir::Type type;
    std::optional<tf::PartialValue> value;
  };
  // What a function's parameters have been given so far.
  struct Entry {
    const ir::Node* site = nullptr;  // the node that calls it, while there is one only
    bool several = false;
    std::vector<Argument> arguments;
    bool done = false;
    int runs = 0;  // how often the function has been inferred
  };
  struct Loop {
    std::vector<Argument> given;
    std::vector<ir::Type> results;
  };

  Result<void> InferOp(ir::Node& node);
  Result<void> InferCall(ir::Node& node);
  Result<void> InferBranches(ir::Node& node, const std::vector<std::string>& names);
  Result<void> InferLoop(ir::Node& node);
  Result<void> RunLoop(ir::Node& node, ir::Function& condition, ir::Function& body,
                       std::vector<Argument>& state);
  bool Widen(const ir::Function& body, const std::vector<Argument>& given, std::vector<Argument>& state,
             int round);

  // Infers `function` called from `site` with these arguments, joined with those of its other callers.
  Result<void> Enter(ir::Function& function, const ir::Node& site, const std::vector<Argument>& arguments);
  std::vector<Argument> ArgumentsOf(const ir::Node& node, size_t first) const;
  std::vector<ir::Type> ResultsFor(const ir::Node& node, const ir::Function& function,
                                   const std::vector<Argument>& arguments) const;
  ir::Function* Called(const ir::Node& node, std::string_view attribute) const;
  void SetOutputs(ir::Node& node, const std::vector<ir::Type>& inferred, const std::vector<ir::Type>& before);
  const ir::Type& Original(const ir::Value& value, const ir::Type& now);
  bool IsOwned(Dim symbol, const ir::Value& value) const;

  ir::Module& module_;
  NullSink null_sink_;
  Context& context_;
  Context muted_;
  const std::function<void(ir::Node&)> infer_unknown_op_;
  int muted_depth_ = 0;
  std::unordered_map<const ir::Value*, tf::PartialValue> known_;
  std::unordered_map<const ir::Value*, ir::Type>
      original_;  // types before the first inference, where they say more
  std::unordered_map<int64_t, const ir::Value*> owners_;  // of symbols made for an unknown dimension
  std::unordered_set<const ir::Value*> visited_;
  std::unordered_map<const ir::Function*, Entry> functions_;
  std::unordered_set<const ir::Function*> active_;
  std::unordered_map<const ir::Node*, Loop> loops_;
};

}  // namespace litesmith::passes
