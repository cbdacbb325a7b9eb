// TensorFlow Lite has branches of two only. A case whose index is not known is branches within branches:
// index == 0 ? first : (index == 1 ? second : ... the last), and the last for every index out of range, as in
// TensorFlow.
#include "passes/clone.h"
#include "passes/passes.h"
#include "tf/ops.h"

namespace litesmith::passes {
namespace {

// What functions take: the index, then the operands of the branches.
class CaseNester {
 public:
  explicit CaseNester(ir::Node& node) : node_(node), module_(*node.function()->module()) {}

  // False if its functions are not there.
  bool Run() {
    const auto* references = node_.attributes.FindAs<std::vector<FunctionRef>>("branches");
    if (references == nullptr || references->empty()) return false;
    std::vector<const ir::Function*> branches;
    for (const FunctionRef& reference : *references) {
      branches.push_back(module_.FindFunction(reference.name));
      const bool fits = branches.back() != nullptr &&
                        branches.back()->parameter_count() + 1 == node_.operand_count() &&
                        branches.back()->result_count() == node_.output_count();
      if (!fits) return false;
    }
    // From the innermost out; a function for each branch, and one for what comes after it.
    ir::Function* rest = branches.size() > 1 ? Wrapped(*branches.back()) : nullptr;
    for (size_t i = branches.size() - 1; i > 1; --i) {
      ir::Function* function = NewFunction("rest");
      std::vector<ir::Value*> arguments;
      for (size_t at = 0; at < function->parameter_count(); ++at)
        arguments.push_back(function->parameter(at));
      ir::Builder builder(*function);
      const std::vector<ir::Value*> results =
          Choose(builder, static_cast<int32_t>(i - 1), arguments, *Wrapped(*branches[i - 1]), *rest);
      function->SetResults(results);
      rest = function;
    }
    std::vector<ir::Value*> operands = node_.operands();
    std::vector<ir::Value*> results;
    if (branches.size() == 1) {
      results = InlineBody(*branches.front(), std::span(operands).subspan(1), node_);
    } else {
      ir::Builder builder(node_);
      results = Choose(builder, 0, operands, *Wrapped(*branches.front()), *rest);
    }
    for (size_t i = 0; i < results.size(); ++i) {
      if (results[i]->name.empty()) results[i]->name = node_.output(i)->name;
      node_.output(i)->ReplaceAllUsesWith(results[i]);
    }
    node_.function()->Erase(&node_);
    return true;
  }

 private:
  ir::Function* NewFunction(std::string_view what) {
    ir::Function* function = module_.AddFunction(module_.FreeFunctionName(fmt::format("case_{}", what)));
    for (const ir::Value* operand : node_.operands()) function->AddParameter(operand->type);
    return function;
  }

  ir::Function* Wrapped(const ir::Function& branch) {
    ir::Function* function = NewFunction("branch");
    std::vector<ir::Value*> arguments;
    for (size_t i = 1; i < function->parameter_count(); ++i) arguments.push_back(function->parameter(i));
    function->SetResults(InlineBody(branch, arguments, *function->return_node()));
    return function;
  }

  std::vector<ir::Value*> Choose(ir::Builder& builder, int32_t index,
                                 const std::vector<ir::Value*>& arguments, const ir::Function& branch,
                                 const ir::Function& rest) {
    builder.origin = node_.origin;
    ir::Value* here = builder.Make(tf::Equal, {arguments[0], builder.Constant(Tensor::Scalar(index))},
                                   {DType::kBool, Shape::Scalar(), nullptr}, {{"T", DType::kInt32}});
    std::vector<ir::Value*> operands = {here};
    operands.insert(operands.end(), arguments.begin(), arguments.end());
    std::vector<ir::Type> types;
    for (size_t i = 0; i < node_.output_count(); ++i) types.push_back(node_.output(i)->type);
    std::vector<DType> given, taken;
    for (const ir::Value* argument : arguments) given.push_back(argument->type.dtype);
    for (const ir::Type& type : types) taken.push_back(type.dtype);
    const ir::OpDef& op = node_.Is(tf::Case) ? tf::If : tf::StatelessIf;
    ir::Node* made = builder.Create(op, operands, std::move(types),
                                    {{"Tcond", DType::kBool},
                                     {"Tin", std::move(given)},
                                     {"Tout", std::move(taken)},
                                     {"then_branch", FunctionRef{branch.name}},
                                     {"else_branch", FunctionRef{rest.name}}});
    made->name = node_.name;
    std::vector<ir::Value*> results;
    for (size_t i = 0; i < made->output_count(); ++i) results.push_back(made->output(i));
    return results;
  }

  ir::Node& node_;
  ir::Module& module_;
};

}  // namespace

Result<Changed> NestCases(Module& module, PassContext&) {
  Changed changed = Changed::kNo;
  for (size_t i = 0; i < module.functions().size(); ++i) {  // functions are added on the way
    for (ir::Node& node : module.functions()[i]->nodes()) {
      const bool is_case = node.Is(tf::Case) || node.Is(tf::StatelessCase);
      if (is_case && CaseNester(node).Run()) changed = Changed::kYes;
    }
  }
  return changed;
}

}  // namespace litesmith::passes
