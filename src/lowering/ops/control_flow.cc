// Branches and loops whose course is only known at run time. Their functions become subgraphs.
#include "lowering/lowering.h"

namespace litesmith::lowering {
namespace {

// IF wants a bool scalar; TensorFlow takes any scalar number, or asks whether a tensor has elements.
Result<ir::Value*> Condition(Lowering& lower) {
  ir::Value* condition = lower.operand(0);
  const ir::Type& type = condition->type;
  if (!type.shape.ranked() || type.shape.rank() != 0) {
    return lower.Report(Code::kControlFlow, "its condition is no scalar", "reduce the condition to one bool");
  }
  if (type.dtype == DType::kBool) return condition;
  if (!IsInteger(type.dtype) && !IsFloat(type.dtype)) {
    return lower.Report(Code::kControlFlow, fmt::format("its condition is {}", NameOf(type.dtype)),
                        "compare in the model's code, so that the condition is a bool");
  }
  return lower.Make(tfl::CAST, {condition}, {DType::kBool, Shape::Scalar(), nullptr});
}

Result<void> Branch(Lowering& lower) {
  LS_TRY(ir::Value * condition, Condition(lower));
  std::vector<ir::Value*> operands = lower.node().operands();
  operands[0] = condition;
  std::vector<ir::Type> types;
  for (size_t i = 0; i < lower.node().output_count(); ++i) types.push_back(lower.result_type(i));
  ir::Node* made =
      lower.builder().Create(tfl::IF, operands, std::move(types),
                             {{"then_subgraph_index", lower.attributes().Get<FunctionRef>("then_branch")},
                              {"else_subgraph_index", lower.attributes().Get<FunctionRef>("else_branch")}});
  made->name = lower.node().name;
  std::vector<ir::Value*> results;
  for (size_t i = 0; i < made->output_count(); ++i) results.push_back(made->output(i));
  return lower.Replace(results);
}

Result<void> Loop(Lowering& lower) {
  for (size_t i = 0; i < lower.node().operand_count(); ++i) {
    const DType dtype = lower.dtype(i);
    if (dtype == DType::kVariant || dtype == DType::kResource) {
      return lower.Report(
          Code::kControlFlow,
          fmt::format("loop variable {} is a {} whose length or element shape is not known while "
                      "converting; TensorFlow Lite's loops carry tensors only",
                      i, dtype == DType::kVariant ? "tensor list" : "resource"),
          "fix the shapes that bound the loop (--input-shape)");
    }
  }
  return lower.Rename(tfl::WHILE, {{"cond_subgraph_index", lower.attributes().Get<FunctionRef>("cond")},
                                   {"body_subgraph_index", lower.attributes().Get<FunctionRef>("body")}});
}

}  // namespace

LS_LOWER(If) { return Branch(lower); }
LS_LOWER(StatelessIf) { return Branch(lower); }
LS_LOWER(While) { return Loop(lower); }
LS_LOWER(StatelessWhile) { return Loop(lower); }

}  // namespace litesmith::lowering
