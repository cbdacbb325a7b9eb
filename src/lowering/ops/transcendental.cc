// Functions of one float that TensorFlow Lite lacks, from those that it has. What counts is the relative
// error: a form that cancels near zero, as exp(x) - 1, is not used there.
#include <array>

#include "lowering/broadcast.h"

namespace litesmith::lowering {
namespace {

// Makes float32 nodes of the operand's shape.
class Formula {
 public:
  explicit Formula(Lowering& lower) : lower_(lower), x_(lower.operand(0)) {}

  // Reports kDtypeUnsupported unless the operand is float32.
  Result<void> ExpectFloat() {
    if (lower_.dtype(0) == DType::kFloat32) return {};
    return lower_.Report(Code::kDtypeUnsupported,
                         fmt::format("it is computed for float32 only, not for {}", NameOf(lower_.dtype(0))),
                         "cast its operand to float32 in the model's code");
  }
  ir::Value* x() const { return x_; }
  ir::Value* Number(float value) { return lower_.Constant(Tensor::Scalar(value)); }
  ir::Value* Add(ir::Value* a, ir::Value* b) { return lower_.Make(tfl::ADD, {a, b}, NoActivation()); }
  ir::Value* Add(ir::Value* a, float b) { return Add(a, Number(b)); }
  ir::Value* Subtract(ir::Value* a, ir::Value* b) { return lower_.Make(tfl::SUB, {a, b}, NoActivation()); }
  ir::Value* Multiply(ir::Value* a, ir::Value* b) { return lower_.Make(tfl::MUL, {a, b}, NoActivation()); }
  ir::Value* Multiply(ir::Value* a, float b) { return Multiply(a, Number(b)); }
  ir::Value* Divide(ir::Value* a, ir::Value* b) { return lower_.Make(tfl::DIV, {a, b}, NoActivation()); }
  ir::Value* Apply(const ir::OpDef& op, ir::Value* a) { return lower_.Make(op, {a}); }
  ir::Value* Choose(const ir::OpDef& comparison, ir::Value* a, ir::Value* b, ir::Value* where_true,
                    ir::Value* where_false) {
    const ir::Type truth{DType::kBool, lower_.result_type().shape, nullptr};
    return lower_.Make(tfl::SELECT, {lower_.Make(comparison, {a, b}, truth), where_true, where_false});
  }
  // Horner's rule, the highest power's coefficient first.
  template <size_t kCount>
  ir::Value* Polynomial(ir::Value* of, const std::array<float, kCount>& coefficients) {
    ir::Value* sum = Add(Multiply(of, coefficients[0]), coefficients[1]);
    for (size_t i = 2; i < kCount; ++i) sum = Add(Multiply(sum, of), coefficients[i]);
    return sum;
  }
  // exp(x) - 1: with t = tanh(x / 2) it is 2t / (1 - t), which cancels for no small x.
  ir::Value* ExpMinusOne() {
    ir::Value* t = Apply(tfl::TANH, Multiply(x_, 0.5f));
    ir::Value* near_zero = Divide(Multiply(t, 2.0f), Subtract(Number(1), t));
    ir::Value* elsewhere = Add(Apply(tfl::EXP, x_), -1.0f);
    return Choose(tfl::LESS, Apply(tfl::ABS, x_), Number(1), near_zero, elsewhere);
  }
  Result<void> Is(ir::Value* value) { return lower_.Replace(value); }

