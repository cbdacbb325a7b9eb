#include "ir/module.h"

#include <algorithm>
#include <unordered_set>

#include "base/check.h"
#include "ir/effects.h"

namespace litesmith::ir {

const OpDef kConstant{Dialect::kCore, "const"};
const OpDef kReturn{Dialect::kCore, "return", kSideEffect};

std::string_view PrefixOf(Dialect dialect) {
  switch (dialect) {
    case Dialect::kCore:
      return "";
    case Dialect::kTf:
      return "tf.";
    case Dialect::kTfl:
      return "tfl.";
  }
  return "";
}

// ---------------------------------------------------------------- Value

const Tensor* Value::constant() const {
  return node_ != nullptr && node_->Is(kConstant) ? node_->attributes.FindAs<Tensor>("value") : nullptr;
}

void Value::ReplaceAllUsesWith(Value* other) {
  LS_CHECK(other != this);
  while (!uses_.empty()) {
    const Use use = uses_.back();
    use.user->SetOperand(use.operand, other);
  }
}

// ---------------------------------------------------------------- Node

void Node::Link(size_t index, Value* value) {
  Operand& operand = operands_[index];
  operand.value = value;
  if (value == nullptr) return;
  operand.use = static_cast<uint32_t>(value->uses_.size());
  value->uses_.push_back({this, static_cast<uint32_t>(index)});
}

void Node::Unlink(size_t index) {
  Operand& operand = operands_[index];
  if (operand.value == nullptr) return;
  auto& uses = operand.value->uses_;
  const Use moved = uses.back();
  uses[operand.use] = moved;
  moved.user->operands_[moved.operand].use = operand.use;
  uses.pop_back();
  operand.value = nullptr;
}

std::vector<Value*> Node::operands() const {
  std::vector<Value*> values;
  values.reserve(operands_.size());
  for (const Operand& operand : operands_) values.push_back(operand.value);
  return values;
}

void Node::SetOperand(size_t index, Value* value) {
  Unlink(index);
  Link(index, value);
}

void Node::SetOperands(std::span<Value* const> values) {
  const std::vector<Value*> wanted(values.begin(), values.end());  // may be a view of what is about to change
  for (size_t i = 0; i < operands_.size(); ++i) Unlink(i);
  operands_.assign(wanted.size(), {});
  for (size_t i = 0; i < wanted.size(); ++i) Link(i, wanted[i]);
}

const Tensor* Node::constant_operand(size_t index) const {
  const Value* value = operand_or_null(index);
  return value != nullptr ? value->constant() : nullptr;
}

Value* Node::AddOutput(Type type) {
  auto value = std::make_unique<Value>();
  value->type = std::move(type);
  value->node_ = this;
  value->index_ = static_cast<uint32_t>(outputs_.size());
  value->function_ = function_;
  outputs_.push_back(std::move(value));
  return outputs_.back().get();
}

void Node::EraseOutput(size_t index) {
  LS_CHECK(!outputs_[index]->used());
  outputs_.erase(outputs_.begin() + static_cast<ptrdiff_t>(index));
  for (size_t i = index; i < outputs_.size(); ++i) outputs_[i]->index_ = static_cast<uint32_t>(i);
}

bool Node::used() const {
  return std::any_of(outputs_.begin(), outputs_.end(), [](const auto& output) { return output->used(); });
}

// ---------------------------------------------------------------- Function

Function::Function(Module* module, std::string function_name)
    : name(std::move(function_name)), module_(module) {
  return_ = new Node;
  return_->op_ = &kReturn;
  return_->function_ = this;
  first_ = return_;
}

Function::~Function() {
  for (Node* node = first_; node != nullptr;) {
    Node* next = node->next_;
    delete node;
    node = next;
  }
}

Value* Function::AddParameter(Type type, std::string value_name) {
  auto value = std::make_unique<Value>();
  value->type = std::move(type);
  value->name = std::move(value_name);
  value->index_ = static_cast<uint32_t>(parameters_.size());
  value->function_ = this;
  parameters_.push_back(std::move(value));
  return parameters_.back().get();
}

void Function::EraseParameter(size_t index) {
  LS_CHECK(!parameters_[index]->used());
  parameters_.erase(parameters_.begin() + static_cast<ptrdiff_t>(index));
  for (size_t i = index; i < parameters_.size(); ++i) parameters_[i]->index_ = static_cast<uint32_t>(i);
  if (index < parameter_names.size())
    parameter_names.erase(parameter_names.begin() + static_cast<ptrdiff_t>(index));
}

void Function::Insert(Node* node, Node* before) {
  node->next_ = before;
  node->previous_ = before->previous_;
  (before->previous_ != nullptr ? before->previous_->next_ : first_) = node;
  before->previous_ = node;
  ++count_;
}

void Function::Detach(Node* node) {
  (node->previous_ != nullptr ? node->previous_->next_ : first_) = node->next_;
  if (node->next_ != nullptr) node->next_->previous_ = node->previous_;
  --count_;
}

void Function::Erase(Node* node) {
  LS_CHECK(node != return_ && !node->used(), node->name);
  for (size_t i = 0; i < node->operands_.size(); ++i) node->Unlink(i);
  Detach(node);
  delete node;
}

void Function::Move(Node* node, Node* before) {
  if (node == before) return;
  Detach(node);
  Insert(node, before);
}

bool Function::EraseDeadNodes() {
  bool changed = false;
  for (Node* node = return_->previous_; node != nullptr;) {
    Node* previous = node->previous_;
    if (!node->used() && !node->Is(kReturn) && !HasEffect(*node)) {
      Erase(node);
      changed = true;
    }
    node = previous;
  }
  return changed;
}

namespace {

// The back edge of a TF1 loop runs from a NextIteration to the loop's Merge: the one cycle that a graph may
// have.
bool IsBackEdge(const Node& source) {
  return source.op_name() == "NextIteration" || source.op_name() == "RefNextIteration";
}

}  // namespace

bool Function::SortTopologically() {
  std::vector<Node*> order;
  // Depth first along the present order: a node follows its operands at once, the rest stays as it was.
  std::unordered_map<Node*, int> state;  // 1: on the stack, 2: done
  std::vector<std::pair<Node*, size_t>> stack;
  for (Node& start : nodes()) {
    if (&start == return_ || state[&start] == 2) continue;
    stack.emplace_back(&start, 0);
    state[&start] = 1;
    while (!stack.empty()) {
      auto& [node, next] = stack.back();
      if (next == node->operands_.size()) {
        state[node] = 2;
        order.push_back(node);
        stack.pop_back();
        continue;
      }
      const Value* operand = node->operands_[next++].value;
      Node* definition = operand != nullptr ? operand->node_ : nullptr;
      if (definition == nullptr || IsBackEdge(*definition)) continue;
      int& known = state[definition];
      if (known == 1) return false;
      if (known == 0) {
        known = 1;
        stack.emplace_back(definition, 0);
      }
    }
  }
  for (Node* node : order) Move(node, return_);
  return true;
}

// ---------------------------------------------------------------- Module

Function* Module::AddFunction(std::string name) {
  LS_CHECK(!by_name_.contains(name), name);
  functions_.push_back(std::make_unique<Function>(this, name));
  by_name_.emplace(std::move(name), functions_.back().get());
  return functions_.back().get();
}

Function* Module::FindFunction(std::string_view name) const {
  const auto found = by_name_.find(std::string(name));
  return found != by_name_.end() ? found->second : nullptr;
}

void Module::EraseFunctions(std::span<Function* const> functions) {
  if (functions.empty()) return;
  const std::unordered_set<const Function*> going(functions.begin(), functions.end());
  for (const Function* function : going) by_name_.erase(function->name);
  std::erase_if(functions_, [&](const auto& owned) { return going.contains(owned.get()); });
}

std::string Module::FreeFunctionName(std::string_view wanted) const {
  std::string name(wanted);
  if (!by_name_.contains(name)) return name;
  int& suffix = next_suffix_[name];
  do {
    name = std::string(wanted) + "_" + std::to_string(++suffix);
  } while (by_name_.contains(name));
  return name;
}

const OpDef& Module::UnknownOp(Dialect dialect, std::string_view name) {
  auto& entry = unknown_[{dialect, std::string(name)}];
  if (entry == nullptr) {
    entry = std::make_unique<NamedOp>();
    entry->name = name;
    entry->op = {dialect, entry->name, kUnknownOp | kNotPure};
  }
  return entry->op;
}

// ---------------------------------------------------------------- Builder

Node* Builder::Create(const OpDef& op, std::span<Value* const> operands, std::vector<Type> types,
                      Attributes attributes) {
  auto* node = new Node;
  node->op_ = &op;
  node->function_ = function_;
  node->origin = origin;
  node->attributes = std::move(attributes);
  node->SetOperands(operands);
  for (Type& type : types) node->AddOutput(std::move(type));
  function_->Insert(node, before_);
  return node;
}

Value* Builder::Constant(Tensor tensor, std::string name) {
  Type type{tensor.dtype(), Shape::Of(tensor.dims()), nullptr};
  Value* value = Create(kConstant, {}, {std::move(type)}, {{"value", std::move(tensor)}})->output();
  value->name = std::move(name);
  return value;
}

std::string Describe(const Value& value) {
  std::string text = value.name;
  if (text.empty() && value.node() != nullptr) text = value.node()->name;
  if (!text.empty()) text += ' ';
  return text + std::string(NameOf(value.type.dtype)) + ToText(value.type.shape);
}

}  // namespace litesmith::ir
