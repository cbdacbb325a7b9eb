// Types across calls, branches and loops: what a function gives depends on what it is given.
#include <algorithm>

#include "passes/infer_shapes.h"

namespace litesmith::passes {
namespace {

// What two shapes have in common: dimensions that are surely the same stay.
Shape Join(const Shape& a, const Shape& b) {
  if (!a.ranked() || a.rank() != b.rank()) return {};
  Shape joined = a;
  for (int i = 0; i < a.rank(); ++i) {
    if (!a[i].Same(b[i])) joined[i] = Dim::Unknown();
  }
  return joined;
}

ir::Type Join(const ir::Type& a, const ir::Type& b) {
  return {a.dtype == b.dtype ? a.dtype : DType::kInvalid, Join(a.shape, b.shape), nullptr};
}

std::optional<tf::PartialValue> JoinValues(const std::optional<tf::PartialValue>& a,
                                           const std::optional<tf::PartialValue>& b) {
  if (!a || !b || a->size() != b->size()) return std::nullopt;
  tf::PartialValue joined = *a;
  for (size_t i = 0; i < joined.size(); ++i) {
    if (!joined[i].Same((*b)[i])) joined[i] = Dim::Unknown();
  }
  return joined;
}

bool SameType(const ir::Type& a, const ir::Type& b) { return a.dtype == b.dtype && a.shape == b.shape; }

void CollectSymbols(const Shape& shape, std::unordered_set<int64_t>& symbols) {
  if (!shape.ranked()) return;
  for (Dim dim : shape.dims()) {
    if (dim.is_symbol()) symbols.insert(dim.symbol());
  }
}

// Whether `dim` is made of nothing but these symbols and numbers.
bool IsMadeOf(const SymbolTable& table, Dim dim, const std::unordered_set<int64_t>& symbols) {
  constexpr int kMaxTerms = 64;
  std::vector<Dim> pending = {dim};
  for (int steps = 0; !pending.empty(); ++steps) {
    const Dim term = pending.back();
    pending.pop_back();
    if (term.known() || (term.is_symbol() && symbols.contains(term.symbol()))) continue;
    const auto definition = table.Definition(term);
    if (!definition || steps > kMaxTerms) return false;
    pending.push_back(definition->a);
    pending.push_back(definition->b);
  }
  return true;
}

}  // namespace

ir::Function* ShapeInference::Called(const ir::Node& node, std::string_view attribute) const {
  const auto* reference = node.attributes.FindAs<FunctionRef>(attribute);
  return reference != nullptr ? module_.FindFunction(reference->name) : nullptr;
}

std::vector<ShapeInference::Argument> ShapeInference::ArgumentsOf(const ir::Node& node, size_t first) const {
  std::vector<Argument> arguments;
  for (size_t i = first; i < node.operand_count(); ++i) {
    const ir::Value* operand = node.operand(i);
    Argument argument;
    if (operand != nullptr) {
      argument.type = operand->type;
      if (const tf::PartialValue* value = known(operand)) argument.value = *value;
      const Tensor* constant = operand->constant();
      constexpr int64_t kMaxElements = 64;
      if (constant != nullptr && constant->rank() <= 1 && constant->elements() <= kMaxElements) {
        const auto numbers = IsInteger(constant->dtype()) ? constant->ToInt64() : std::nullopt;
        if (numbers) argument.value = tf::PartialValue(numbers->begin(), numbers->end());
      }
    }
    arguments.push_back(std::move(argument));
  }
  return arguments;
}

Result<void> ShapeInference::Enter(ir::Function& function, const ir::Node& site,
                                   const std::vector<Argument>& arguments) {
  // A function that calls itself has been reported elsewhere, or will be: its results stay unknown here.
  if (active_.contains(&function) || active_.size() >= static_cast<size_t>(context_.limits.max_call_depth))
    return {};
  Entry& entry = functions_[&function];
  std::vector<Argument> joined = arguments;
  if (entry.site != nullptr && entry.site != &site) entry.several = true;
  if (entry.several && entry.arguments.size() == joined.size()) {
    for (size_t i = 0; i < joined.size(); ++i) {
      joined[i].type = Join(joined[i].type, entry.arguments[i].type);
      joined[i].value = JoinValues(joined[i].value, entry.arguments[i].value);
    }
  }
  entry.site = &site;
  const auto same = [](const Argument& a, const Argument& b) {
    return SameType(a.type, b.type) && a.value == b.value;
  };
  const auto seen_already = [&] {
    return entry.done &&
           std::equal(joined.begin(), joined.end(), entry.arguments.begin(), entry.arguments.end(), same);
  };
  if (seen_already()) return {};
  // Loops in loops would double the work with each level: whoever keeps changing is told nothing in the end.
  constexpr int kMaxRuns = 64;
  if (++entry.runs > kMaxRuns) {
    entry.several = true;
    for (Argument& argument : joined) argument = {{argument.type.dtype, {}, nullptr}, std::nullopt};
    if (seen_already()) return {};
  }
  entry.arguments = joined;
  entry.done = true;
  for (size_t i = 0; i < function.parameter_count() && i < joined.size(); ++i) {
    ir::Value& parameter = *function.parameter(i);
    const ir::Type& original = Original(parameter, parameter.type);
    if (joined[i].type.dtype != DType::kInvalid) parameter.type.dtype = joined[i].type.dtype;
    auto merged = Merge(joined[i].type.shape, original.shape);
    parameter.type.shape = merged ? std::move(*merged) : joined[i].type.shape;
    known_.erase(&parameter);
    if (joined[i].value) known_[&parameter] = *joined[i].value;
  }
  NameParameters(function);
  active_.insert(&function);
  const Result<void> result = InferFunction(function);
  active_.erase(&function);
  return result;
}

std::vector<ir::Type> ShapeInference::ResultsFor(const ir::Node& node, const ir::Function& function,
                                                 const std::vector<Argument>& arguments) const {
  std::vector<ir::Type> results(node.output_count());
  if (active_.contains(&function)) return results;
  const auto entry = functions_.find(&function);
  std::unordered_set<int64_t> symbols;
  for (const Argument& argument : arguments) {
    CollectSymbols(argument.type.shape, symbols);
    if (argument.value) CollectSymbols(Shape(*argument.value), symbols);
  }
  for (size_t i = 0; i < results.size() && i < function.result_count(); ++i) {
    const ir::Value* result = function.result(i);
    if (result == nullptr) continue;
    results[i] = result->type;
    results[i].quantization = nullptr;
    if (entry == functions_.end() || !entry->second.several || !results[i].shape.ranked()) continue;
    // Symbols of a function with several callers mean something else for each of them.
    for (int axis = 0; axis < results[i].shape.rank(); ++axis) {
      Dim& dim = results[i].shape[axis];
      if (!IsMadeOf(module_.symbols, dim, symbols)) dim = Dim::Unknown();
    }
  }
  return results;
}

Result<void> ShapeInference::InferCall(ir::Node& node) {
  const std::string_view op = node.op_name();
  if (op == "PartitionedCall" || op == "StatefulPartitionedCall") {
    ir::Function* function = Called(node, "f");
    if (function == nullptr) return InferOp(node);
    std::vector<ir::Type> before;
    for (size_t i = 0; i < node.output_count(); ++i) before.push_back(node.output(i)->type);
    const auto arguments = ArgumentsOf(node, 0);
    const Result<void> result = Enter(*function, node, arguments);
    SetOutputs(node, ResultsFor(node, *function, arguments), before);
    for (size_t i = 0; i < node.output_count() && i < function->result_count(); ++i) {
      known_.erase(node.output(i));
      const tf::PartialValue* value = known(function->result(i));
      if (value != nullptr && !functions_[function].several)
        known_[node.output(i)] = tf::PartialValue(*value);
    }
    return result;
  }
  if (op == "If" || op == "StatelessIf") return InferBranches(node, {"then_branch", "else_branch"});
  if (op == "Case" || op == "StatelessCase") return InferBranches(node, {});
  if (op == "While" || op == "StatelessWhile") return InferLoop(node);
  return InferOp(node);
}

Result<void> ShapeInference::InferBranches(ir::Node& node, const std::vector<std::string>& names) {
  std::vector<ir::Function*> branches;
  for (const std::string& name : names) branches.push_back(Called(node, name));
  for (const FunctionRef& reference : node.attributes.Get<std::vector<FunctionRef>>("branches")) {
    branches.push_back(module_.FindFunction(reference.name));
  }
  std::vector<ir::Type> before, joined;
  for (size_t i = 0; i < node.output_count(); ++i) before.push_back(node.output(i)->type);
  const auto arguments = ArgumentsOf(node, 1);
  bool known_branches = !branches.empty();
  for (ir::Function* branch : branches) {
    if (branch == nullptr) {
      known_branches = false;
      continue;
    }
    ++muted_depth_;  // a branch that contradicts itself may be one that never runs
    static_cast<void>(Enter(*branch, node, arguments).ok());
    --muted_depth_;
    const auto results = ResultsFor(node, *branch, arguments);
    if (joined.empty()) {
      joined = results;
    } else {
      for (size_t i = 0; i < joined.size(); ++i) joined[i] = Join(joined[i], results[i]);
    }
  }
  if (!known_branches) return InferOp(node);
  SetOutputs(node, joined, before);
  return {};
}

// Makes `state` general enough for what one run of the body gives; true if it changed. After `kMaxRounds` a
// shape that still moves loses its rank, so that it ends.
bool ShapeInference::Widen(const ir::Function& body, const std::vector<Argument>& given,
                           std::vector<Argument>& state, int round) {
  constexpr int kMaxRounds = 6;
  bool changed = false;
  for (size_t i = 0; i < state.size() && i < body.result_count(); ++i) {
    const ir::Value* result = body.result(i);
    const bool invariant = result != nullptr && i < body.parameter_count() && result == body.parameter(i);
    if (invariant) continue;
    if (state[i].value) {
      state[i].value.reset();
      changed = true;
    }
    Shape& shape = state[i].type.shape;
    if (!shape.ranked()) continue;
    const Shape next = result != nullptr ? result->type.shape : Shape::Unknown();
    if (next.rank() != shape.rank() || round >= kMaxRounds) {
      if (next == shape) continue;
      shape = {};
      changed = true;
      continue;
    }
    for (int axis = 0; axis < shape.rank(); ++axis) {
      if (shape[axis].Same(next[axis])) continue;
      // A dimension that is free already is whatever this step of the loop has.
      const bool free =
          given[i].type.shape.rank() != shape.rank() || !(shape[axis] == given[i].type.shape[axis]);
      if (free) continue;
      shape[axis] = module_.symbols.Fresh();
      changed = true;
    }
  }
  return changed;
}

Result<void> ShapeInference::RunLoop(ir::Node& node, ir::Function& condition, ir::Function& body,
                                     std::vector<Argument>& state) {
  const std::vector<Argument> given = state;
  Result<void> result;
  for (int round = 0;; ++round) {
    ++muted_depth_;  // the first rounds assume too much
    result = Enter(body, node, state);
    --muted_depth_;
    if (!Widen(body, given, state, round)) break;
  }
  ++muted_depth_;
  static_cast<void>(Enter(condition, node, state).ok());
  --muted_depth_;
  return {};
}

Result<void> ShapeInference::InferLoop(ir::Node& node) {
  ir::Function *condition = Called(node, "cond"), *body = Called(node, "body");
  if (condition == nullptr || body == nullptr || active_.contains(body) || active_.contains(condition)) {
    return InferOp(node);
  }
  std::vector<ir::Type> before;
  for (size_t i = 0; i < node.output_count(); ++i) before.push_back(node.output(i)->type);
  std::vector<Argument> state = ArgumentsOf(node, 0);
  Loop& loop = loops_[&node];
  const auto same = [](const Argument& a, const Argument& b) {
    return SameType(a.type, b.type) && a.value == b.value;
  };
  if (loop.results.empty() ||
      !std::equal(state.begin(), state.end(), loop.given.begin(), loop.given.end(), same)) {
    const std::vector<Argument> given = state;
    LS_RETURN_IF_FAILED(RunLoop(node, *condition, *body, state));
    std::vector<ir::Type> results;
    for (size_t i = 0; i < state.size(); ++i) {
      ir::Type type = state[i].type;
      // Dimensions that were freed belong to one step; after the loop they are something new.
      for (int axis = 0; axis < type.shape.rank(); ++axis) {
        if (!(type.shape[axis] == given[i].type.shape[axis])) type.shape[axis] = Dim::Unknown();
      }
      results.push_back(std::move(type));
    }
    Loop& stored = loops_[&node];
    stored.given = given;
    stored.results = std::move(results);
  }
  const Loop& stored = loops_[&node];
  SetOutputs(node, stored.results, before);
  for (size_t i = 0; i < node.output_count(); ++i) known_.erase(node.output(i));
  return {};
}

}  // namespace litesmith::passes
