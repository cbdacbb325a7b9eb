// TF1 writes loops and branches as dataflow: a frame of Enter, Merge, Switch, NextIteration, Exit nodes is a
// loop, a Merge of what two sides of Switches computed is a branch (TensorFlow's "Implementation of Control
// Flow", 2017). Frames become While nodes, innermost first, then Merges become If nodes, in order.
#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "passes/passes.h"
#include "tf/ops.h"
#include "tf/shape_context.h"

namespace litesmith::passes {
namespace {

bool IsEnter(const ir::Node& node) { return node.Is(tf::Enter) || node.Is(tf::RefEnter); }
bool IsMerge(const ir::Node& node) { return node.Is(tf::Merge) || node.Is(tf::RefMerge); }
bool IsSwitch(const ir::Node& node) { return node.Is(tf::Switch) || node.Is(tf::RefSwitch); }
bool IsNextIteration(const ir::Node& node) {
  return node.Is(tf::NextIteration) || node.Is(tf::RefNextIteration);
}
bool IsExit(const ir::Node& node) { return node.Is(tf::Exit) || node.Is(tf::RefExit); }

// The nodes that `targets` are computed by, without going behind `stops`.
std::unordered_set<ir::Node*> NodesBehind(const std::vector<ir::Value*>& targets,
                                          const std::unordered_map<const ir::Value*, size_t>& stops) {
  std::unordered_set<ir::Node*> seen;
  std::vector<ir::Value*> waiting = targets;
  while (!waiting.empty()) {
    ir::Value* value = waiting.back();
    waiting.pop_back();
    if (value == nullptr || value->node() == nullptr || stops.contains(value)) continue;
    if (!seen.insert(value->node()).second) continue;
    for (size_t i = 0; i < value->node()->operand_count(); ++i) waiting.push_back(value->node()->operand(i));
  }
  return seen;
}

// Copies what computes `results` into a function whose parameter i stands for the values with `places` i.
// Empty if the results need anything that is no parameter of it.
ir::Function* Extract(ir::Function& from, const std::string& name, const std::vector<ir::Type>& parameters,
                      const std::unordered_map<const ir::Value*, size_t>& places,
                      const std::vector<ir::Value*>& results) {
  ir::Module& module = *from.module();
  const std::unordered_set<ir::Node*> wanted = NodesBehind(results, places);
  ir::Function* function = module.AddFunction(module.FreeFunctionName(name));
  std::unordered_map<const ir::Value*, ir::Value*> copies;
  for (const ir::Type& type : parameters) function->AddParameter(type);
  for (const auto& [value, place] : places) copies[value] = function->parameter(place);
  ir::Builder builder(*function);
  for (ir::Node& node : from.nodes()) {
    if (!wanted.contains(&node)) continue;
    std::vector<ir::Value*> operands;
    for (size_t i = 0; i < node.operand_count(); ++i) {
      const auto found = copies.find(node.operand(i));
      if (found == copies.end()) {
        module.EraseFunctions(std::vector<ir::Function*>{function});
        return nullptr;
      }
      operands.push_back(found->second);
    }
    builder.origin = node.origin;
    ir::Node* copy = builder.Create(node.op(), operands, {}, node.attributes);
    copy->name = node.name;
    for (size_t i = 0; i < node.output_count(); ++i) {
      copies[node.output(i)] = copy->AddOutput(node.output(i)->type);
      copies[node.output(i)]->name = node.output(i)->name;
    }
  }
  std::vector<ir::Value*> values;
  for (ir::Value* result : results) {
    const auto found = copies.find(result);
    if (found == copies.end()) {
      module.EraseFunctions(std::vector<ir::Function*>{function});
      return nullptr;
    }
    values.push_back(found->second);
  }
  function->SetResults(values);
  return function;
}

struct LoopVariable {
  ir::Node* enter;
  ir::Node* merge;
  ir::Node* next;
  ir::Node* branch = nullptr;  // the Switch
  std::vector<ir::Node*> exits;
};

struct Frame {
  std::string name;
  std::vector<LoopVariable> variables;
  std::vector<ir::Node*> invariants;  // Enter nodes that no Merge reads
  ir::Node* condition = nullptr;      // LoopCond
};

std::map<std::string, Frame> CollectFrames(ir::Function& function) {
  std::map<std::string, Frame> frames;
  for (ir::Node& node : function.nodes()) {
    if (!IsEnter(node)) continue;
    Frame& frame = frames[node.attributes.Text("frame_name")];
    frame.name = node.attributes.Text("frame_name");
    ir::Node* merge = nullptr;
    for (const ir::Use& use : node.output()->uses()) {
      if (IsMerge(*use.user)) merge = use.user;
    }
    if (merge == nullptr || merge->operand_count() != 2) {
      frame.invariants.push_back(&node);
      continue;
    }
    ir::Value* back = merge->operand(0) == node.output() ? merge->operand(1) : merge->operand(0);
    if (back == nullptr || back->node() == nullptr || !IsNextIteration(*back->node())) continue;
    LoopVariable variable{&node, merge, back->node()};
    for (const ir::Use& use : merge->output()->uses()) {
      ir::Node& user = *use.user;
      if (!IsSwitch(user) || use.operand != 0 || user.operand(1)->node() == nullptr ||
          !user.operand(1)->node()->Is(tf::LoopCond))
        continue;
      variable.branch = &user;
      frame.condition = user.operand(1)->node();
      for (const ir::Use& exit : user.output(0)->uses()) {
        if (IsExit(*exit.user)) variable.exits.push_back(exit.user);
      }
    }
    frame.variables.push_back(std::move(variable));
  }
  return frames;
}

// Replaces the frame by a While; false if it holds another frame still, or is not of the usual form.
bool RaiseFrame(ir::Function& function, const Frame& frame) {
  if (frame.condition == nullptr || frame.variables.empty()) return false;
  std::vector<ir::Type> types;
  std::vector<ir::Value*> operands, next;
  std::unordered_map<const ir::Value*, size_t> in_condition, in_body;
  for (const LoopVariable& variable : frame.variables) {
    const size_t place = types.size();
    types.push_back({variable.merge->output()->type.dtype, Shape::Unknown(), nullptr});
    operands.push_back(variable.enter->operand(0));
    in_condition[variable.merge->output()] = in_body[variable.merge->output()] = place;
    if (variable.branch != nullptr) in_body[variable.branch->output(1)] = place;
    next.push_back(variable.next->operand(0));
  }
  for (ir::Node* enter : frame.invariants) {
    const size_t place = types.size();
    types.push_back({enter->output()->type.dtype, Shape::Unknown(), nullptr});
    operands.push_back(enter->operand(0));
    in_condition[enter->output()] = in_body[enter->output()] = place;
    next.push_back(enter->output());
  }
  const std::vector<ir::Value*> test = {frame.condition->operand(0)};
  const auto holds_a_frame = [](const std::vector<ir::Value*>& targets, const auto& stops) {
    for (const ir::Node* node : NodesBehind(targets, stops)) {
      if (IsEnter(*node) || IsExit(*node) || IsNextIteration(*node)) return true;
    }
    return false;
  };
  if (holds_a_frame(test, in_condition) || holds_a_frame(next, in_body)) return false;  // the inner one first
  ir::Function* condition = Extract(function, frame.name + "_cond", types, in_condition, test);
  if (condition == nullptr) return false;
  ir::Function* body = Extract(function, frame.name + "_body", types, in_body, next);
  if (body == nullptr) return false;

  // Behind the last Enter all operands are there; Exits come later.
  ir::Node* last = nullptr;
  for (ir::Node& node : function.nodes()) {
    if (IsEnter(node) && node.attributes.Text("frame_name") == frame.name) last = &node;
  }
  ir::Builder builder(*last->next());
  builder.origin = frame.condition->origin;
  ir::Node* loop =
      builder.Create(tf::StatelessWhile, operands, types,
                     {{"cond", FunctionRef{condition->name}}, {"body", FunctionRef{body->name}}});
  loop->name = frame.name;
  for (size_t i = 0; i < frame.variables.size(); ++i) {
    for (ir::Node* exit : frame.variables[i].exits) {
      if (loop->output(i)->name.empty()) loop->output(i)->name = exit->output()->name;
      exit->output()->ReplaceAllUsesWith(loop->output(i));
    }
  }
  // The cycle has no reader any more: it is cut, so that its nodes die.
  for (const LoopVariable& variable : frame.variables) {
    for (size_t i = 0; i < 2; ++i) {
      if (variable.merge->operand(i) == variable.next->output())
        variable.merge->SetOperand(i, variable.enter->output());
    }
  }
  function.EraseDeadNodes();
  // What follows an Exit may stand before the last Enter: the loop needs all of them.
  return function.SortTopologically();
}

// ---------------------------------------------------------------- branches

// The Switch outputs that a side of a Merge is computed from, nearest first: (predicate, side).
std::set<std::pair<ir::Value*, size_t>> SidesBehind(ir::Value* value) {
  std::set<std::pair<ir::Value*, size_t>> sides;
  std::unordered_set<const ir::Node*> seen;
  std::vector<ir::Value*> waiting = {value};
  while (!waiting.empty()) {
    ir::Value* one = waiting.back();
    waiting.pop_back();
    if (one == nullptr || one->node() == nullptr) continue;
    ir::Node& node = *one->node();
    if (IsSwitch(node)) sides.emplace(node.operand(1), one->index());
    if (!seen.insert(&node).second && !IsSwitch(node)) continue;
    for (size_t i = 0; i < node.operand_count(); ++i) waiting.push_back(node.operand(i));
  }
  return sides;
}

// The predicate on which the two sides of a Merge differ, and the operand that it takes where that is false.
struct Choice {
  ir::Value* predicate = nullptr;
  size_t otherwise = 0;
};

// tf.cond merges the false side first, TensorFlow's own lowering of functional branches the true one; a side
// that is made of constants alone shows no Switch.
Choice ChoiceOf(const ir::Node& merge) {
  for (const size_t otherwise : {size_t{0}, size_t{1}}) {
    const auto no = SidesBehind(merge.operand(otherwise)), yes = SidesBehind(merge.operand(1 - otherwise));
    for (const auto& [predicate, side] : no) {
      if (side == 0 && !no.contains({predicate, 1}) && !yes.contains({predicate, 0}))
        return {predicate, otherwise};
    }
    for (const auto& [predicate, side] : yes) {
      if (side == 1 && !yes.contains({predicate, 0}) && !no.contains({predicate, 1}))
        return {predicate, otherwise};
    }
  }
  return {};
}

// The outputs `side` of Switches on the predicate that a side of a Merge takes, not looking behind them:
// other branches may hang on the same predicate.
std::vector<ir::Value*> TakenBy(ir::Value* result, const ir::Value* predicate, size_t side) {
  std::vector<ir::Value*> taken;
  std::unordered_set<const ir::Value*> seen;
  std::vector<ir::Value*> waiting = {result};
  while (!waiting.empty()) {
    ir::Value* value = waiting.back();
    waiting.pop_back();
    if (value == nullptr || value->node() == nullptr || !seen.insert(value).second) continue;
    const ir::Node& node = *value->node();
    if (IsSwitch(node) && node.operand(1) == predicate && value->index() == side) {
      taken.push_back(value);
      continue;
    }
    for (size_t i = 0; i < node.operand_count(); ++i) waiting.push_back(node.operand(i));
  }
  return taken;
}

bool RaiseMerge(ir::Function& function, ir::Node& merge) {
  if (merge.operand_count() != 2) return false;  // of more sides than a condition has, or of a damaged graph
  const auto [predicate, otherwise] = ChoiceOf(merge);
  if (predicate == nullptr) return false;
  ir::Value* const results[2] = {merge.operand(otherwise), merge.operand(1 - otherwise)};
  std::vector<ir::Value*> operands = {predicate};
  std::vector<ir::Type> types;
  std::unordered_map<const ir::Value*, size_t> places[2];
  std::unordered_map<const ir::Value*, size_t> data_places;
  // Everything that a side takes from a Switch on the predicate becomes a parameter.
  for (const size_t side : {size_t{0}, size_t{1}}) {
    for (const ir::Value* taken : TakenBy(results[side], predicate, side)) {
      ir::Value* data = taken->node()->operand(0);
      const auto [entry, inserted] = data_places.try_emplace(data, types.size());
      if (inserted) {
        operands.push_back(data);
        types.push_back({data->type.dtype, data->type.shape, nullptr});
      }
      places[side][taken] = entry->second;
    }
  }
  ir::Function* branches[2] = {nullptr, nullptr};
  for (const size_t side : {size_t{0}, size_t{1}}) {
    branches[side] = Extract(function, merge.name + (side == 1 ? "_true" : "_false"), types, places[side],
                             {results[side]});
    if (branches[side] == nullptr) return false;
  }
  ir::Builder builder(merge);
  ir::Node* chosen = builder.Create(
      tf::StatelessIf, operands, {merge.output()->type},
      {{"then_branch", FunctionRef{branches[1]->name}}, {"else_branch", FunctionRef{branches[0]->name}}});
  chosen->name = merge.name;
  chosen->output()->type.shape = Shape::Unknown();
  chosen->output()->name = merge.output()->name;
  if (merge.output_count() > 1 && merge.output(1)->used()) {
    const ir::Type truth{DType::kBool, Shape::Scalar(), nullptr};
    ir::Value* second = otherwise == 0 ? predicate : builder.Make(tf::LogicalNot, {predicate}, truth);
    ir::Value* index = builder.Make(tf::Cast, {second}, {DType::kInt32, Shape::Scalar(), nullptr},
                                    {{"SrcT", DType::kBool}, {"DstT", DType::kInt32}});
    merge.output(1)->ReplaceAllUsesWith(index);
  }
  merge.output()->ReplaceAllUsesWith(chosen->output());
  return true;
}

Result<void> RaiseIn(ir::Function& function, PassContext& context) {
  for (bool progress = true; progress;) {
    progress = false;
    for (const auto& [name, frame] : CollectFrames(function)) {
      if (RaiseFrame(function, frame)) {
        progress = true;
        break;  // nodes of other frames may be gone or new
      }
    }
  }
  bool failed = false;
  for (ir::Node& node : function.nodes()) {
    if (IsEnter(node)) {
      return context.context.findings.Report(
          tf::FindingAt(Code::kControlFlow, node)
              .Headline("the loop '{}' cannot be converted", node.attributes.Text("frame_name"))
              .Cause("its Enter, Merge, Switch and NextIteration nodes do not form a loop as TensorFlow's "
                     "tf.while_loop "
                     "writes it")
              .Fix("export the model again with TensorFlow 2, whose loops are functions"));
    }
  }
  std::vector<ir::Node*> merges;
  for (ir::Node& node : function.nodes()) {
    if (IsMerge(node)) merges.push_back(&node);
  }
  for (ir::Node* merge : merges) {
    if (RaiseMerge(function, *merge)) continue;
    failed = true;
    context.context.findings.Report(
        tf::FindingAt(Code::kControlFlow, *merge)
            .Headline("the branch '{}' cannot be converted", merge->name)
            .Cause("its two sides do not hang on one condition, as tf.cond writes them")
            .Fix("export the model again with TensorFlow 2, whose branches are functions"));
  }
  if (failed) return kFailed;
  function.EraseDeadNodes();
  return {};
}

}  // namespace

Result<Changed> RaiseControlFlow(Module& module, PassContext& context) {
  Changed changed = Changed::kNo;
  for (size_t i = 0; i < module.functions().size(); ++i) {
    ir::Function& function = *module.functions()[i];
    bool any = false;
    for (const ir::Node& node : function.nodes()) any |= IsEnter(node) || IsMerge(node) || IsSwitch(node);
    if (!any) continue;
    LS_RETURN_IF_FAILED(RaiseIn(function, context));
    changed = Changed::kYes;
  }
  return changed;
}

}  // namespace litesmith::passes
