#include "pipeline/shape_trace.h"

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <unordered_set>

#include "ir/signature.h"
#include "tf/glob.h"

namespace litesmith::pipeline {
namespace {

bool IsOpen(const Shape& shape) { return !shape.known(); }

std::vector<int> OpenAxes(const Shape& shape) {
  std::vector<int> axes;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (!shape[axis].known()) axes.push_back(axis);
  }
  return axes;
}

class Tracer {
 public:
  explicit Tracer(const ir::Module& module) : module_(module) {
    const auto add = [&](const ir::Function* function, const ir::Signature* signature) {
      if (function == nullptr) return;
      for (ir::SignatureEntry& input : ir::InputsOf(*function, signature))
        inputs_.emplace(input.value, std::move(input.name));
    };
    for (const ir::Signature& signature : module.signatures)
      add(module.FindFunction(signature.function), &signature);
    if (module.signatures.empty() && !module.functions().empty()) add(module.functions()[0].get(), nullptr);
    for (const auto& function : module.functions()) {
      for (size_t i = 0; i < function->parameter_count(); ++i) Own(*function->parameter(i));
      for (const ir::Node& node : function->nodes()) {
        for (size_t i = 0; i < node.output_count(); ++i) Own(*node.output(i));
        if (node.op().Has(ir::kCalls)) NoteCalls(node);
      }
    }
  }

  ShapeTrace Trace(const ir::Node& node) {
    waiting_ = {&node};
    for (seen_ = {&node}; !waiting_.empty(); waiting_.pop_front()) Visit(*waiting_.front());
    if (trace_.inputs.empty() && trace_.op == nullptr) {
      // The unknown is no dimension: the length of a list, or a size that was computed in other numbers.
      for (const ir::Value* value : Ancestors(node)) AddInput(value, OpenAxes(value->type.shape));
    }
    trace_.from_input = WayTo(node, [&](const ir::Value* value) { return entries_.contains(value); });
    if (trace_.op != nullptr)
      trace_.from_op = WayTo(node, [&](const ir::Value* value) { return value->node() == trace_.op; });
    return std::move(trace_);
  }

 private:
  // The first value that has a symbol is the one it was made for.
  void Own(const ir::Value& value) {
    if (!value.type.shape.ranked()) return;
    for (Dim dim : value.type.shape.dims()) {
      if (dim.is_symbol()) owners_.emplace(dim.symbol(), &value);
    }
  }

  void NoteCalls(const ir::Node& node) {
    const auto note = [&](const FunctionRef& reference) {
      if (const ir::Function* function = module_.FindFunction(reference.name))
        callers_[function].push_back(&node);
    };
    for (const auto& [name, value] : node.attributes) {
      if (const auto* one = std::get_if<FunctionRef>(&value)) note(*one);
      if (const auto* many = std::get_if<std::vector<FunctionRef>>(&value)) {
        for (const FunctionRef& reference : *many) note(reference);
      }
    }
  }

  // What a value is computed from: its node's operands, or for a function's parameter what callers give it
  // (the last operands are the arguments; a condition may stand before them).
  std::vector<const ir::Value*> Before(const ir::Value& value) const {
    std::vector<const ir::Value*> before;
    const auto add = [&](const ir::Value* operand) {
      if (operand != nullptr && operand->constant() == nullptr) before.push_back(operand);
    };
    if (value.node() != nullptr) {
      for (size_t i = 0; i < value.node()->operand_count(); ++i) add(value.node()->operand(i));
      return before;
    }
    const auto callers = callers_.find(value.function());
    if (callers == callers_.end()) return before;
    for (const ir::Node* caller : callers->second) {
      const size_t from_end = value.function()->parameter_count() - value.index();
      if (from_end <= caller->operand_count()) add(caller->operand(caller->operand_count() - from_end));
    }
    return before;
  }

  void Visit(const ir::Node& node) {
    for (size_t i = 0; i < node.operand_count(); ++i) {
      const ir::Value* operand = node.operand(i);
      if (operand != nullptr && operand->constant() == nullptr) VisitValue(*operand);
    }
    for (size_t i = 0; i < node.output_count(); ++i) VisitSymbols(*node.output(i), &node);
  }

  void VisitValue(const ir::Value& value) {
    if (value.type.shape.ranked()) return VisitSymbols(value, nullptr);
    if (!ranks_.insert(&value).second) return;
    std::vector<const ir::Value*> unknown = {&value};
    while (!unknown.empty()) {
      const ir::Value* one = unknown.back();
      unknown.pop_back();
      if (AddInput(one, {})) continue;
      bool passed_on = false;
      for (const ir::Value* before : Before(*one)) {
        if (before->type.shape.ranked()) continue;
        passed_on = true;
        if (ranks_.insert(before).second) unknown.push_back(before);
      }
      if (!passed_on && one->node() != nullptr) Enters(*one->node());
    }
  }

