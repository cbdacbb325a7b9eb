// Element by element with two operands. The highest rank that each op broadcasts by itself is the official
// runtime's (facts: section 8 of the TensorFlow Lite page).
#include "lowering/broadcast.h"

namespace litesmith::lowering {
namespace {

Result<void> Quotient(Lowering& lower) {
  if (IsFloat(lower.dtype(0))) return LowerBroadcast(lower, tfl::DIV, 6, NoActivation());
  return LowerBroadcast(lower, tfl::DIV, 5, NoActivation());
}

}  // namespace

LS_LOWER(Add) { return LowerBroadcast(lower, tfl::ADD, 6, NoActivation()); }
LS_LOWER(AddV2) { return LowerBroadcast(lower, tfl::ADD, 6, NoActivation()); }
LS_LOWER(Sub) { return LowerBroadcast(lower, tfl::SUB, 6, NoActivation()); }
LS_LOWER(Mul) { return LowerBroadcast(lower, tfl::MUL, 6, NoActivation()); }
LS_LOWER(RealDiv) { return Quotient(lower); }
LS_LOWER(Div) { return Quotient(lower); }
LS_LOWER(TruncateDiv) {
  if (!IsFloat(lower.dtype(0))) return Quotient(lower);
  const int rank = lower.result_type().shape.rank();
  if (rank > 5) return lower.Refuse("it has {} dimensions; up to 5 are possible", rank);
  ir::Value* quotient = lower.Make(tfl::DIV, {lower.operand(0), lower.operand(1)}, NoActivation());
  ir::Value* whole = lower.Make(tfl::FLOOR, {lower.Make(tfl::ABS, {quotient})});
  return lower.Replace(lower.Make(tfl::MUL, {lower.Make(tfl::SIGN, {quotient}), whole}, NoActivation()));
}
LS_LOWER(FloorDiv) { return LowerBroadcast(lower, tfl::FLOOR_DIV, 4); }
LS_LOWER(FloorMod) { return LowerBroadcast(lower, tfl::FLOOR_MOD, 4); }
LS_LOWER(Maximum) { return LowerBroadcast(lower, tfl::MAXIMUM, 5); }
LS_LOWER(Minimum) { return LowerBroadcast(lower, tfl::MINIMUM, 5); }
LS_LOWER(Pow) { return LowerBroadcast(lower, tfl::POW, 4); }
LS_LOWER(SquaredDifference) { return LowerBroadcast(lower, tfl::SQUARED_DIFFERENCE, 4); }
LS_LOWER(Equal) { return LowerBroadcast(lower, tfl::EQUAL, 4); }
LS_LOWER(NotEqual) { return LowerBroadcast(lower, tfl::NOT_EQUAL, 4); }
LS_LOWER(Less) { return LowerBroadcast(lower, tfl::LESS, 4); }
LS_LOWER(LessEqual) { return LowerBroadcast(lower, tfl::LESS_EQUAL, 4); }
LS_LOWER(Greater) { return LowerBroadcast(lower, tfl::GREATER, 4); }
LS_LOWER(GreaterEqual) { return LowerBroadcast(lower, tfl::GREATER_EQUAL, 4); }
LS_LOWER(LogicalAnd) { return LowerBroadcast(lower, tfl::LOGICAL_AND, 4); }
LS_LOWER(LogicalOr) { return LowerBroadcast(lower, tfl::LOGICAL_OR, 4); }
LS_LOWER(BiasAdd) {
  if (lower.attributes().Text("data_format", "NHWC") == "NHWC")
    return LowerBroadcast(lower, tfl::ADD, 6, NoActivation());
  // Channels second: the bias becomes [c, 1, 1...].
  const int rank = lower.shape(0).rank();
  const Shape& bias = lower.shape(1);
  if (rank < 2 || !bias.known())
    return lower.Report(Code::kShapeUnknown, "the rank of the operand of an NCHW bias is not known");
  std::vector<int64_t> dims = {bias[0].value()};
  dims.resize(static_cast<size_t>(rank) - 1, 1);
  ir::Value* spread = lower.Make(tfl::RESHAPE, {lower.operand(1), lower.Int32s(dims)},
                                 {lower.dtype(1), Shape::Of(dims), nullptr}, {{"new_shape", dims}});
  return lower.Replace(lower.Make(tfl::ADD, {lower.operand(0), spread}, NoActivation()));
}

LS_LOWER(Select) { return lower.Rename(tfl::SELECT); }
LS_LOWER(SelectV2) { return LowerBroadcast(lower, tfl::SELECT_V2, 5); }

LS_LOWER(AddN) {
  if (lower.node().operand_count() == 1) return lower.Replace(lower.operand(0));
  return lower.Rename(tfl::ADD_N);
}

}  // namespace litesmith::lowering
