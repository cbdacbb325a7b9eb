// Element by element with one operand: the same op under TensorFlow Lite's name.
#include <limits>

#include "lowering/lowering.h"

namespace litesmith::lowering {

LS_LOWER(Abs) { return lower.Rename(tfl::ABS); }
LS_LOWER(Ceil) { return lower.Rename(tfl::CEIL); }
LS_LOWER(Cos) { return lower.Rename(tfl::COS); }
LS_LOWER(Elu) { return lower.Rename(tfl::ELU); }
LS_LOWER(Exp) { return lower.Rename(tfl::EXP); }
LS_LOWER(Floor) { return lower.Rename(tfl::FLOOR); }
LS_LOWER(Log) { return lower.Rename(tfl::LOG); }
LS_LOWER(LogicalNot) { return lower.Rename(tfl::LOGICAL_NOT); }
LS_LOWER(Neg) { return lower.Rename(tfl::NEG); }
LS_LOWER(Relu) { return lower.Rename(tfl::RELU); }
LS_LOWER(Relu6) { return lower.Rename(tfl::RELU6); }
LS_LOWER(Round) { return lower.Rename(tfl::ROUND); }
LS_LOWER(Rsqrt) { return lower.Rename(tfl::RSQRT); }
LS_LOWER(Sigmoid) { return lower.Rename(tfl::LOGISTIC); }
LS_LOWER(Sign) { return lower.Rename(tfl::SIGN); }
LS_LOWER(Sin) { return lower.Rename(tfl::SIN); }
LS_LOWER(Sqrt) { return lower.Rename(tfl::SQRT); }
LS_LOWER(Square) { return lower.Rename(tfl::SQUARE); }
LS_LOWER(Tanh) { return lower.Rename(tfl::TANH); }
LS_LOWER(ZerosLike) { return lower.Rename(tfl::ZEROS_LIKE); }

// The operand's type, as bool.
ir::Type Truth(const Lowering& lower) { return {DType::kBool, lower.shape(0), nullptr}; }

// Every number but NaN equals itself.
LS_LOWER(IsNan) {
  return lower.Replace(lower.Make(tfl::NOT_EQUAL, {lower.operand(0), lower.operand(0)}, Truth(lower)));
}

LS_LOWER(IsInf) {
  if (lower.dtype(0) != DType::kFloat32) return lower.Refuse("its operand is {}", NameOf(lower.dtype(0)));
  ir::Value* size = lower.Make(tfl::ABS, {lower.operand(0)}, lower.operand(0)->type);
  ir::Value* infinity = lower.Constant(Tensor::Scalar(std::numeric_limits<float>::infinity()));
  return lower.Replace(lower.Make(tfl::EQUAL, {size, infinity}, Truth(lower)));
}

// Below infinity in size; NaN is below nothing.
LS_LOWER(IsFinite) {
  if (lower.dtype(0) != DType::kFloat32) return lower.Refuse("its operand is {}", NameOf(lower.dtype(0)));
  ir::Value* size = lower.Make(tfl::ABS, {lower.operand(0)}, lower.operand(0)->type);
  ir::Value* infinity = lower.Constant(Tensor::Scalar(std::numeric_limits<float>::infinity()));
  return lower.Replace(lower.Make(tfl::LESS, {size, infinity}, Truth(lower)));
}

LS_LOWER(LeakyRelu) {
  return lower.Rename(tfl::LEAKY_RELU, {{"alpha", lower.attributes().Float("alpha", 0.2f)}});
}

LS_LOWER(Bucketize) {
  return lower.Rename(tfl::BUCKETIZE,
                      {{"boundaries", lower.attributes().Get<std::vector<float>>("boundaries")}});
}

LS_LOWER(Cast) { return lower.Rename(tfl::CAST); }

}  // namespace litesmith::lowering
