// The intermediate representation. A Module holds Functions; a Function holds Nodes in topological order; a
// Node owns the Values it computes; a Value knows who uses it. SSA: each value has one definition and does
// not change.
//
//   Node* relu = Builder(node).Create(tf::Relu, {node->output(0)}, {node->output(0)->type});
//   node->output(0)->ReplaceAllUsesWith(relu->output(0));
//
// Not thread-safe. Linear in nodes and edges; nothing recurses over the depth of a graph.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ir/op.h"
#include "ir/origin.h"
#include "tensor/attributes.h"
#include "tensor/shape.h"
#include "tensor/tensor.h"

namespace litesmith::ir {

class Function;
class Module;
class Node;
class Value;

struct Type {
  DType dtype = DType::kInvalid;
  Shape shape;
  std::shared_ptr<const Quantization> quantization;  // null: none
};

struct Use {
  Node* user;
  uint32_t operand;
};

class Value {
 public:
  Type type;
  std::string name;            // the tensor's name in the source, or empty
  int32_t source_tensor = -1;  // index in the .tflite it came from

  Node* node() const { return node_; }       // null for a function's parameter
  uint32_t index() const { return index_; }  // among the node's outputs, or the function's parameters
  Function* function() const { return function_; }
  std::span<const Use> uses() const { return uses_; }
  bool used() const { return !uses_.empty(); }
  bool is_parameter() const { return node_ == nullptr; }
  // The tensor, if this is the output of a constant.
  const Tensor* constant() const;
  void ReplaceAllUsesWith(Value* other);

 private:
  friend class Node;
  friend class Function;
  Node* node_ = nullptr;
  uint32_t index_ = 0;
  Function* function_ = nullptr;
  std::vector<Use> uses_;
};

class Node {
 public:
  Attributes attributes;
  std::string name;  // the source's node name, or empty
  OriginId origin = kNoOrigin;

  const OpDef& op() const { return *op_; }
  bool Is(const OpDef& op) const { return op_ == &op; }
  std::string_view op_name() const { return op_->name; }
  Function* function() const { return function_; }

  size_t operand_count() const { return operands_.size(); }
  // Null stands for an optional operand that is absent (TensorFlow Lite's -1).
  Value* operand(size_t index) const { return operands_[index].value; }
  Value* operand_or_null(size_t index) const {
    return index < operands_.size() ? operands_[index].value : nullptr;
  }
  std::vector<Value*> operands() const;
  void SetOperand(size_t index, Value* value);
  void SetOperands(std::span<Value* const> values);
  // The constant tensor of an operand, or null.
  const Tensor* constant_operand(size_t index) const;

  size_t output_count() const { return outputs_.size(); }
  Value* output(size_t index = 0) const { return outputs_[index].get(); }
  Value* AddOutput(Type type);
  void EraseOutput(size_t index);  // must have no uses
  bool used() const;               // any output

  Node* next() const { return next_; }
  Node* previous() const { return previous_; }

 private:
  friend class Function;
  friend class Value;
  friend class Builder;
  struct Operand {
    Value* value = nullptr;
    uint32_t use = 0;  // position in value->uses_
  };
  void Link(size_t index, Value* value);
  void Unlink(size_t index);

  const OpDef* op_ = nullptr;
  Function* function_ = nullptr;
  std::vector<Operand> operands_;
  std::vector<std::unique_ptr<Value>> outputs_;
  Node* next_ = nullptr;
  Node* previous_ = nullptr;
};

// for (Node& node : function.nodes()): the node may be erased in the body, and nodes inserted before it.
class NodeRange {
 public:
  class Iterator {
   public:
    explicit Iterator(Node* node) : node_(node), next_(node ? node->next() : nullptr) {}
    Node& operator*() const { return *node_; }
    Iterator& operator++() {
      node_ = next_;
      next_ = node_ ? node_->next() : nullptr;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return node_ != other.node_; }

   private:
    Node* node_;
    Node* next_;
  };
  NodeRange(Node* first) : first_(first) {}
  Iterator begin() const { return Iterator(first_); }
  Iterator end() const { return Iterator(nullptr); }

 private:
  Node* first_;
};

class Function {
 public:
  std::string name;
  // Names of parameters and results in the signature (or the tensors' names), as many as there are; may be
  // empty.
  std::vector<std::string> parameter_names, result_names;

  Function(Module* module, std::string name);
  ~Function();
  Module* module() const { return module_; }

