#include "passes/list_webs.h"

#include <algorithm>
#include <array>
#include <map>

#include "tf/ops.h"

namespace litesmith::passes {
namespace {

template <size_t N>
bool IsOneOf(const ir::Node& node, const std::array<const tf::Op*, N>& ops) {
  return std::any_of(ops.begin(), ops.end(), [&](const tf::Op* op) { return node.Is(*op); });
}

// Where lists stand in the ops on them. A tensor array of TensorFlow 1 is followed along its flow, which each
// write gives anew; the handle only names it.
constexpr int kNone = -1;
struct ListOp {
  const tf::Op* op;
  int operand, output;
};

const ListOp* FindListOp(const ir::Node& node) {
  static const std::array ops = {
      ListOp{&tf::TensorListReserve, kNone, 0},
      ListOp{&tf::EmptyTensorList, kNone, 0},
      ListOp{&tf::TensorListFromTensor, kNone, 0},
      ListOp{&tf::TensorListScatterV2, kNone, 0},
      ListOp{&tf::TensorListSetItem, 0, 0},
      ListOp{&tf::TensorListPushBack, 0, 0},
      ListOp{&tf::TensorListPopBack, 0, 0},
      ListOp{&tf::TensorListResize, 0, 0},
      ListOp{&tf::TensorListScatterIntoExistingList, 0, 0},
      ListOp{&tf::TensorListGetItem, 0, kNone},
      ListOp{&tf::TensorListStack, 0, kNone},
      ListOp{&tf::TensorListLength, 0, kNone},
      ListOp{&tf::TensorListGather, 0, kNone},
      ListOp{&tf::TensorListConcat, 0, kNone},
      ListOp{&tf::TensorListConcatV2, 0, kNone},
      ListOp{&tf::TensorListElementShape, 0, kNone},
      ListOp{&tf::TensorArrayV3, kNone, 1},
      ListOp{&tf::TensorArrayWriteV3, 3, 0},
      ListOp{&tf::TensorArrayScatterV3, 3, 0},
      ListOp{&tf::TensorArrayReadV3, 2, kNone},
      ListOp{&tf::TensorArrayGatherV3, 2, kNone},
      ListOp{&tf::TensorArrayConcatV3, 1, kNone},
      ListOp{&tf::TensorArraySizeV3, 1, kNone},
  };
  const auto found =
      std::find_if(ops.begin(), ops.end(), [&](const ListOp& one) { return node.Is(*one.op); });
  return found != ops.end() ? &*found : nullptr;
}

bool MakesList(const ir::Node& node) {
  const ListOp* op = FindListOp(node);
  return op != nullptr && op->operand == kNone;
}

// A variant, or what may be the flow of an array.
bool MayBeList(const ir::Value& value) {
  const ir::Type& type = value.type;
  return type.dtype == DType::kVariant ||
         (type.dtype == DType::kFloat32 && (!type.shape.ranked() || type.shape.rank() == 0));
}

bool IsControlFlow(const ir::Node& node) {
  static const std::array ops = {&tf::While,       &tf::StatelessWhile, &tf::If,
                                 &tf::StatelessIf, &tf::Case,           &tf::StatelessCase};
  return IsOneOf(node, ops);
}

ir::Function* Called(const ir::Node& node, std::string_view attribute) {
  const auto* ref = node.attributes.FindAs<FunctionRef>(attribute);
  return ref != nullptr ? node.function()->module()->FindFunction(ref->name) : nullptr;
}

// A shape that an operand tells as a constant, -1 for what is open.
Shape DeclaredShape(const ir::Node& node, size_t operand) {
  const Tensor* tensor = node.constant_operand(operand);
  if (tensor == nullptr || tensor->rank() != 1) return {};
  const auto dims = tensor->ToInt64();
  return dims ? Shape(std::vector<Dim>(dims->begin(), dims->end())) : Shape();
}

Shape WithoutFirst(const Shape& shape) {
  if (shape.rank() < 1) return {};
  return Shape(std::vector<Dim>(shape.dims().begin() + 1, shape.dims().end()));
}

// What is surely the same in two elements.
Shape Common(const Shape& a, const Shape& b) {
  if (!a.ranked() || a.rank() != b.rank()) return {};
  Shape common = a;
  for (int i = 0; i < a.rank(); ++i) {
    if (!a[i].Same(b[i])) common[i] = Dim::Unknown();
  }
  return common;
}

// What a node says of the elements of its list.
struct Said {
  DType dtype = DType::kInvalid;
  Shape declared;                // by the program: holds for all
  std::optional<Shape> written;  // of what it puts in
};

DType ElementType(const ir::Node& node) {
  for (const char* attribute : {"element_dtype", "dtype", "T"}) {
    if (const auto* dtype = node.attributes.FindAs<DType>(attribute)) return *dtype;
  }
  return DType::kInvalid;
}

Said SaidBy(const ir::Node& node) {
  Said said{ElementType(node), {}, std::nullopt};
  const auto type = [&](size_t operand) -> const Shape& { return node.operand(operand)->type.shape; };
  if (node.Is(tf::TensorListReserve) || node.Is(tf::EmptyTensorList)) said.declared = DeclaredShape(node, 0);
  if (node.Is(tf::TensorListFromTensor)) {
    said.declared = DeclaredShape(node, 1);
    said.written = WithoutFirst(type(0));
  }
  if (node.Is(tf::TensorListScatterV2)) {
    said.declared = DeclaredShape(node, 2);
    said.written = WithoutFirst(type(0));
  }
  if (node.Is(tf::TensorListSetItem) || node.Is(tf::TensorArrayWriteV3)) said.written = type(2);
  if (node.Is(tf::TensorListPushBack)) said.written = type(1);
  if (node.Is(tf::TensorListScatterIntoExistingList)) said.written = WithoutFirst(type(1));
  if (node.Is(tf::TensorArrayScatterV3)) said.written = WithoutFirst(type(2));
  if (node.Is(tf::TensorListGetItem) || node.Is(tf::TensorListGather)) said.declared = DeclaredShape(node, 2);
  if (node.Is(tf::TensorListStack) || node.Is(tf::TensorListPopBack)) said.declared = DeclaredShape(node, 1);
  if (node.Is(tf::TensorArrayV3) || node.Is(tf::TensorArrayGatherV3))
    said.declared = node.attributes.Get<Shape>("element_shape");
  return said;
}

}  // namespace

std::optional<size_t> ListOperand(const ir::Node& node) {
  const ListOp* op = FindListOp(node);
  return op != nullptr && op->operand != kNone ? std::optional(static_cast<size_t>(op->operand))
                                               : std::nullopt;
}

std::optional<size_t> ListOutput(const ir::Node& node) {
  const ListOp* op = FindListOp(node);
  return op != nullptr && op->output != kNone ? std::optional(static_cast<size_t>(op->output)) : std::nullopt;
}

ListWebs::ListWebs(const ir::Module& module) {
  for (const auto& function : module.functions()) {
    const auto add = [&](ir::Value* value) {
      if (!MayBeList(*value)) return;
      parents_[value] = value;
      members_.push_back(value);
    };
    for (size_t i = 0; i < function->parameter_count(); ++i) add(function->parameter(i));
    for (ir::Node& node : function->nodes()) {
      for (size_t i = 0; i < node.output_count(); ++i) add(node.output(i));
    }
  }
  if (members_.empty()) return;
  for (const auto& function : module.functions()) {
    for (ir::Node& node : function->nodes()) JoinNode(node);
  }
  std::unordered_map<ir::Value*, ListWeb*> by_root;
  for (ir::Value* value : members_) {
    ListWeb*& web = by_root[Root(value)];
    if (web == nullptr) web = webs_.emplace_back(std::make_unique<ListWeb>()).get();
    web->values.push_back(value);
    by_value_[value] = web;
  }
  Describe(module);
  CheckUses();
}

void ListWebs::Describe(const ir::Module& module) {
  std::map<ListWeb*, std::pair<Shape, std::optional<Shape>>> shapes;  // declared, written
  for (const auto& function : module.functions()) {
    for (const ir::Node& node : function->nodes()) {
      ListWeb* web = WebOf(node);
      if (web == nullptr) continue;
      const Said said = SaidBy(node);
      if (said.dtype != DType::kInvalid) {
        if (web->dtype != DType::kInvalid && web->dtype != said.dtype) web->convertible = false;
        web->dtype = said.dtype;
      }
      web->grows |= node.Is(tf::TensorArrayV3) && node.attributes.Bool("dynamic_size");
      web->grows |= node.attributes.Bool("resize_if_index_out_of_bounds");
      auto& [declared, written] = shapes[web];
      auto merged = Merge(declared, said.declared);
      if (!merged) web->convertible = false;
      if (merged) declared = *std::move(merged);
      if (said.written) written = written ? Common(*written, *said.written) : *said.written;
    }
  }
  for (const auto& web : webs_) {
    const auto& [declared, written] = shapes[web.get()];
    auto merged = Merge(declared, written.value_or(Shape()));
    if (!merged) web->convertible = false;
    if (merged) web->element = *std::move(merged);
    if (web->dtype == DType::kInvalid || web->dtype == DType::kVariant || web->dtype == DType::kResource)
      web->convertible = false;
  }
}

ListWeb* ListWebs::WebOf(const ir::Node& node) const {
  if (const auto operand = ListOperand(node)) {
    return *operand < node.operand_count() ? Find(node.operand(*operand)) : nullptr;
  }
  const auto output = ListOutput(node);
  return output && *output < node.output_count() ? Find(node.output(*output)) : nullptr;
}

ListWeb* ListWebs::Find(const ir::Value* value) const {
  const auto found = by_value_.find(value);
  return found != by_value_.end() ? found->second : nullptr;
}

ir::Value* ListWebs::Root(ir::Value* value) {
  ir::Value* root = value;
  while (parents_[root] != root) root = parents_[root];
  while (parents_[value] != root) value = std::exchange(parents_[value], root);
  return root;
}

void ListWebs::Join(ir::Value* a, ir::Value* b) {
  if (a == nullptr || b == nullptr || !parents_.contains(a) || !parents_.contains(b)) return;
  parents_[Root(b)] = Root(a);
}

void ListWebs::JoinNode(ir::Node& node) {
  const auto operand = ListOperand(node), output = ListOutput(node);
  if (operand && output && *operand < node.operand_count() && *output < node.output_count())
    Join(node.operand(*operand), node.output(*output));
  if (!IsControlFlow(node)) return;
  if (node.Is(tf::While) || node.Is(tf::StatelessWhile)) {
    const ir::Function *condition = Called(node, "cond"), *body = Called(node, "body");
    if (condition == nullptr || body == nullptr) return;
    const size_t count = std::min({node.operand_count(), node.output_count(), condition->parameter_count(),
                                   body->parameter_count(), body->result_count()});
    for (size_t i = 0; i < count; ++i) {
      for (ir::Value* other : {condition->parameter(i), body->parameter(i), body->result(i), node.output(i)})
        Join(node.operand(i), other);
    }
    return;
  }
  std::vector<ir::Function*> branches = {Called(node, "then_branch"), Called(node, "else_branch")};
  for (const FunctionRef& ref : node.attributes.Get<std::vector<FunctionRef>>("branches"))
    branches.push_back(node.function()->module()->FindFunction(ref.name));
  JoinBranches(node, branches);
}

void ListWebs::JoinBranches(ir::Node& node, const std::vector<ir::Function*>& branches) {
  for (const ir::Function* branch : branches) {
    if (branch == nullptr) continue;
    for (size_t i = 0; i < branch->parameter_count() && i + 1 < node.operand_count(); ++i)
      Join(node.operand(i + 1), branch->parameter(i));
    for (size_t i = 0; i < branch->result_count() && i < node.output_count(); ++i)
      Join(node.output(i), branch->result(i));
  }
}

// A list comes from an op on lists, a function's parameters or control flow, and goes to the same, or is a
// function's result.
void ListWebs::CheckUses() {
  for (const auto& web : webs_) {
    bool made = false;
    for (const ir::Value* value : web->values) {
      const ir::Node* node = value->node();
      if (node != nullptr) {
        made |= MakesList(*node);
        if (ListOutput(*node) != value->index() && !IsControlFlow(*node)) web->convertible = false;
      }
      for (const ir::Use& use : value->uses()) {
        const bool passed = IsControlFlow(*use.user) || use.user->Is(ir::kReturn);
        if (ListOperand(*use.user) != use.operand && !passed) web->convertible = false;
      }
    }
    web->convertible &= made;
  }
}

}  // namespace litesmith::passes