 private:
  Lowering& lower_;
  ir::Value* x_;
};

// 0 where `zero` is 0, else `value`.
Result<void> ZeroWhereZero(Lowering& lower, ir::Value* zero, ir::Value* value) {
  const ir::Type truth{DType::kBool, zero->type.shape, nullptr};
  ir::Value* nothing = lower.Constant(Tensor::Zeros(lower.result_type().dtype, {}));
  ir::Value* is_zero =
      lower.Make(tfl::EQUAL, {zero, lower.Constant(Tensor::Zeros(zero->type.dtype, {}))}, truth);
  return lower.Replace(lower.Make(tfl::SELECT_V2, {is_zero, nothing, value}));
}

// The kernels of these broadcast up to four dimensions, and SELECT_V2 up to five.
Result<void> ExpectLowRank(Lowering& lower) {
  const Shape& shape = lower.result_type().shape;
  if (lower.dtype(0) != DType::kFloat32) {
    return lower.Report(Code::kDtypeUnsupported,
                        fmt::format("it is computed for float32 only, not for {}", NameOf(lower.dtype(0))),
                        "cast its operands to float32 in the model's code");
  }
  if (shape.ranked() && shape.rank() <= 4) return {};
  return lower.Refuse("it has {} dimensions; up to 4 are possible", shape.rank());
}

}  // namespace

// x P(x^2) / Q(x^2) on -4..4, beyond which erf is 1 in float32. The coefficients are those of Eigen
// (GenericPacketMathFunctions.h), by which TensorFlow itself computes: off by a few units in the last place.
LS_LOWER(Erf) {
  constexpr std::array<float, 7> kP = {-2.72614225801306e-10f, 2.77068142495902e-08f,  -2.10102402082508e-06f,
                                       -5.69250639462346e-05f, -7.34990630326855e-04f, -2.95459980854025e-03f,
                                       -1.60960333262415e-02f};
  constexpr std::array<float, 5> kQ = {-1.45660718464996e-05f, -2.13374055278905e-04f, -1.68282697438203e-03f,
                                       -7.37332916720468e-03f, -1.42647390514189e-02f};
  Formula formula(lower);
  LS_RETURN_IF_FAILED(formula.ExpectFloat());
  ir::Value* above = lower.Make(tfl::MAXIMUM, {formula.x(), formula.Number(-4)});
  ir::Value* x = lower.Make(tfl::MINIMUM, {above, formula.Number(4)});
  ir::Value* square = formula.Multiply(x, x);
  return formula.Is(
      formula.Divide(formula.Multiply(x, formula.Polynomial(square, kP)), formula.Polynomial(square, kQ)));
}

LS_LOWER(Expm1) {
  Formula formula(lower);
  LS_RETURN_IF_FAILED(formula.ExpectFloat());
  return formula.Is(formula.ExpMinusOne());
}

// log(1 + x) times what rounding 1 + x lost of x; x itself where 1 + x is 1. The bound keeps infinity out of
// the quotient, where 1 + x is x anyway.
LS_LOWER(Log1p) {
  Formula formula(lower);
  LS_RETURN_IF_FAILED(formula.ExpectFloat());
  ir::Value* one = formula.Number(1);
  ir::Value* sum = formula.Add(formula.x(), one);
  ir::Value* bounded = lower.Make(tfl::MINIMUM, {formula.x(), formula.Number(1e30f)});
  ir::Value* kept = formula.Subtract(formula.Add(bounded, one), one);
  ir::Value* log = formula.Multiply(formula.Apply(tfl::LOG, sum), formula.Divide(bounded, kept));
  return formula.Is(formula.Choose(tfl::EQUAL, sum, one, formula.x(), log));
}

// scale * (max(x, 0) + alpha * min(elu(x), 0)), alpha and scale as in "Self-Normalizing Neural Networks".
LS_LOWER(Selu) {
  constexpr float kAlpha = 1.6732632423543772f, kScale = 1.0507009873554805f;
  Formula formula(lower);
  LS_RETURN_IF_FAILED(formula.ExpectFloat());
  ir::Value* below = lower.Make(tfl::MINIMUM, {formula.Apply(tfl::ELU, formula.x()), formula.Number(0)});
  ir::Value* above = formula.Apply(tfl::RELU, formula.x());
  return formula.Is(formula.Add(formula.Multiply(above, kScale), formula.Multiply(below, kScale * kAlpha)));
}

// The angle of (1, x). ATAN2 takes two operands of one shape.
LS_LOWER(Atan) {
  Formula formula(lower);
  LS_RETURN_IF_FAILED(formula.ExpectFloat());
  const Shape& shape = lower.shape(0);
  ir::Value* dims = nullptr;
  if (shape.known()) {
    dims = lower.Int32s(shape.known_dims());
  } else {
    const ir::Type vector{DType::kInt32, {shape.ranked() ? Dim(shape.rank()) : Dim()}, nullptr};
    dims = lower.Make(tfl::SHAPE, {formula.x()}, vector, {{"out_type", int64_t{2}}});  // INT32 of the schema
  }
  return formula.Is(lower.Make(tfl::ATAN2, {formula.x(), lower.Make(tfl::FILL, {dims, formula.Number(1)})}));
}

LS_LOWER(Tan) {
  Formula formula(lower);
  LS_RETURN_IF_FAILED(formula.ExpectFloat());
  return formula.Is(
      formula.Divide(formula.Apply(tfl::SIN, formula.x()), formula.Apply(tfl::COS, formula.x())));
}

// With e = exp(x) - 1: (e + e / (e + 1)) / 2, which cancels for no small x. For large ones the halves come
// first, so that it overflows no sooner than sinh.
LS_LOWER(Sinh) {
  Formula formula(lower);
  LS_RETURN_IF_FAILED(formula.ExpectFloat());
  ir::Value* e = formula.ExpMinusOne();
  ir::Value* near_zero = formula.Multiply(formula.Add(e, formula.Divide(e, formula.Add(e, 1))), 0.5f);
  const auto half = [&](ir::Value* value) {
    ir::Value* root = formula.Apply(tfl::EXP, formula.Multiply(value, 0.5f));
    return formula.Multiply(formula.Multiply(root, 0.5f), root);
  };
  ir::Value* elsewhere = formula.Subtract(half(formula.x()), half(formula.Apply(tfl::NEG, formula.x())));
  return formula.Is(formula.Choose(tfl::LESS, formula.Apply(tfl::ABS, formula.x()), formula.Number(1),
                                   near_zero, elsewhere));
}

LS_LOWER(Cosh) {
  Formula formula(lower);
  LS_RETURN_IF_FAILED(formula.ExpectFloat());
  ir::Value* root = formula.Apply(tfl::EXP, formula.Multiply(formula.Apply(tfl::ABS, formula.x()), 0.5f));
  ir::Value* rising = formula.Multiply(formula.Multiply(root, 0.5f), root);
  ir::Value* falling = formula.Divide(formula.Number(0.5f), formula.Multiply(root, root));
  return formula.Is(formula.Add(rising, falling));
}

LS_LOWER(Rint) { return lower.Rename(tfl::ROUND); }

LS_LOWER(DivNoNan) {
  LS_RETURN_IF_FAILED(ExpectLowRank(lower));
  ir::Value* quotient = lower.Make(tfl::DIV, {lower.operand(0), lower.operand(1)}, NoActivation());
  return ZeroWhereZero(lower, lower.operand(1), quotient);
}

LS_LOWER(MulNoNan) {
  LS_RETURN_IF_FAILED(ExpectLowRank(lower));
  ir::Value* product = lower.Make(tfl::MUL, {lower.operand(0), lower.operand(1)}, NoActivation());
  return ZeroWhereZero(lower, lower.operand(1), product);
}

LS_LOWER(Xdivy) {
  LS_RETURN_IF_FAILED(ExpectLowRank(lower));
  ir::Value* quotient = lower.Make(tfl::DIV, {lower.operand(0), lower.operand(1)}, NoActivation());
  return ZeroWhereZero(lower, lower.operand(0), quotient);
}

LS_LOWER(Xlogy) {
  LS_RETURN_IF_FAILED(ExpectLowRank(lower));
  ir::Value* log = lower.Make(tfl::LOG, {lower.operand(1)}, lower.operand(1)->type);
  return ZeroWhereZero(lower, lower.operand(0),
                       lower.Make(tfl::MUL, {lower.operand(0), log}, NoActivation()));
}

}  // namespace litesmith::lowering
