// Gradients of ops on single elements, as models have them that differentiate while they infer: dy times the
// derivative, by the forward op's result y or its operand x. Formulas as in TensorFlow's
// cwise_ops_gradients.h, relu_op_functor.h and softplus_op.h.
#include "lowering/formula.h"

namespace litesmith::lowering {
namespace {

class Gradient : public Formula {
 public:
  using Formula::Formula;
  ir::Value* first() const { return lower_.operand(0); }
  ir::Value* second() const { return lower_.operand(1); }
  // 1 where the comparison of x with the number holds, else 0.
  ir::Value* Where(const ir::OpDef& comparison, ir::Value* x, float number) {
    const ir::Type truth{DType::kBool, lower_.result_type().shape, nullptr};
    return Apply(tfl::CAST, lower_.Make(comparison, {x, Number(number)}, truth));
  }
};

}  // namespace

// Of (y, dy).
LS_LOWER(SigmoidGrad) {
  Gradient of(lower);
  LS_RETURN_IF_FAILED(of.ExpectFloat());
  ir::Value* slope = of.Multiply(of.first(), of.Subtract(of.Number(1), of.first()));
  return of.Is(of.Multiply(of.second(), slope));
}
LS_LOWER(TanhGrad) {
  Gradient of(lower);
  LS_RETURN_IF_FAILED(of.ExpectFloat());
  return of.Is(of.Multiply(of.second(), of.Subtract(of.Number(1), of.Multiply(of.first(), of.first()))));
}
LS_LOWER(SqrtGrad) {
  Gradient of(lower);
  LS_RETURN_IF_FAILED(of.ExpectFloat());
  return of.Is(of.Divide(of.Multiply(of.second(), of.Number(0.5f)), of.first()));
}
LS_LOWER(RsqrtGrad) {
  Gradient of(lower);
  LS_RETURN_IF_FAILED(of.ExpectFloat());
  ir::Value* cube = of.Multiply(of.Multiply(of.first(), of.first()), of.first());
  return of.Is(of.Multiply(of.Multiply(of.second(), of.Number(-0.5f)), cube));
}
LS_LOWER(ReciprocalGrad) {
  Gradient of(lower);
  LS_RETURN_IF_FAILED(of.ExpectFloat());
  return of.Is(of.Multiply(of.Apply(tfl::NEG, of.second()), of.Multiply(of.first(), of.first())));
}
LS_LOWER(InvGrad) { return Lower_ReciprocalGrad(lower); }

// Of (dy, x).
LS_LOWER(ReluGrad) {
  Gradient of(lower);
  LS_RETURN_IF_FAILED(of.ExpectFloat());
  return of.Is(of.Multiply(of.first(), of.Where(tfl::GREATER, of.second(), 0)));
}
LS_LOWER(Relu6Grad) {
  Gradient of(lower);
  LS_RETURN_IF_FAILED(of.ExpectFloat());
  ir::Value* inside =
      of.Multiply(of.Where(tfl::GREATER, of.second(), 0), of.Where(tfl::LESS, of.second(), 6));
  return of.Is(of.Multiply(of.first(), inside));
}
LS_LOWER(LeakyReluGrad) {
  Gradient of(lower);
  LS_RETURN_IF_FAILED(of.ExpectFloat());
  const float alpha = lower.attributes().Float("alpha", 0.2f);
  ir::Value* slope =
      of.Add(of.Multiply(of.Where(tfl::GREATER, of.second(), 0), of.Number(1 - alpha)), of.Number(alpha));
  return of.Is(of.Multiply(of.first(), slope));
}
LS_LOWER(SoftplusGrad) {
  Gradient of(lower);
  LS_RETURN_IF_FAILED(of.ExpectFloat());
  return of.Is(of.Multiply(of.first(), of.Apply(tfl::LOGISTIC, of.second())));
}
LS_LOWER(SoftsignGrad) {
  Gradient of(lower);
  LS_RETURN_IF_FAILED(of.ExpectFloat());
  ir::Value* base = of.Add(of.Apply(tfl::ABS, of.second()), of.Number(1));
  return of.Is(of.Divide(of.first(), of.Multiply(base, base)));
}

// Of (dy, y).
LS_LOWER(EluGrad) {
  Gradient of(lower);
  LS_RETURN_IF_FAILED(of.ExpectFloat());
  ir::Value* falling = of.Multiply(of.first(), of.Add(of.second(), of.Number(1)));
  return of.Is(of.Choose(tfl::LESS, of.second(), of.Number(0), falling, of.first()));
}
LS_LOWER(SeluGrad) {
  constexpr float kScale = 1.0507009873554805f, kScaleAlpha = 1.7580993408473766f;  // as in Selu
  Gradient of(lower);
  LS_RETURN_IF_FAILED(of.ExpectFloat());
  ir::Value* falling = of.Multiply(of.first(), of.Add(of.second(), of.Number(kScaleAlpha)));
  return of.Is(
      of.Choose(tfl::LESS, of.second(), of.Number(0), falling, of.Multiply(of.first(), of.Number(kScale))));
}

// Over all axes but that of the channels.
LS_LOWER(BiasAddGrad) {
  const int rank = lower.shape(0).rank();
  if (rank < 2) return lower.Report(Code::kShapeUnknown, "the rank of its operand is not known");
  const bool first = lower.attributes().Text("data_format", "NHWC").starts_with("NC");
  std::vector<int64_t> axes;
  for (int axis = 0; axis < rank; ++axis) {
    if (axis != (first ? 1 : rank - 1)) axes.push_back(axis);
  }
  return lower.Replace(lower.Make(tfl::SUM, {lower.operand(0), lower.Int32s(axes)}, {{"keep_dims", false}}));
}

}  // namespace litesmith::lowering
