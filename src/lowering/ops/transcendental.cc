// Functions of one float that TensorFlow Lite lacks, from those that it has. What counts is the relative
// error: a form that cancels near zero, as exp(x) - 1, is not used there.
#include <array>

#include "lowering/formula.h"

namespace litesmith::lowering {
namespace {

class Function : public Formula {
 public:
  using Formula::Formula;
  // exp(x) - 1: with t = tanh(x / 2) it is 2t / (1 - t), which cancels for no small x.
  ir::Value* ExpMinusOne() {
    ir::Value* t = Apply(tfl::TANH, Multiply(x(), 0.5f));
    ir::Value* near_zero = Divide(Multiply(t, 2.0f), Subtract(Number(1), t));
    ir::Value* elsewhere = Add(Apply(tfl::EXP, x()), -1.0f);
    return Choose(tfl::LESS, Apply(tfl::ABS, x()), Number(1), near_zero, elsewhere);
  }
  // x P(x^2) / Q(x^2) on -4..4, beyond which erf is 1 in float32. The coefficients are those of Eigen
  // (GenericPacketMathFunctions.h), by which TensorFlow itself computes: off by a few units in the last
  // place.
  ir::Value* Erf() {
    constexpr std::array<float, 7> kP = {
        -2.72614225801306e-10f, 2.77068142495902e-08f,  -2.10102402082508e-06f, -5.69250639462346e-05f,
        -7.34990630326855e-04f, -2.95459980854025e-03f, -1.60960333262415e-02f};
    constexpr std::array<float, 5> kQ = {-1.45660718464996e-05f, -2.13374055278905e-04f,
                                         -1.68282697438203e-03f, -7.37332916720468e-03f,
                                         -1.42647390514189e-02f};
    ir::Value* above = lower_.Make(tfl::MAXIMUM, {x(), Number(-4)});
    ir::Value* x = lower_.Make(tfl::MINIMUM, {above, Number(4)});
    ir::Value* square = Multiply(x, x);
    return Divide(Multiply(x, Polynomial(square, kP)), Polynomial(square, kQ));
  }
  // log(1 + value) times what rounding 1 + value lost; the value itself where 1 + value is 1. The bound keeps
  // infinity out of the quotient, where 1 + value is value anyway.
  ir::Value* LogOfOnePlus(ir::Value* value) {
    ir::Value* one = Number(1);
    ir::Value* sum = Add(value, one);
    ir::Value* bounded = lower_.Make(tfl::MINIMUM, {value, Number(1e30f)});
    ir::Value* kept = Subtract(Add(bounded, one), one);
    ir::Value* log = Multiply(Apply(tfl::LOG, sum), Divide(bounded, kept));
    return Choose(tfl::EQUAL, sum, one, value, log);
  }
  // sqrt(1 - x^2), which cancels for no x near 1.
  ir::Value* OtherLeg() {
    ir::Value* one = Number(1);
    return Apply(tfl::SQRT, Multiply(Subtract(one, x()), Add(x(), one)));
  }
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

LS_LOWER(Erf) {
  Function formula(lower);
  LS_RETURN_IF_FAILED(formula.ExpectFloat());
  return formula.Is(formula.Erf());
}

// 1 - erf(x) up to 1, beyond it exp(-x^2) / x times a polynomial of 1 / x^2, and 2 - erfc(-x) for negative x.
// Coefficients are those of Cephes (ndtrf.c). The error of exp(-x^2) grows with x^2: 5e-6 of the result at 9.
LS_LOWER(Erfc) {
  constexpr std::array<float, 9> kBelowTwo = {
      2.326819970068386e-2f,  -1.387039388740657e-1f, 3.687424674597105e-1f,
      -5.824733027278666e-1f, 6.210004621745983e-1f,  -4.944515323274145e-1f,
      3.404879937665872e-1f,  -2.741127028184656e-1f, 5.638259427386472e-1f};
  constexpr std::array<float, 8> kAboveTwo = {
      -1.047766399936249e+1f, 1.297719955372516e+1f, -7.495518717768503e+0f, 2.921019019210786e+0f,
      -1.015265279202700e+0f, 4.218463358204948e-1f, -2.820767439740514e-1f, 5.641895067754075e-1f};
  Function formula(lower);
  LS_RETURN_IF_FAILED(formula.ExpectFloat());
  ir::Value* zero = formula.Number(0);
  ir::Value* size = formula.Apply(tfl::ABS, formula.x());
  // Kept away from 0, where the other form is taken, and from where the square overflows.
  ir::Value* bounded =
      lower.Make(tfl::MINIMUM, {lower.Make(tfl::MAXIMUM, {size, formula.Number(1)}), formula.Number(1e4f)});
  ir::Value* inverse = formula.Divide(formula.Number(1), bounded);
  ir::Value* square = formula.Multiply(inverse, inverse);
  ir::Value* falling = formula.Apply(tfl::EXP, formula.Apply(tfl::NEG, formula.Multiply(bounded, bounded)));
  ir::Value* polynomial =
      formula.Choose(tfl::LESS, size, formula.Number(2), formula.Polynomial(square, kBelowTwo),
                     formula.Polynomial(square, kAboveTwo));
  ir::Value* tail = formula.Multiply(formula.Multiply(falling, inverse), polynomial);
  ir::Value* beyond =
      formula.Choose(tfl::LESS, formula.x(), zero, formula.Subtract(formula.Number(2), tail), tail);
  ir::Value* near_zero = formula.Subtract(formula.Number(1), formula.Erf());
  return formula.Is(formula.Choose(tfl::LESS, size, formula.Number(1), near_zero, beyond));
}

LS_LOWER(Expm1) {
  Function formula(lower);
  LS_RETURN_IF_FAILED(formula.ExpectFloat());
  return formula.Is(formula.ExpMinusOne());
}

LS_LOWER(Log1p) {
  Function formula(lower);
  LS_RETURN_IF_FAILED(formula.ExpectFloat());
  return formula.Is(formula.LogOfOnePlus(formula.x()));
}

// log(1 + t + sqrt(t (t + 2))) with t = x - 1, which cancels for no x near 1.
LS_LOWER(Acosh) {
  Function formula(lower);
  LS_RETURN_IF_FAILED(formula.ExpectFloat());
  ir::Value* above = formula.Add(formula.x(), -1.0f);
  ir::Value* leg = formula.Apply(tfl::SQRT, formula.Multiply(above, formula.Add(above, 2.0f)));
  return formula.Is(formula.LogOfOnePlus(formula.Add(above, leg)));
}

// log((1 + x) / (1 - x)) / 2
LS_LOWER(Atanh) {
  Function formula(lower);
  LS_RETURN_IF_FAILED(formula.ExpectFloat());
  ir::Value* ratio =
      formula.Divide(formula.Multiply(formula.x(), 2.0f), formula.Subtract(formula.Number(1), formula.x()));
  return formula.Is(formula.Multiply(formula.LogOfOnePlus(ratio), 0.5f));
}

// With a = |x|: log(1 + a + a^2 / (1 + sqrt(a^2 + 1))), and log(2a) where the square is all that counts.
LS_LOWER(Asinh) {
  constexpr float kLarge = 1e4f, kLogTwo = 0.6931471805599453f;
  Function formula(lower);
  LS_RETURN_IF_FAILED(formula.ExpectFloat());
  ir::Value* size = formula.Apply(tfl::ABS, formula.x());
  ir::Value* large = formula.Number(kLarge);
  ir::Value* bounded = lower.Make(tfl::MINIMUM, {size, large});
  ir::Value* square = formula.Multiply(bounded, bounded);
  ir::Value* root = formula.Apply(tfl::SQRT, formula.Add(square, 1.0f));
  ir::Value* near_zero =
      formula.LogOfOnePlus(formula.Add(bounded, formula.Divide(square, formula.Add(root, 1.0f))));
  ir::Value* elsewhere = formula.Add(formula.Apply(tfl::LOG, size), kLogTwo);
  ir::Value* result = formula.Choose(tfl::LESS, size, large, near_zero, elsewhere);
  return formula.Is(
      formula.Choose(tfl::LESS, formula.x(), formula.Number(0), formula.Apply(tfl::NEG, result), result));
}

// Angles of the right-angled triangle with hypotenuse 1.
LS_LOWER(Asin) {
  Function formula(lower);
  LS_RETURN_IF_FAILED(formula.ExpectFloat());
  return formula.Is(lower.Make(tfl::ATAN2, {formula.x(), formula.OtherLeg()}));
}
LS_LOWER(Acos) {
  Function formula(lower);
  LS_RETURN_IF_FAILED(formula.ExpectFloat());
  return formula.Is(lower.Make(tfl::ATAN2, {formula.OtherLeg(), formula.x()}));
}

// scale * (max(x, 0) + alpha * min(elu(x), 0)), alpha and scale as in "Self-Normalizing Neural Networks".
LS_LOWER(Selu) {
  constexpr float kAlpha = 1.6732632423543772f, kScale = 1.0507009873554805f;
  Function formula(lower);
  LS_RETURN_IF_FAILED(formula.ExpectFloat());
  ir::Value* below = lower.Make(tfl::MINIMUM, {formula.Apply(tfl::ELU, formula.x()), formula.Number(0)});
  ir::Value* above = formula.Apply(tfl::RELU, formula.x());
  return formula.Is(formula.Add(formula.Multiply(above, kScale), formula.Multiply(below, kScale * kAlpha)));
}

// The angle of (1, x). ATAN2 takes two operands of one shape.
LS_LOWER(Atan) {
  Function formula(lower);
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
  Function formula(lower);
  LS_RETURN_IF_FAILED(formula.ExpectFloat());
  return formula.Is(
      formula.Divide(formula.Apply(tfl::SIN, formula.x()), formula.Apply(tfl::COS, formula.x())));
}

// With e = exp(x) - 1: (e + e / (e + 1)) / 2, which cancels for no small x. For large ones the halves come
// first, so that it overflows no sooner than sinh.
LS_LOWER(Sinh) {
  Function formula(lower);
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
  Function formula(lower);
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

// What a division that rounds towards zero leaves.
LS_LOWER(TruncateMod) {
  const Shape& shape = lower.result_type().shape;
  if (!IsInteger(lower.dtype(0))) return lower.Refuse("of floats its rounding has no counterpart");
  if (shape.ranked() && shape.rank() > 4)
    return lower.Refuse("it has {} dimensions; up to 4 are possible", shape.rank());
  ir::Value* quotient = lower.Make(tfl::DIV, {lower.operand(0), lower.operand(1)}, NoActivation());
  ir::Value* whole = lower.Make(tfl::MUL, {quotient, lower.operand(1)}, NoActivation());
  return lower.Replace(lower.Make(tfl::SUB, {lower.operand(0), whole}, NoActivation()));
}

LS_LOWER(Mod) { return Lower_TruncateMod(lower); }

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

LS_LOWER(Xlog1py) {
  LS_RETURN_IF_FAILED(ExpectLowRank(lower));
  Function formula(lower);
  LS_RETURN_IF_FAILED(formula.ExpectFloat());
  const ir::Type& type = lower.operand(1)->type;
  if (type.shape != lower.result_type().shape) return lower.Refuse("its second operand is broadcast");
  ir::Value* log = formula.LogOfOnePlus(lower.operand(1));
  return ZeroWhereZero(lower, lower.operand(0), formula.Multiply(lower.operand(0), log));
}

}  // namespace litesmith::lowering
