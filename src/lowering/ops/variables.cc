// Variables that the model writes to stay variables; each use names its variable by a handle.
#include "lowering/variables.h"

#include "lowering/broadcast.h"
#include "lowering/lowering.h"

namespace litesmith::lowering {
namespace {

ir::Value* Read(Lowering& lower, ir::Type type) {
  return lower.Make(tfl::READ_VARIABLE, {lower.operand(0)}, std::move(type));
}

Result<void> Assign(Lowering& lower, ir::Value* value) {
  ir::Node* made = lower.builder().Create(tfl::ASSIGN_VARIABLE, {lower.operand(0), value}, {});
  made->name = lower.node().name;
  return lower.Replace(std::span<ir::Value* const>());
}

// The value that is added to a variable has its type.
Result<void> Update(Lowering& lower, const ir::OpDef& op) {
  const ir::Type& type = lower.operand(1)->type;
  return Assign(lower, lower.Make(op, {Read(lower, type), lower.operand(1)}, type, NoActivation()));
}

}  // namespace

LS_LOWER(VarHandleOp) {
  return lower.Replace(lower.Make(tfl::VAR_HANDLE, {}, {DType::kResource, Shape::Scalar(), nullptr},
                                  VariableOptions(lower.node())));
}
LS_LOWER(ReadVariableOp) { return lower.Replace(Read(lower, lower.result_type())); }
LS_LOWER(AssignVariableOp) { return Assign(lower, lower.operand(1)); }
LS_LOWER(AssignAddVariableOp) { return Update(lower, tfl::ADD); }
LS_LOWER(AssignSubVariableOp) { return Update(lower, tfl::SUB); }
LS_LOWER(VarIsInitializedOp) { return lower.Replace(lower.Constant(Tensor::Scalar(true))); }

LS_LOWER(ResourceGather) {
  const ir::Type value{lower.result_type().dtype, Shape::Unknown(), nullptr};
  const int64_t batch_dims = lower.attributes().Int("batch_dims");
  return lower.Replace(lower.Make(tfl::GATHER, {Read(lower, value), lower.operand(1)},
                                  {{"axis", batch_dims}, {"batch_dims", batch_dims}}));
}

}  // namespace litesmith::lowering