  // `at`: the node being visited, whose own new symbols lead nowhere.
  void VisitSymbols(const ir::Value& value, const ir::Node* at) {
    if (!value.type.shape.ranked()) return;
    std::vector<Dim> terms = value.type.shape.dims();
    while (!terms.empty()) {
      const Dim term = terms.back();
      terms.pop_back();
      if (!term.is_symbol() || !symbols_.insert(term.symbol()).second) continue;
      if (const auto definition = module_.symbols.Definition(term)) {
        terms.push_back(definition->a);
        terms.push_back(definition->b);
        continue;
      }
      const auto owner = owners_.find(term.symbol());
      if (owner == owners_.end()) continue;
      const Shape& shape = owner->second->type.shape;
      const auto place = std::find(shape.dims().begin(), shape.dims().end(), term) - shape.dims().begin();
      if (AddInput(owner->second, {static_cast<int>(place)})) continue;
      const ir::Node* node = owner->second->node();
      if (node == nullptr) {
        for (const ir::Value* before : Before(*owner->second)) VisitValue(*before);
      } else if (node != at) {
        Enters(*node);
      }
    }
  }

  // A node whose result is open and not told by symbols: what it gets tells more, or it is where the unknown
  // enters.
  void Enters(const ir::Node& node) {
    if (!seen_.insert(&node).second) return;
    bool open = false;
    for (size_t i = 0; i < node.operand_count(); ++i) {
      const ir::Value* operand = node.operand(i);
      open |= operand != nullptr && operand->constant() == nullptr && IsOpen(operand->type.shape);
    }
    if (open && !SizeDependsOnData(node)) return waiting_.push_back(&node);
    if (!SizeDependsOnData(node)) {
      const size_t known = trace_.inputs.size();
      for (const ir::Value* value : Ancestors(node)) AddInput(value, OpenAxes(value->type.shape));
      if (trace_.inputs.size() > known) return;
    }
    if (trace_.op == nullptr) trace_.op = &node;
  }

  bool AddInput(const ir::Value* value, const std::vector<int>& axes) {
    const auto input = inputs_.find(value);
    if (input == inputs_.end()) return false;
    if (!IsOpen(value->type.shape)) return true;
    auto known = std::find_if(trace_.inputs.begin(), trace_.inputs.end(),
                              [&](const OpenInput& one) { return one.name == input->second; });
    if (known == trace_.inputs.end())
      known = trace_.inputs.insert(known, {input->second, value->type.shape, {}});
    for (const int axis : axes) {
      if (std::find(known->axes.begin(), known->axes.end(), axis) == known->axes.end())
        known->axes.push_back(axis);
    }
    std::sort(known->axes.begin(), known->axes.end());
    entries_.insert(value);
    return true;
  }

  // All values that the node's operands are computed from, they included, the nearest first.
  std::vector<const ir::Value*> Ancestors(const ir::Node& node) const {
    std::vector<const ir::Value*> found;
    std::unordered_set<const ir::Value*> seen;
    const auto add = [&](const ir::Value* value) {
      if (value != nullptr && value->constant() == nullptr && seen.insert(value).second)
        found.push_back(value);
    };
    for (size_t i = 0; i < node.operand_count(); ++i) add(node.operand(i));
    for (size_t i = 0; i < found.size(); ++i) {
      for (const ir::Value* before : Before(*found[i])) add(before);
    }
    return found;
  }

  // The nodes between the nearest entry and `node`. An operand that is an entry itself counts only if there
  // is no other way: that an open input is read directly goes without saying.
  template <class IsEntry>
  std::vector<const ir::Node*> WayTo(const ir::Node& node, const IsEntry& is_entry) const {
    std::unordered_map<const ir::Value*, const ir::Value*> after;  // the next value on the way to `node`
    std::deque<const ir::Value*> waiting;
    const auto add = [&](const ir::Value* value, const ir::Value* next) {
      if (value != nullptr && value->constant() == nullptr && after.emplace(value, next).second)
        waiting.push_back(value);
    };
    for (const ir::Value* operand : node.operands()) {
      if (operand != nullptr && !is_entry(operand)) add(operand, nullptr);
    }
    for (; !waiting.empty(); waiting.pop_front()) {
      const ir::Value* value = waiting.front();
      if (!is_entry(value)) {
        for (const ir::Value* before : Before(*value)) add(before, value);
        continue;
      }
      std::vector<const ir::Node*> way;  // in the order of computing
      for (value = after.at(value); value != nullptr; value = after.at(value)) {
        if (value->node() != nullptr && (way.empty() || way.back() != value->node()))
          way.push_back(value->node());
      }
      return way;
    }
    return {};
  }

  const ir::Module& module_;
  std::unordered_map<const ir::Value*, std::string> inputs_;
  std::unordered_map<int64_t, const ir::Value*> owners_;
  std::unordered_map<const ir::Function*, std::vector<const ir::Node*>> callers_;
  ShapeTrace trace_;
  std::unordered_set<const ir::Value*> entries_;  // inputs of the trace
  std::deque<const ir::Node*> waiting_;
  std::unordered_set<const ir::Node*> seen_;
  std::unordered_set<const ir::Value*> ranks_;
  std::unordered_set<int64_t> symbols_;
};

}  // namespace

ShapeTrace TraceUnknownShape(const ir::Module& module, const ir::Node& node) {
  return Tracer(module).Trace(node);
}

bool SizeDependsOnData(const ir::Node& node) {
  return node.op().Has(ir::kUnknownOp) ||
         tf::MatchesAny(
             "Where Unique* NonMaxSuppression* DynamicPartition ListDiff SetDiff1D Decode* Parse* "
             "StringSplit* UnicodeDecode* Lookup*Export* Sparse*",
             node.op_name());
}

}  // namespace litesmith::pipeline