  size_t parameter_count() const { return parameters_.size(); }
  Value* parameter(size_t index) const { return parameters_[index].get(); }
  Value* AddParameter(Type type, std::string name = {});
  void EraseParameter(size_t index);  // must have no uses

  Node* return_node() const { return return_; }
  size_t result_count() const { return return_->operand_count(); }
  Value* result(size_t index) const { return return_->operand(index); }
  void SetResults(std::span<Value* const> values) { return_->SetOperands(values); }

  NodeRange nodes() const { return NodeRange(first_); }  // the return node last
  Node* first() const { return first_; }
  size_t node_count() const { return count_; }  // without the return node

  // Removes a node none of whose outputs is used.
  void Erase(Node* node);
  // Moves `node` to just before `before`.
  void Move(Node* node, Node* before);
  // Erases what nothing uses and what has no side effect; true if anything went.
  bool EraseDeadNodes();
  // Puts the nodes in topological order again, keeping the present order where that allows; false on a cycle
  // other than those of TF1 loops.
  bool SortTopologically();

 private:
  friend class Builder;
  void Insert(Node* node, Node* before);
  void Detach(Node* node);

  Module* module_;
  std::vector<std::unique_ptr<Value>> parameters_;
  Node* first_ = nullptr;
  Node* return_ = nullptr;
  size_t count_ = 0;
};

// A way into the model with names for what goes in and out.
struct Signature {
  std::string key;       // "serving_default"
  std::string function;  // whose parameter_names and result_names are the signature's
  // Names of this signature, where several signatures share a function or one leaves parameters out: one for
  // each parameter and result, "" for what does not belong to the signature. Empty: the function's names, all
  // of them.
  std::vector<std::string> input_names, output_names;
};

class Module {
 public:
  OriginTable origins;
  SymbolTable symbols;
  std::vector<Signature> signatures;
  std::string source_version;  // TensorFlow's version that wrote the source, or empty
  // Named bytes that go along (metadata of a .tflite).
  std::vector<std::pair<std::string, Tensor>> metadata;
  // Files that go along (labels), by name.
  std::vector<std::pair<std::string, Tensor>> files;
  std::string description;

  // Functions in the order of their creation; the first signature's comes first where it matters.
  const std::vector<std::unique_ptr<Function>>& functions() const { return functions_; }
  Function* AddFunction(std::string name);  // the name must be free
  Function* FindFunction(std::string_view name) const;
  void EraseFunctions(std::span<Function* const> functions);
  std::string FreeFunctionName(std::string_view wanted) const;

  // The op of a name that no table has, always the same one for one name.
  const OpDef& UnknownOp(Dialect dialect, std::string_view name);

 private:
  std::vector<std::unique_ptr<Function>> functions_;
  std::unordered_map<std::string, Function*> by_name_;
  mutable std::unordered_map<std::string, int> next_suffix_;  // where the search for a free name goes on
  struct NamedOp {
    std::string name;
    OpDef op;
  };
  std::map<std::pair<Dialect, std::string>, std::unique_ptr<NamedOp>> unknown_;
};

// Makes nodes before a given one. Those made carry `origin`, which starts as that of the node given.
class Builder {
 public:
  OriginId origin = kNoOrigin;

  explicit Builder(Node& before) : origin(before.origin), function_(before.function()), before_(&before) {}
  // At the end of a function.
  explicit Builder(Function& function) : function_(&function), before_(function.return_node()) {}

  Function& function() const { return *function_; }
  Node* Create(const OpDef& op, std::span<Value* const> operands, std::vector<Type> types,
               Attributes attributes = {});
  Node* Create(const OpDef& op, std::initializer_list<Value*> operands, std::vector<Type> types,
               Attributes attributes = {}) {
    return Create(op, std::span<Value* const>(operands.begin(), operands.size()), std::move(types),
                  std::move(attributes));
  }
  // One output.
  Value* Make(const OpDef& op, std::initializer_list<Value*> operands, Type type,
              Attributes attributes = {}) {
    return Create(op, operands, {std::move(type)}, std::move(attributes))->output();
  }
  Value* Constant(Tensor tensor, std::string name = {});

 private:
  Function* function_;
  Node* before_;
};

// "conv1/Relu:0 float32[1,8,8,3]" and the like, for findings.
std::string Describe(const Value& value);

}  // namespace litesmith::ir
