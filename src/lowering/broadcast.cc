#include "lowering/broadcast.h"

namespace litesmith::lowering {
namespace {

bool SameShapes(const Lowering& lower) {
  const Shape& a = lower.shape(0);
  for (size_t i = 1; i < lower.node().operand_count(); ++i) {
    const Shape& b = lower.shape(i);
    if (!a.ranked() || !b.ranked() || a.rank() != b.rank()) return false;
    for (int axis = 0; axis < a.rank(); ++axis) {
      if (!a[axis].Same(b[axis])) return false;
    }
  }
  return true;
}

// The shape of the result as an int32 vector: a constant where it is known.
ir::Value* ResultShape(Lowering& lower) {
  const Shape& shape = lower.result_type().shape;
  if (shape.known()) return lower.Int32s(shape.known_dims());
  const ir::Type vector{DType::kInt32, {Dim(shape.rank())}, nullptr};
  ir::Value* result = nullptr;
  for (size_t i = 0; i < lower.node().operand_count(); ++i) {
    ir::Value* one = lower.Make(
        tfl::SHAPE, {lower.operand(i)},
        {DType::kInt32, {Dim(lower.shape(i).ranked() ? Dim(lower.shape(i).rank()) : Dim())}, nullptr},
        {{"out_type", int64_t{2}}});  // INT32 of the schema
    result = result == nullptr ? one : lower.Make(tfl::BROADCAST_ARGS, {result, one}, vector);
  }
  return result;
}

}  // namespace

Result<void> LowerBroadcast(Lowering& lower, const ir::OpDef& op, int highest_rank, Attributes attributes) {
  const Shape& shape = lower.result_type().shape;
  if (!shape.ranked() || shape.rank() <= highest_rank || SameShapes(lower)) {
    return lower.Rename(op, std::move(attributes));
  }
  ir::Value* target = ResultShape(lower);
  std::vector<ir::Value*> operands;
  for (size_t i = 0; i < lower.node().operand_count(); ++i) {
    operands.push_back(
        lower.Make(tfl::BROADCAST_TO, {lower.operand(i), target}, {lower.dtype(i), shape, nullptr}));
  }
  ir::Node* made = lower.builder().Create(op, operands, {lower.result_type()}, std::move(attributes));
  made->name = lower.node().name;
  return lower.Replace(made->output());
}

}  // namespace litesmith::lowering
